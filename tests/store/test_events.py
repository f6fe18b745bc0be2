from sqlalchemy import Connection, delete

from notifier.model import Event, EventKind
from notifier.store import events, schema
from tests.support.clock import START
from tests.support.store import rows_in, store_alert


def test_a_story_is_told_in_the_order_in_which_it_was_written_whatever_the_clock_did(
    connection: Connection,
) -> None:
    alert, other = store_alert(connection, "a"), store_alert(connection, "b")
    story = [
        Event(START, EventKind.OPENED),
        Event(START - 1, EventKind.SNOOZED, "Asha", "a note", START + 5),
        Event(START, EventKind.REACHED, "agent main/209"),
    ]
    for event in story:
        events.record(connection, alert.id, event)
        events.record(connection, other.id, Event(0, EventKind.WOKE))
    assert events.events_of(connection, alert.id) == story
    assert events.events_of(connection, 99) == []


def test_a_story_goes_with_its_alert(connection: Connection) -> None:
    alert = store_alert(connection)
    events.record(connection, alert.id, Event(START, EventKind.OPENED))
    connection.execute(delete(schema.alerts))
    assert rows_in(connection, "alert_events") == 0


def test_the_last_line_of_a_kind_is_found(connection: Connection) -> None:
    alert = store_alert(connection)
    for kind, until in ((EventKind.HELD, 1), (EventKind.HELD, 2), (EventKind.SILENCED, 3)):
        events.record(connection, alert.id, Event(START, kind, until=until))
    assert events.last_of(connection, alert.id, EventKind.HELD) == Event(START, EventKind.HELD, until=2)
    assert events.last_of(connection, alert.id, EventKind.WOKE) is None
