"""What each target knows of an alert: which version, and by which message it can be edited."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, func, insert, select, update

from notifier.model import Target
from notifier.store.schema import alerts, told


@dataclass(frozen=True, slots=True)
class Told:
    """One target's message about one alert."""

    alert_id: int
    target: Target
    receipt: str
    version: int
    call_count: int
    failures: int


def record(
    connection: Connection,
    alert_id: int,
    target: Target,
    *,
    receipt: str,
    version: int,
    call_count: int,
    now: int,
    edit_at: int,
) -> None:
    """Note that a target was told this version of an alert.

    Args:
        connection: to the store, in a transaction.
        alert_id: of the alert.
        target: that was told.
        receipt: by which the channel can edit the message.
        version: of the alert, as the message shows it.
        call_count: likewise.
        now: UTC ms.
        edit_at: UTC ms, before which the message is left as it is.
    """
    connection.execute(delete(told).where(_of(alert_id, target)))
    current = connection.scalar(select(alerts.c.version).where(alerts.c.id == alert_id))
    connection.execute(
        insert(told).values(
            alert_id=alert_id,
            receiver=target.receiver,
            recipient=target.recipient,
            receipt=receipt,
            version=version,
            call_count=call_count,
            told_at=now,
            stale=current is not None and current > version,
            edit_at=edit_at,
            failures=0,
        )
    )


def stale_targets(connection: Connection) -> list[tuple[Target, int]]:
    """Every target with a message that shows an old version, and when the first may be changed (UTC ms)."""
    rows = connection.execute(
        select(told.c.receiver, told.c.recipient, func.min(told.c.edit_at))
        .where(told.c.stale)
        .group_by(told.c.receiver, told.c.recipient)
    )
    return [(Target(receiver, recipient), edit_at) for receiver, recipient, edit_at in rows]


def stale_for(connection: Connection, target: Target, now: int) -> Told | None:
    """The next message of one target that shows an old version and may be changed by now."""
    row = (
        connection.execute(
            select(told)
            .where(
                told.c.stale,
                told.c.edit_at <= now,
                told.c.receiver == target.receiver,
                told.c.recipient == target.recipient,
            )
            .order_by(told.c.edit_at)
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    return _told(row) if row else None


def _told(row: RowMapping) -> Told:
    return Told(
        row["alert_id"],
        Target(row["receiver"], row["recipient"]),
        row["receipt"],
        row["version"],
        row["call_count"],
        row["failures"],
    )


def postpone(connection: Connection, item: Told, edit_at: int) -> None:
    """An edit failed: try again at that instant, UTC ms."""
    connection.execute(
        update(told)
        .where(_of(item.alert_id, item.target))
        .values(edit_at=edit_at, failures=told.c.failures + 1)
    )


def leave(connection: Connection, item: Told) -> None:
    """This message will not be edited any more, or shows nothing that has changed."""
    connection.execute(update(told).where(_of(item.alert_id, item.target)).values(stale=False))


def _of(alert_id: int, target: Target) -> ColumnElement[bool]:
    return and_(
        told.c.alert_id == alert_id,
        told.c.receiver == target.receiver,
        told.c.recipient == target.recipient,
    )
