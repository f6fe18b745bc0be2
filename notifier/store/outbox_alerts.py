"""What the notifications of one message are about: many alerts at once, by few statements."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from notifier.model import Alert, Call
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


_TOLD = {RowState.SENT, RowState.DRY_RUN}
