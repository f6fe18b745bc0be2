"""What a person does to notifications."""

import pytest
from sqlalchemy import Connection, select

from notifier.model import Kind, Target
from notifier.store import outbox_claims
from notifier.store.by_hand import (
    DROPPABLE,
    RETRIABLE,
    Changed,
    drop,
    ids_in,
    is_written,
    retry_dead,
    revive,
)
from notifier.store.outbox import RowState
from notifier.store.schema import outbox as table
from tests.support.clock import START
from tests.support.store import enqueue, store_alert

LATER = START + 90_000_000


def row_in(connection: Connection, state: RowState, key: str = "k") -> int:
    """A notification in that state, with a past."""
    enqueue(connection, store_alert(connection, key), Target("room", key))
    row_id = int(connection.scalar(select(table.c.id).order_by(table.c.id.desc()).limit(1)) or 0)
    finished = None if state in {RowState.WAITING, RowState.CLAIMED} else START
    connection.execute(
        table.update()
        .where(table.c.id == row_id)
        .values(
            state=state,
            attempts=9,
            reason="given up: SMTP 450",
            finished_at=finished,
            uncertain_since=START,
            plain=True,
            batch="b",
            part=1,
            parts=2,
        )
    )
    return row_id


def values(connection: Connection, row_id: int) -> dict[str, object]:
    return dict(connection.execute(select(table).where(table.c.id == row_id)).mappings().one())


def test_a_dead_row_waits_again_with_all_its_tries_and_time(connection: Connection) -> None:
    row = row_in(connection, RowState.DEAD)
    assert retry_dead(connection, [row], LATER) == Changed((row,), {})
    now = values(connection, row)
    assert (now["state"], now["attempts"], now["plain"]) == ("waiting", 0, False)
    assert (now["next_at"], now["created_at"], now["finished_at"]) == (LATER, LATER, None)
    assert (now["batch"], now["part"], now["parts"]) == (None, None, None)
    assert now["reason"] == "tried again by hand after: given up: SMTP 450"
    # What may have arrived is looked for before it is sent again.
    assert now["uncertain_since"] == START
    assert outbox_claims.is_due(connection, Target("room", "k"), LATER)


def test_a_row_that_is_retried_twice_says_so_once(connection: Connection) -> None:
    row = row_in(connection, RowState.DEAD)
    retry_dead(connection, [row], LATER)
    outbox_row = values(connection, row)
    connection.execute(table.update().values(state=RowState.DEAD, finished_at=LATER))
    retry_dead(connection, [row], LATER)
    assert values(connection, row)["reason"] == outbox_row["reason"]


def test_a_row_without_a_reason_gets_none(connection: Connection) -> None:
    row = row_in(connection, RowState.DEAD)
    connection.execute(table.update().values(reason=""))
    retry_dead(connection, [row], LATER)
    assert values(connection, row)["reason"] == ""


@pytest.mark.parametrize("state", sorted(set(RowState) - {RowState.DEAD}))
def test_only_the_dead_are_retried(connection: Connection, state: RowState) -> None:
    row = row_in(connection, state)
    before = values(connection, row)
    assert retry_dead(connection, [row], LATER) == Changed((), {row: state})
    assert values(connection, row) == before


@pytest.mark.parametrize("state", sorted(DROPPABLE))
def test_what_waits_or_was_given_up_is_dropped(connection: Connection, state: RowState) -> None:
    row = row_in(connection, state)
    assert drop(connection, [row], LATER) == Changed((row,), {})
    now = values(connection, row)
    assert (now["state"], now["reason"], now["finished_at"]) == ("dropped", "dropped by hand", LATER)


@pytest.mark.parametrize("state", sorted(set(RowState) - DROPPABLE))
def test_what_is_being_sent_or_is_done_with_is_not_dropped(connection: Connection, state: RowState) -> None:
    row = row_in(connection, state)
    before = values(connection, row)
    assert drop(connection, [row], LATER) == Changed((), {row: state})
    assert values(connection, row) == before


def test_one_that_can_not_be_stops_no_other(connection: Connection) -> None:
    dead, sent = row_in(connection, RowState.DEAD, "a"), row_in(connection, RowState.SENT, "b")
    assert retry_dead(connection, [99, sent, dead, dead], LATER) == Changed(
        (dead,), {99: None, sent: RowState.SENT}
    )


def test_all_of_some_states_are_found_and_those_of_one_alert(connection: Connection) -> None:
    dead, waiting = row_in(connection, RowState.DEAD, "a"), row_in(connection, RowState.WAITING, "b")
    row_in(connection, RowState.CLAIMED, "c")
    assert ids_in(connection, DROPPABLE, None) == [dead, waiting]
    assert ids_in(connection, RETRIABLE, None) == [dead]
    assert ids_in(connection, DROPPABLE, 2) == [waiting]


def test_an_alert_s_first_message_was_written_down_whatever_became_of_it(connection: Connection) -> None:
    alert, other = store_alert(connection, "a"), store_alert(connection, "b")
    enqueue(connection, other, kind=Kind.ESCALATION, n=1)
    assert not is_written(connection, alert.id)
    assert not is_written(connection, other.id)
    enqueue(connection, alert, state=RowState.DRY_RUN)
    assert is_written(connection, alert.id)


def test_of_a_reopened_alert_those_are_told_who_were_not_because_it_had_ended(connection: Connection) -> None:
    alert = store_alert(connection)
    places = {name: Target("room", name) for name in ("ended", "told since", "by hand", "sent", "waits")}
    enqueue(connection, alert, *places.values())
    enqueue(connection, alert, Target("room", "level"), kind=Kind.LEVEL, n=1)
    enqueue(connection, store_alert(connection, "other"), Target("room", "another alert's"))
    enqueue(connection, alert, places["told since"], kind=Kind.LEVEL, n=1)
    dropped = {"state": RowState.DROPPED, "reason": "resolved", "finished_at": START, "attempts": 2}
    for name in ("ended", "told since", "by hand", "level", "another alert's"):
        connection.execute(table.update().where(table.c.recipient == name, table.c.n == 0).values(dropped))
    connection.execute(table.update().where(table.c.kind == Kind.LEVEL).values(state=RowState.SENT))
    connection.execute(table.update().where(table.c.recipient == "by hand").values(reason="dropped by hand"))
    connection.execute(table.update().where(table.c.recipient == "sent").values(state=RowState.SENT))
    assert revive(connection, alert.id, LATER) == 1
    changed = connection.execute(select(table).where(table.c.next_at == LATER)).mappings().all()
    (row,) = changed
    assert (row["recipient"], row["state"], row["attempts"]) == ("ended", RowState.WAITING, 0)
    assert (row["created_at"], row["finished_at"]) == (LATER, None)
    assert revive(connection, alert.id, LATER) == 0
