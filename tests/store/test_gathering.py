"""Which notifications to one target are told together."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from notifier.model import Gathered, Kind, Target
from notifier.store.gathering import Limits, summaries
from notifier.store.outbox import OutboxRow, RowState

STALE, HELD, BURST = Gathered.STALE, Gathered.HELD, Gathered.BURST


def row(number: int, gathered_as: Gathered | None = None, *, plain: bool = False) -> OutboxRow:
    return OutboxRow(
        id=number,
        delivery_id=f"d{number}",
        alert_id=number,
        target=Target("room", "#room"),
        kind=Kind.OPEN,
        n=0,
        via="rule",
        state=RowState.WAITING,
        reason="",
        attempts=0,
        next_at=0,
        created_at=0,
        uncertain_since=None,
        plain=plain,
        gathered_as=gathered_as,
    )


def rows(count: int, gathered_as: Gathered | None = None, first: int = 0) -> list[OutboxRow]:
    return [row(number, gathered_as) for number in range(first, first + count)]


def formed(due: list[OutboxRow], burst: int = 10, size: int = 20) -> list[tuple[list[int], int, int]]:
    parts = summaries(due, Limits(burst, size))
    return [([each.id for each in one.rows], one.part, one.parts) for one in parts]


def test_as_many_as_a_burst_are_told_one_by_one() -> None:
    assert formed([]) == []
    assert formed(rows(10)) == []


def test_more_are_told_together_all_of_them_and_in_order() -> None:
    assert formed(rows(11)) == [([*range(11)], 1, 1)]
    assert formed(rows(11), size=4) == [([0, 1, 2], 1, 3), ([3, 4, 5, 6], 2, 3), ([7, 8, 9, 10], 3, 3)]


def test_what_is_stale_or_was_held_is_told_together_however_few_there_are() -> None:
    due = [row(0), row(1, STALE), row(2, HELD), row(3, STALE), row(4, HELD)]
    assert formed(due) == [([1, 3], 1, 1), ([2, 4], 1, 1)]


def test_a_single_one_of_its_kind_is_told_by_itself() -> None:
    assert formed([row(0), row(1, STALE), row(2, HELD), row(3, BURST)]) == []


def test_parts_are_counted_for_each_kind_by_itself() -> None:
    assert formed([*rows(4, STALE), *rows(2, HELD, 4)], size=2) == [
        ([0, 1], 1, 2),
        ([2, 3], 2, 2),
        ([4, 5], 1, 1),
    ]


def test_in_a_burst_all_kinds_come_together() -> None:
    assert formed([*rows(6, STALE), *rows(6, None, 6)]) == [([*range(12)], 1, 1)]


def test_what_was_refused_in_its_full_form_harms_no_summary() -> None:
    due = [replace(one, plain=one.id in {3, 7}) for one in rows(12)]
    assert formed(due) == []
    assert formed(due, burst=9) == [([0, 1, 2, 4, 5, 6, 8, 9, 10, 11], 1, 1)]


@given(count=st.integers(0, 300), burst=st.integers(1, 20), size=st.integers(1, 50))
def test_every_one_is_named_once_in_no_more_messages_than_are_needed(
    count: int, burst: int, size: int
) -> None:
    parts = formed(rows(count), burst, size)
    if count <= burst:
        assert parts == []
        return
    assert [number for ids, _, _ in parts for number in ids] == [*range(count)]
    assert len(parts) == -(-count // size)
    lengths = [len(ids) for ids, _, _ in parts]
    assert max(lengths) <= size
    assert max(lengths) - min(lengths) <= 1
    assert [(part, parts) for _, part, parts in parts] == [(n, len(parts)) for n in range(1, len(parts) + 1)]
