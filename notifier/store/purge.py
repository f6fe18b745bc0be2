"""Forgetting what is old, in small batches, and never what is still needed."""

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, select

from notifier.store.schema import alert_calls, alerts, calls, outbox, rejects

BATCH = 500
"""Rows of each kind in one transaction: it must not hold up the reading of TeleCMI."""


def purge(connection: Connection, calls_before: int, alerts_before: int) -> int:
    """Forget one batch of old calls, rejects and ended alerts.

    Args:
        connection: to the store, in a transaction.
        calls_before: UTC ms; older calls and rejects go, but for those of active alerts.
        alerts_before: UTC ms; alerts that ended before go, with what was sent about them.

    Returns:
        The most rows of one kind that went; `BATCH` where there may be more.
    """
    unfinished = exists().where(outbox.c.alert_id == alerts.c.id, outbox.c.finished_at.is_(None))
    needed = (
        exists()
        .where(alert_calls.c.call_id == calls.c.id, alert_calls.c.alert_id == alerts.c.id)
        .where(alerts.c.ended_at.is_(None))
    )
    return max(
        _delete(connection, alerts, (alerts.c.ended_at < alerts_before) & ~unfinished),
        _delete(connection, calls, (calls.c.placed_at < calls_before) & ~needed),
        _delete(connection, rejects, rejects.c.stored_at < calls_before),
    )


def _delete(connection: Connection, table: Table, old: ColumnElement[bool]) -> int:
    ids = select(table.c.id).where(old).limit(BATCH).scalar_subquery()
    return connection.execute(delete(table).where(table.c.id.in_(ids))).rowcount
