"""What each target knows of an alert: which version, and by which message it can be edited."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, func, select, update

from notifier.model import Target
from notifier.store.bulk import insert_rows
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
    standing: str = ""  # how the alert stood then, in the words of `rules.standing`; "" for how it opened


@dataclass(frozen=True, slots=True)
class Message:
    """What one target's message about one alert shows."""

    alert_id: int
    receipt: str  # by which the channel can edit it; "" where it can't be
    version: int  # of the alert, as the message shows it
    call_count: int  # likewise
    edit_at: int  # UTC ms, before which it is left as it is
    standing: str = ""  # of the alert, likewise; as in `Told`


_COLUMNS = (
    *("alert_id", "receiver", "recipient", "receipt", "version", "call_count", "told_at", "stale"),
    *("edit_at", "failures", "standing"),
)


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
    standing: str = "",
) -> None:
    """Note that a target was told this version of an alert.

    Args:
        connection: to the store, in a transaction.
        alert_id: of the alert.
        target: that was told.
        receipt: by which the channel can edit the message; "" where it can't.
        version: of the alert, as the message shows it.
        call_count: likewise.
        now: UTC ms.
        edit_at: UTC ms, before which the message is left as it is.
        standing: how the alert stands, as the message shows it.
    """
    message = Message(alert_id, receipt, version, call_count, edit_at, standing)
    record_all(connection, target, [message], now)


def record_all(connection: Connection, target: Target, messages: Sequence[Message], now: int) -> None:
    """Like ``record``, for what one target was told about several alerts.

    Args:
        connection: to the store, in a transaction.
        target: that was told.
        messages: about one alert each.
        now: UTC ms.
    """
    ids = [one.alert_id for one in messages]
    place = (target.receiver, target.recipient)
    connection.execute(
        delete(told).where(
            told.c.alert_id.in_(ids), told.c.receiver == target.receiver, told.c.recipient == target.recipient
        )
    )
    rows = connection.execute(select(alerts.c.id, alerts.c.version).where(alerts.c.id.in_(ids)))
    current = {row.id: row.version for row in rows}
    values = [
        (
            *(one.alert_id, *place, one.receipt, one.version, one.call_count, now),
            *(current.get(one.alert_id, 0) > one.version, one.edit_at, 0, one.standing),
        )
        for one in messages
    ]
    insert_rows(connection, told, _COLUMNS, values)


def first_messages(connection: Connection, target: Target, ids: Collection[int]) -> dict[int, str]:
    """By alert: the receipt of the message by which a target was told of it first, where it can be edited."""
    rows = connection.execute(
        select(told.c.alert_id, told.c.receipt).where(
            told.c.alert_id.in_(ids),
            told.c.receiver == target.receiver,
            told.c.recipient == target.recipient,
            told.c.receipt != "",
        )
    )
    return {row.alert_id: row.receipt for row in rows}


def told_again(connection: Connection, target: Target, receipts: Mapping[int, str], now: int) -> set[int]:
    """Note that a target heard once more of alerts whose first message stays the one that is edited.

    Args:
        connection: to the store, in a transaction.
        target: that was told.
        receipts: by alert: of the message that was sent now, "" where it can't be edited. That of the first
            message, where it is a reply to that; any other one takes its place.
        now: UTC ms.

    Returns:
        Those of the alerts whose first message stays.
    """
    first = first_messages(connection, target, receipts)
    stay = {alert_id for alert_id, receipt in first.items() if receipts[alert_id] in {"", receipt}}
    place = (told.c.receiver == target.receiver, told.c.recipient == target.recipient)
    connection.execute(update(told).where(told.c.alert_id.in_(stay), *place).values(told_at=now))
    return stay


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
    return next(iter(stale_of(connection, target, now, 1)), None)


def stale_of(
    connection: Connection, target: Target, now: int, limit: int, *, without_receipt: bool = False
) -> list[Told]:
    """Likewise several; where asked for, only those that can't be edited whatever the channel can do."""
    query = (
        select(told)
        .where(
            told.c.stale,
            told.c.edit_at <= now,
            told.c.receiver == target.receiver,
            told.c.recipient == target.recipient,
        )
        .order_by(told.c.edit_at)
        .limit(limit)
    )
    if without_receipt:
        query = query.where(told.c.receipt == "")
    return [told_from(row) for row in connection.execute(query).mappings()]


def told_from(row: RowMapping) -> Told:
    """A row of the table as one of ours."""
    return Told(
        row["alert_id"],
        Target(row["receiver"], row["recipient"]),
        row["receipt"],
        row["version"],
        row["call_count"],
        row["failures"],
        row["standing"],
    )


def who_knows(connection: Connection, alert_id: int) -> dict[Target, int]:
    """Every target that was told of an alert, in that order, with when it was last, UTC ms."""
    rows = connection.execute(
        select(told.c.receiver, told.c.recipient, told.c.told_at)
        .where(told.c.alert_id == alert_id)
        .order_by(told.c.told_at, told.c.receiver, told.c.recipient)
    )
    return {Target(receiver, recipient): at for receiver, recipient, at in rows}


def postpone(connection: Connection, item: Told, edit_at: int) -> None:
    """An edit failed: try again at that instant, UTC ms."""
    connection.execute(
        update(told)
        .where(_of(item.alert_id, item.target))
        .values(edit_at=edit_at, failures=told.c.failures + 1)
    )


def waits_beyond(connection: Connection, latest: int) -> bool:
    """Is any message that shows an old version left as it is for longer than until then, UTC ms?"""
    query = select(told.c.alert_id).where(told.c.stale, told.c.edit_at > latest)
    return connection.execute(query.limit(1)).first() is not None


def hasten(connection: Connection, latest: int, now: int) -> None:
    """Messages that show an old version may be changed now, if not before `latest`; both are UTC ms."""
    connection.execute(update(told).where(told.c.stale, told.c.edit_at > latest).values(edit_at=now))


def show_now(connection: Connection, alert_id: int, receivers: Collection[str], now: int) -> None:
    """Messages about an alert may be edited now, however short a time ago that was done last.

    Args:
        connection: to the store, in a transaction.
        alert_id: of the alert.
        receivers: whose messages can be edited; for a new one, others wait as long as ever.
        now: UTC ms.
    """
    connection.execute(
        update(told)
        .where(
            told.c.alert_id == alert_id,
            told.c.receiver.in_(receivers),
            told.c.receipt != "",
            told.c.edit_at > now,
        )
        .values(edit_at=now)
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
