"""What the notifications of one message are about, by few statements."""

import pytest
from sqlalchemy import Connection

from notifier.model import Alert, AlertState, Kind, ToldLine
from notifier.store import alerts, outbox
from notifier.store.outbox import RowState
from notifier.store.outbox_alerts import (
    alerts_of,
    forsaken,
    last_number,
    last_told,
    newest_calls,
    settled,
    told_lines,
)
from notifier.store.schema import outbox as table
from tests.support.clock import START
from tests.support.store import LEADS, ROOM, claim, enqueue, numbered_calls, store_alert, store_calls


def _with_calls(connection: Connection, key: str, numbers: range) -> Alert:
    alert = store_alert(connection, key)
    made = numbered_calls(len(numbers), start=numbers.start)
    stored = store_calls(connection, *made)
    alerts.join_calls(connection, [(alert.id, one.row) for one in stored])
    return alert


def test_alerts_are_found_as_they_are_and_those_that_are_forgotten_are_not(connection: Connection) -> None:
    first, second = store_alert(connection, "a"), store_alert(connection, "b", state=AlertState.PENDING)
    assert alerts_of(connection, [second.id, first.id, 99]) == {first.id: first, second.id: second}
    assert alerts_of(connection, []) == {}


@pytest.mark.parametrize("limit", [1, 3, 50])
def test_the_newest_calls_of_each_are_those_that_an_alert_by_itself_shows(
    connection: Connection, limit: int
) -> None:
    made = [
        _with_calls(connection, "a", range(5)),
        _with_calls(connection, "b", range(10, 12)),
        store_alert(connection, "none"),
    ]
    found = newest_calls(connection, [alert.id for alert in made], limit)
    for alert in made:
        assert found.get(alert.id, ()) == alerts.calls_of(connection, alert.id, limit)
    assert [call.id for call in found[made[0].id]] == ["c0", "c1", "c2", "c3", "c4"][-limit:]


def test_calls_of_the_same_moment_come_in_the_order_of_their_ids(connection: Connection) -> None:
    alert = store_alert(connection)
    stored = store_calls(connection, *(one._replace(placed_at=START) for one in numbered_calls(4)))
    alerts.join_calls(connection, [(alert.id, one.row) for one in stored])
    assert [call.id for call in newest_calls(connection, [alert.id], 2)[alert.id]] == ["c2", "c3"]


def test_an_alert_is_settled_once_somebody_was_told_and_nothing_is_left(connection: Connection) -> None:
    told, waiting, dead, dry, untold = made = [store_alert(connection, key) for key in "abcde"]
    for alert in made[:3]:
        enqueue(connection, alert, ROOM)
    enqueue(connection, waiting, LEADS)
    enqueue(connection, dry, ROOM, state=RowState.DRY_RUN)
    for state in (RowState.SENT, RowState.SENT, RowState.DEAD):
        claimed = claim(connection)
        assert claimed is not None
        outbox.finish(connection, [claimed.rows[0].id], state, "", START)
    ids = [alert.id for alert in made]
    assert settled(connection, ids) == {told.id, dry.id}
    left = connection.execute(table.select().where(table.c.finished_at.is_(None))).one()
    outbox.finish(connection, [left.id], RowState.REDIRECTED, "", START)
    assert settled(connection, ids) == {told.id, dry.id, waiting.id}
    assert dead.id not in settled(connection, ids)
    assert untold.id not in settled(connection, ids)


def test_an_alert_is_forsaken_where_nobody_was_told_and_nothing_is_left(connection: Connection) -> None:
    told, waiting, dropped, dry, untold = made = [store_alert(connection, key) for key in "abcde"]
    for alert in (told, dropped, waiting):
        enqueue(connection, alert, ROOM)
    enqueue(connection, dry, ROOM, state=RowState.DRY_RUN)
    for state in (RowState.SENT, RowState.DROPPED):
        claimed = claim(connection)
        assert claimed is not None
        outbox.finish(connection, [claimed.rows[0].id], state, "", START)
    assert forsaken(connection, [alert.id for alert in made]) == {dropped.id, untold.id}


def test_numbers_of_messages_go_on_for_each_kind(connection: Connection) -> None:
    alert, other = store_alert(connection, "a"), store_alert(connection, "b")
    assert last_number(connection, alert.id, Kind.REMINDER) == 0
    for n in (1, 3):
        enqueue(connection, alert, kind=Kind.REMINDER, n=n)
    enqueue(connection, alert, kind=Kind.ESCALATION, n=7)
    enqueue(connection, other, kind=Kind.REMINDER, n=9)
    assert last_number(connection, alert.id, Kind.REMINDER) == 3


def _sent(connection: Connection, alert: Alert, at: int, **over: object) -> None:
    enqueue(connection, alert, ROOM, LEADS, **over)
    for target in (LEADS, ROOM):
        while (claimed := claim(connection, target)) is not None:
            outbox.finish(connection, [claimed.rows[0].id], RowState.SENT, "", at + (target is ROOM))


def test_who_was_told_first_and_by_which_message(connection: Connection) -> None:
    alert = store_alert(connection)
    _sent(connection, alert, START)
    _sent(connection, alert, START + 9, kind=Kind.REMINDER, n=1)
    enqueue(connection, alert, kind=Kind.REMINDER, n=2)
    assert told_lines(connection, alert.id) == [
        (LEADS, ToldLine(LEADS.receiver, START, Kind.OPEN, LEADS.recipient)),
        (ROOM, ToldLine(ROOM.receiver, START + 1, Kind.OPEN, ROOM.recipient)),
    ]


def test_when_a_target_was_last_told_of_an_alert(connection: Connection) -> None:
    alert, other = store_alert(connection, "a"), store_alert(connection, "b")
    _sent(connection, alert, START)
    _sent(connection, alert, START + 9, kind=Kind.REMINDER, n=1)
    enqueue(connection, other, ROOM)
    assert last_told(connection, ROOM, [alert.id, other.id]) == {alert.id: START + 10}
    assert last_told(connection, LEADS, [other.id]) == {}
