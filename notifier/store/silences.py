"""Silences: who wants to hear nothing of what, from when to when."""

from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, select, update

from notifier.model import Alert, Gathered, Silence
from notifier.store.alerts import ALERT_COLUMNS, alert_from
from notifier.store.schema import alerts, outbox, silences


def add(connection: Connection, silence: Silence) -> Silence:
    """Store a new silence; returns it with its id."""
    values = {column.name: getattr(silence, column.name) for column in silences.c if column.name != "id"}
    result = connection.execute(insert(silences), values)
    assert result.inserted_primary_key is not None
    return replace(silence, id=int(result.inserted_primary_key[0]))


def silence(connection: Connection, silence_id: int) -> Silence | None:
    """The silence with this id."""
    row = connection.execute(select(silences).where(silences.c.id == silence_id)).mappings().one_or_none()
    return _silence(row) if row else None


def end(connection: Connection, silence_id: int, who: str, now: int) -> None:
    """End a silence before its time, in the caller's transaction.

    Args:
        connection: to the store.
        silence_id: of one that is not over.
        who: ends it.
        now: UTC ms.
    """
    connection.execute(update(silences).where(silences.c.id == silence_id).values(ended_at=now, ended_by=who))


def active(connection: Connection, now: int) -> list[Silence]:
    """Those that mute at this instant, UTC ms."""
    return _found(connection, silences.c.starts_at <= now, _is_left(now))


def listing(connection: Connection, now: int, *, over: bool) -> list[Silence]:
    """All that mute now or later, oldest first; where asked for, those that are over, too."""
    return _found(connection, *(() if over else (_is_left(now),)))


def held_alerts(connection: Connection) -> list[Alert]:
    """The alerts about which something is held back, for whatever reason."""
    held = select(outbox.c.alert_id).where(
        outbox.c.finished_at.is_(None), outbox.c.gathered_as == Gathered.HELD
    )
    rows = connection.execute(select(*ALERT_COLUMNS).where(alerts.c.id.in_(held)))
    return [alert_from(row) for row in rows.mappings()]


def _is_left(now: int) -> ColumnElement[bool]:
    return silences.c.ended_at.is_(None) & (silences.c.ends_at.is_(None) | (silences.c.ends_at > now))


def _found(connection: Connection, *which: ColumnElement[bool]) -> list[Silence]:
    rows = connection.execute(select(silences).where(*which).order_by(silences.c.id))
    return [_silence(row) for row in rows.mappings()]


def _silence(row: RowMapping) -> Silence:
    return Silence(**row)
