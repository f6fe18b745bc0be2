"""What is true now of alerts, as a message tells it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from notifier.clock import Clock
from notifier.config.receivers import Agent, agent_at
from notifier.model import Alert, Call, Kind, Notification
from notifier.store.database import Connection
from notifier.store.outbox import OutboxRow
from notifier.store.outbox_alerts import alerts_of, newest_calls

CALLS_SHOWN = 50
"""Calls of an alert that a message is made from."""

CALLS_SUMMED_UP = 3
"""Likewise where a message tells of several alerts."""


@dataclass(frozen=True)
class Present:
    """Makes notifications for the configuration it was made from."""

    clock: Clock
    agents: Mapping[str, Agent]
    zone: ZoneInfo
    country: str  # ISO 3166 code; "" where none is known

    def of_alert(self, connection: Connection, alert_id: int) -> Notification | None:
        """What an edit shows; None where the alert was forgotten."""
        alert = alerts_of(connection, [alert_id]).get(alert_id)
        if alert is None:
            return None
        calls = newest_calls(connection, [alert_id], CALLS_SHOWN)
        return self._made("", Kind.OPEN, alert, calls.get(alert_id, ()))

    def of_rows(self, connection: Connection, rows: Collection[OutboxRow]) -> list[Notification]:
        """What the notifications of one message tell, in their order."""
        ids = [row.alert_id for row in rows]
        alerts = alerts_of(connection, ids)
        calls = newest_calls(connection, ids, CALLS_SHOWN if len(rows) == 1 else CALLS_SUMMED_UP)
        return [
            self._made(row.delivery_id, row.kind, alerts[row.alert_id], calls.get(row.alert_id, ()))
            for row in rows
        ]

    def _made(self, delivery_id: str, kind: Kind, alert: Alert, calls: tuple[Call, ...]) -> Notification:
        named = {call.agent: agent_at(call.agent, self.agents) for call in calls}
        return Notification(
            delivery_id=delivery_id,
            kind=kind,
            alert=alert,
            calls=calls,
            agent_names={at: agent.name for at, agent in named.items() if agent and agent.name},
            zone=self.zone,
            now=self.clock.now(),
            country=self.country or None,
        )
