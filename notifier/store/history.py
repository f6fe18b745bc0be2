"""What the in-memory windows are rebuilt from."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from notifier.model import Endpoint, StoredCall
from notifier.store.calls import CALL_COLUMNS, stored_call
from notifier.store.schema import alert_calls, alerts, calls, sources


def calls_since(connection: Connection, since: int) -> Iterator[StoredCall]:
    """Every call that was missed at or after an instant (UTC ms), in order of (placed_at, id).

    Without those that turned out to be legs of answered calls.
    """
    rows = connection.execute(
        select(*CALL_COLUMNS)
        .join(sources, calls.c.source_id == sources.c.id)
        .where(
            calls.c.placed_at >= since,
            calls.c.spurious.is_(False),
            sources.c.endpoint == Endpoint.OUT_MISSED,
        )
        .order_by(calls.c.placed_at, calls.c.ident)
        .execution_options(yield_per=200)
    )
    for row in rows.mappings():
        yield stored_call(row)


def joined_since(connection: Connection, since: int) -> dict[tuple[str, int], bool]:
    """Which calls placed since then joined an alert: (rule, call row) → is that alert still active?"""
    # Not as a join: SQLite would begin with all calls that ever joined an alert.
    placed_since = select(calls.c.id).where(calls.c.placed_at >= since)
    rows = connection.execute(
        select(alerts.c.rule, alert_calls.c.call_id, alerts.c.ended_at)
        .join_from(alert_calls, alerts, alert_calls.c.alert_id == alerts.c.id)
        .where(alert_calls.c.call_id.in_(placed_since))
    )
    found: dict[tuple[str, int], bool] = {}
    for rule, call_id, ended_at in rows:
        found[rule, call_id] = found.get((rule, call_id), False) or ended_at is None
    return found
