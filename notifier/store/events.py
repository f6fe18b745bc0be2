"""What became of an alert and who did it: the lines of its story."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from notifier.model import Event, EventKind
from notifier.store.bulk import insert_rows
from notifier.store.schema import alert_events


def record(connection: Connection, alert_id: int, event: Event) -> None:
    """Add a line to an alert's story, in the caller's transaction."""
    record_all(connection, [(alert_id, event)])


def record_all(connection: Connection, lines: Sequence[tuple[int, Event]]) -> None:
    """Likewise to those of several alerts."""
    rows = [(alert_id, one.at, one.kind, one.who, one.note, one.until) for alert_id, one in lines]
    insert_rows(connection, alert_events, ("alert_id", "at", "kind", "who", "note", "until"), rows)


def events_of(connection: Connection, alert_id: int) -> list[Event]:
    """The story of an alert, oldest first."""
    rows = connection.execute(
        select(
            alert_events.c.at,
            alert_events.c.kind,
            alert_events.c.who,
            alert_events.c.note,
            alert_events.c.until,
        )
        .where(alert_events.c.alert_id == alert_id)
        # As they were written down: a clock may have been set back in between.
        .order_by(alert_events.c.id)
    )
    return [Event(at, EventKind(kind), who, note, until) for at, kind, who, note, until in rows]


def last_of(connection: Connection, alert_id: int, *kinds: EventKind) -> Event | None:
    """The line of one of these kinds that was added last to the story of an alert."""
    told = [event for event in events_of(connection, alert_id) if event.kind in kinds]
    return told[-1] if told else None
