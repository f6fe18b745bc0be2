"""From when an alert counts of which nobody could hear for a while."""

from collections.abc import Collection

from notifier.rules import heard
from notifier.store import alerts
from notifier.store.database import Connection
from notifier.store.outbox_alerts import alerts_of, unheard
from notifier.tell import Tell


def begin_to_count(connection: Connection, ids: Collection[int], tell: Tell, now: int) -> None:
    """Let those of these alerts count from now whose first message was held until now.

    Args:
        connection: to the store, in the transaction that is about to note that they were told.
        ids: of the alerts.
        tell: of the configuration in force.
        now: UTC ms.
    """
    first = unheard(connection, ids)
    told = [heard(alert, now) for alert in alerts_of(connection, first).values()] if first else []
    begun = [alert for alert in told if alert is not None]
    # The version stays: nothing changes for the reader.
    alerts.update_alerts(connection, [(alert, tell.wakes_at(alert)) for alert in begun])
