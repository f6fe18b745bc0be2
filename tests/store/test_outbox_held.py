"""What is held: its claim is undone, it waits for its time, and may be let go before."""

from sqlalchemy import Connection, select

from notifier.model import Gathered, Kind, Target
from notifier.store import outbox_held, outbox_views
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.schema import outbox
from tests.support.clock import START
from tests.support.store import LEADS, ROOM, claim, enqueue, store_alert

HOUR = 3_600_000  # ms
LATER = START + HOUR


def held(connection: Connection, *keys: str, until: int = LATER, target: Target = ROOM) -> list[OutboxRow]:
    """Alerts of which this target is told no sooner than then, UTC ms."""
    for key in keys:
        enqueue(connection, store_alert(connection, key), target)
        taken = claim(connection, target)
        assert taken is not None
        outbox_held.hold(connection, taken.rows, until)
    return rows(connection)


def rows(connection: Connection) -> list[OutboxRow]:
    return outbox_views.listing(connection, None, 100)[::-1]


def test_held_it_waits_as_if_it_had_not_been_claimed(connection: Connection) -> None:
    alert = store_alert(connection)
    enqueue(connection, alert, uncertain_since=START - 5)
    before = rows(connection)[0]
    taken = claim(connection)
    assert taken is not None
    outbox_held.hold(connection, taken.rows, LATER)
    (row,) = rows(connection)
    assert (row.state, row.gathered_as, row.next_at, row.created_at) == (
        RowState.WAITING,
        Gathered.HELD,
        LATER,
        LATER,
    )
    assert (row.attempts, row.uncertain_since) == (before.attempts, START - 5)
    assert connection.scalar(select(outbox.c.claimed_by)) is None
    assert claim(connection, now=LATER - 1) is None
    again = claim(connection, now=LATER)
    assert again is not None
    assert [one.id for one in again.rows] == [row.id]


def test_a_summary_that_is_held_is_put_together_anew(connection: Connection) -> None:
    for key in "abc":
        enqueue(connection, store_alert(connection, key))
    taken = claim(connection, burst=2)
    assert taken is not None
    assert taken.batch is not None
    outbox_held.hold(connection, taken.rows, LATER)
    assert [(row.batch, row.part, row.parts) for row in rows(connection)] == [(None, None, None)] * 3
    again = claim(connection, now=LATER)
    assert again is not None
    assert (len(again.rows), again.gathered) == (3, Gathered.HELD)


def test_all_that_is_held_is_let_go_or_what_is_about_one_alert(connection: Connection) -> None:
    first, second = held(connection, "a", "b")
    outbox_held.hasten_held(connection, START + 7, second.alert_id)
    assert [(row.next_at, row.created_at) for row in rows(connection)] == [
        (LATER, LATER),
        (START + 7, START + 7),
    ]
    outbox_held.hasten_held(connection, START + 9)
    assert [row.next_at for row in rows(connection)] == [START + 9, START + 7]
    assert first.id == rows(connection)[0].id


def test_only_what_is_held_and_waits_is_let_go(connection: Connection) -> None:
    held(connection, "held")
    claim(connection, now=LATER)
    for key in ("fresh", "later"):
        enqueue(connection, store_alert(connection, key), now=START + 99)
    outbox_held.hasten_held(connection, START + 9)
    # The first is being sent, and the others never were held.
    assert [one.next_at for one in rows(connection)] == [LATER, START + 99, START + 99]


def test_how_long_it_was_tried_in_vain_stays_known(connection: Connection) -> None:
    held(connection, "a", until=START)
    taken = claim(connection, now=START)
    assert taken is not None
    outbox_held.hasten_held(connection, LATER)
    assert rows(connection)[0].created_at == START


def test_what_was_held_until_now_and_not_tried_since(connection: Connection) -> None:
    first, second = held(connection, "a", "b")
    assert outbox_held.released(connection, ROOM, LATER - 1) == []
    assert outbox_held.released(connection, LEADS, LATER) == []
    expected = [(one.id, one.alert_id, Kind.OPEN) for one in (first, second)]
    assert sorted(outbox_held.released(connection, ROOM, LATER)) == expected
    claim(connection, now=LATER)  # a summary of both
    assert outbox_held.released(connection, ROOM, LATER) == []


def test_what_is_held_may_have_been_told_by_a_run_that_a_copy_does_not_know(connection: Connection) -> None:
    held(connection, "a", "b")
    enqueue(connection, store_alert(connection, "fresh", opened_at=START - 9))
    outbox_held.doubt_held(connection, START)
    assert [row.uncertain_since for row in rows(connection)] == [None, None, None]
    outbox_held.doubt_held(connection, START + 1)
    assert [row.uncertain_since for row in rows(connection)] == [START, START, None]
