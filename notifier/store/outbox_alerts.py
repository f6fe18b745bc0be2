"""What the notifications of one message are about: many alerts at once, by few statements."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from notifier.model import Alert, Call, Gathered, Kind, Target, ToldLine
from notifier.store.alerts import ALERT_COLUMNS, alert_from
from notifier.store.calls import CALL_COLUMNS, stored_call
from notifier.store.outbox import RowState
from notifier.store.schema import alert_calls, alerts, calls, outbox, sources


def alerts_of(connection: Connection, ids: Collection[int]) -> dict[int, Alert]:
    """The alerts with these ids."""
    rows = connection.execute(select(*ALERT_COLUMNS).where(alerts.c.id.in_(ids))).mappings()
    return {alert.id: alert for alert in map(alert_from, rows)}


def newest_calls(connection: Connection, ids: Collection[int], limit: int) -> dict[int, tuple[Call, ...]]:
    """The newest calls of each of these alerts, oldest first.

    Args:
        connection: to the store.
        ids: of the alerts.
        limit: calls of each of them at the most.
    """
    place = func.row_number().over(
        partition_by=alert_calls.c.alert_id, order_by=(calls.c.placed_at.desc(), calls.c.ident.desc())
    )
    ranked = (
        select(alert_calls.c.alert_id, *CALL_COLUMNS, place.label("place"))
        .join_from(alert_calls, calls, alert_calls.c.call_id == calls.c.id)
        .join(sources, calls.c.source_id == sources.c.id)
        .where(alert_calls.c.alert_id.in_(ids))
        .subquery()
    )
    query = select(ranked).where(ranked.c.place <= limit).order_by(ranked.c.place.desc())
    found: dict[int, list[Call]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["alert_id"], []).append(stored_call(row).call)
    return {alert_id: tuple(each) for alert_id, each in found.items()}


def settled(connection: Connection, ids: Collection[int]) -> set[int]:
    """Those of these alerts that somebody was told of, and about which nothing is still to be sent."""
    rows = connection.execute(
        select(outbox.c.alert_id, outbox.c.state, outbox.c.finished_at).where(outbox.c.alert_id.in_(ids))
    ).all()
    told = {row.alert_id for row in rows if row.state in _TOLD}
    return told - {row.alert_id for row in rows if row.finished_at is None}


def forsaken(connection: Connection, ids: Collection[int]) -> set[int]:
    """Those of these alerts that nobody was told of, and about which nothing is still to be sent."""
    busy = select(outbox.c.alert_id).where(
        outbox.c.alert_id.in_(ids), outbox.c.finished_at.is_(None) | outbox.c.state.in_(sorted(_TOLD))
    )
    return set(ids) - set(connection.scalars(busy))


def unheard(connection: Connection, ids: Collection[int]) -> set[int]:
    """Those of these alerts of which nobody was told yet, since it was held; some of it may be so still."""
    was_sent = func.max(outbox.c.state == RowState.SENT)
    was_held = func.max(outbox.c.gathered_as.is_not_distinct_from(Gathered.HELD))
    query = (
        select(outbox.c.alert_id)
        .where(outbox.c.alert_id.in_(ids))
        .group_by(outbox.c.alert_id)
        .having(was_sent == 0, was_held == 1)
    )
    return set(connection.scalars(query))


def kept_back_until(connection: Connection, alert_id: int) -> int | None:
    """Until when that is held which is to tell of an alert first, UTC ms; None where nothing of it is.

    What was let go and is not sent yet counts as held until it was due.
    """
    if not unheard(connection, [alert_id]):
        return None
    held: int | None = connection.scalar(
        select(func.min(outbox.c.next_at)).where(
            outbox.c.alert_id == alert_id,
            outbox.c.finished_at.is_(None),
            outbox.c.gathered_as == Gathered.HELD,
        )
    )
    return held


def last_number(connection: Connection, alert_id: int, kind: Kind) -> int:
    """The highest number that a message of this kind about an alert has; 0 where there is none."""
    last = select(func.max(outbox.c.n)).where(outbox.c.alert_id == alert_id, outbox.c.kind == kind)
    return connection.scalar(last) or 0


def first_called_off(connection: Connection, alert_id: int, since: int) -> int | None:
    """The lowest number, from this one on, of an escalation that what a person did called off; None: none."""
    query = select(func.min(outbox.c.n)).where(
        outbox.c.alert_id == alert_id,
        outbox.c.kind == Kind.ESCALATION,
        outbox.c.n >= since,
        outbox.c.state == RowState.DROPPED,
        outbox.c.reason.in_(["acknowledged", "snoozed"]),
    )
    found: int | None = connection.scalar(query)
    return found


def last_told(connection: Connection, target: Target, ids: Collection[int]) -> dict[int, int]:
    """When one target was last told of each of these alerts, UTC ms; of those that it knows of.

    An edit tells nobody: it pings nobody.
    """
    rows = connection.execute(
        select(outbox.c.alert_id, func.max(outbox.c.finished_at).label("at"))
        .where(
            outbox.c.alert_id.in_(ids),
            outbox.c.receiver == target.receiver,
            outbox.c.recipient == target.recipient,
            outbox.c.state == RowState.SENT,
        )
        .group_by(outbox.c.alert_id)
    )
    return {row.alert_id: row.at for row in rows}


def told_lines(connection: Connection, alert_id: int) -> list[tuple[Target, ToldLine]]:
    """Every target that was told of an alert, with when it was first and by which message, in that order."""
    rows = connection.execute(
        select(outbox.c.receiver, outbox.c.recipient, outbox.c.finished_at, outbox.c.kind)
        .where(outbox.c.alert_id == alert_id, outbox.c.state == RowState.SENT)
        .order_by(outbox.c.finished_at, outbox.c.id)
    )
    found: dict[Target, ToldLine] = {}
    for receiver, recipient, at, kind in rows:
        found.setdefault(Target(receiver, recipient), ToldLine(receiver, at, Kind(kind), recipient))
    return list(found.items())


_TOLD = {RowState.SENT, RowState.DRY_RUN}
