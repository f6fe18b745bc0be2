"""What is true now of an alert, as a message tells it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from notifier.clock import Clock
from notifier.config.receivers import Agent, agent_at
from notifier.model import Kind, Notification
from notifier.store import alerts
from notifier.store.database import Connection

CALLS_SHOWN = 50
"""Calls of an alert that a message is made from."""


@dataclass(frozen=True)
class Present:
    """Makes notifications for the configuration it was made from."""

    clock: Clock
    agents: Mapping[str, Agent]
    zone: ZoneInfo
    country: str  # ISO 3166 code; "" where none is known

    def view(
        self, alert_id: int, kind: Kind, delivery_id: str = ""
    ) -> Callable[[Connection], Notification | None]:
        """What to read from the store; it gives None where the alert was forgotten.

        Args:
            alert_id: of the alert.
            kind: of the message.
            delivery_id: of the message; empty for an edit, which keeps that of what it changes.
        """

        def view(connection: Connection) -> Notification | None:
            alert = alerts.alert(connection, alert_id)
            if alert is None:
                return None
            calls = alerts.calls_of(connection, alert_id, CALLS_SHOWN)
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

        return view
