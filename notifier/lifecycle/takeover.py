"""What is due is worked out anew: after a start or a reload, and where the clock was set back."""

from dataclasses import dataclass

import structlog

from notifier.model import Alert, Event, EventKind
from notifier.rules import brought_back, set_right, taken_over
from notifier.rules.reached import MOST_AHEAD, standings
from notifier.store import alerts, events
from notifier.store.database import Connection
from notifier.store.reach import contacts
from notifier.tell import Tell

log = structlog.get_logger("notifier.lifecycle")

AHEAD = "the clock was ahead when it ended"


@dataclass(frozen=True)
class Takeover:
    """Sets active alerts right for the configuration it was made from; nothing is sent by it."""

    tell: Tell
    before: Tell | None  # of the configuration that ran in this process until now

    def by_rules(self, connection: Connection, now: int) -> None:
        """Rules and calendars may have changed while we were away, or by a reload.

        Args:
            connection: to the store, in a transaction.
            now: UTC ms.
        """
        self._bring_back(connection, now)
        for alert in alerts.all_active(connection):
            if alert.rule in self.tell.rules:
                self._derive(connection, alert, self._taken_over(alert, now), now)

    def by_clock(self, connection: Connection, now: int) -> None:
        """The clock was set back: what was due then is not due yet.

        Args:
            connection: to the store, in a transaction.
            now: UTC ms.
        """
        self._bring_back(connection, now)
        for alert in alerts.all_active(connection):
            if alert.rule in self.tell.rules:
                self._derive(connection, alert, alert, now)

    def _bring_back(self, connection: Connection, now: int) -> None:
        """Let alerts go on that only a clock which was ahead has ended, for want of time."""
        for alert in alerts.ended_after(connection, now):
            rule = self.tell.rules.get(alert.rule)
            right = brought_back(alert, rule, self.tell.hours(rule), now)
            has_rival = alerts.active(connection, [(alert.rule, alert.key)])
            if right is None or has_rival or _reached_since(connection, alert, now):
                continue
            alerts.update_alert(connection, right, self.tell.wakes_at(right))
            events.record(connection, alert.id, Event(now, EventKind.REOPENED, note=AHEAD))
            log.info("goes on after all", alert=f"A{alert.id}", rule=alert.rule, why=AHEAD)

    def _derive(self, connection: Connection, before: Alert, alert: Alert, now: int) -> None:
        right = set_right(alert, now)
        wakes = self.tell.wakes_at(right) or now
        if right == before:
            alerts.wake(connection, right.id, wakes)
        else:
            alerts.update_alert(connection, right, wakes)

    def _taken_over(self, alert: Alert, now: int) -> Alert:
        """As it goes on, where a reload has changed its rule or calendar."""
        old = self.before.rules.get(alert.rule) if self.before else None
        if self.before is None or old is None:
            return alert
        rule = self.tell.rules[alert.rule]
        return taken_over(alert, old, self.before.hours(old), rule, self.tell.hours(rule), now)


def _reached_since(connection: Connection, alert: Alert, now: int) -> bool:
    """Was the customer that it is about spoken with, which nobody noted because it had ended?"""
    last = alerts.calls_of(connection, alert.id, 1) if alert.customer else ()
    known = contacts(connection, last, now + MOST_AHEAD)
    return any(one.reached or one.spurious for one in standings(last, known))
