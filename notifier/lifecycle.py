"""Loop 2: what time alone makes due. It is derived from the store, so a restart loses none of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import structlog

from notifier.clock import Clock
from notifier.config.rules import Rule
from notifier.config.schema import Keep
from notifier.loop import Wakes
from notifier.model import Alert, AlertState, EndReason, Kind
from notifier.rules import Telling, Wake, due, wakes_at
from notifier.store import alerts, outbox, purge, sources
from notifier.store.database import Connection, Database
from notifier.tell import Tell

log = structlog.get_logger("notifier.lifecycle")

BATCH = 200
"""Alerts in one transaction: short enough that reading TeleCMI never waits for us."""

LOOK_AGAIN = 60_000
"""ms; an alert that nobody was told of yet does not end; it is looked at again after this."""

PURGE_EVERY = 3_600_000
"""ms"""


@dataclass
class Lifecycle:
    """Opens what was pending, ends what is over, forgets what is old."""

    database: Database
    clock: Clock
    rules: Mapping[str, Rule]
    tell: Tell
    keep: Keep
    wakes: Wakes
    accounts: Collection[str]  # that are read
    reach: int  # ms behind the watermark that a read, or the windows, may still look at
    purge_at: int = 0  # UTC ms

    async def adopt(self) -> None:
        """Take over the alerts of an earlier run or configuration; nothing is sent by it."""
        now = self.clock.now()
        removed = await self.database.write(lambda connection: self._adopted(connection, now))
        if removed:
            log.info("alerts of removed rules ended", count=removed)

    async def step(self) -> int | None:
        """Do what is due now.

        Returns:
            When something is due next, UTC ms; None where nothing is. Now, where more is due already.
        """
        now = self.clock.now()
        done = await self.database.write(lambda connection: self._due(connection, now))
        if done:
            self.wakes.wake("dispatch")
        if done == BATCH:
            return now
        if now >= self.purge_at:
            purged = await self.database.write(lambda connection: self._purged(connection, now))
            if purged == purge.BATCH:
                return now
            self.purge_at = now + PURGE_EVERY
        return await self.database.read(alerts.next_due)

    def _purged(self, connection: Connection, now: int) -> int:
        # While TeleCMI can't be read, what the next read will bring again must not be forgotten.
        needed = purge.needed_from(connection, self.accounts, self.reach, now)
        keep, today = self.keep, purge.today(connection, self.accounts, now)
        gone = purge.purge(connection, min(today - keep.calls, needed), min(today - keep.alerts, needed))
        return gone.most

    def _adopted(self, connection: Connection, now: int) -> int:
        outbox.release_strangers(connection, self.accounts)
        removed = 0
        for alert in alerts.all_active(connection):
            rule = self.rules.get(alert.rule)
            if rule is None:
                self._end(connection, alert, EndReason.RULE_REMOVED, now)
                removed += 1
            else:
                # The rule's spans may have changed while we were away.
                alerts.wake(connection, alert.id, wakes_at(alert, rule) or now)
        return removed

    def _due(self, connection: Connection, now: int) -> int:
        waking = alerts.due(connection, now, BATCH)
        for alert in waking:
            rule = self.rules.get(alert.rule)
            what = due(alert, rule, now)
            if isinstance(what, EndReason):
                self._end_if_told(connection, alert, what, now)
            elif what is Wake.TELL:
                self._open(connection, alert, now)
            else:
                alerts.wake(connection, alert.id, now + LOOK_AGAIN)
        return len(waking)

    def _open(self, connection: Connection, alert: Alert, now: int) -> None:
        rule = self.rules[alert.rule]
        # The time that it waited is not held against it.
        opened = replace(alert, state=AlertState.OPEN, last_joined_at=now, version=alert.version + 1)
        alerts.update_alert(connection, opened, wakes_at(opened, rule))
        gathered = self.tell.gathered(alert)
        backlog = self._backlog(connection, alert, now) if gathered else None
        telling = Telling(Kind.OPEN, 0, opened.level)
        self.tell.enqueue(connection, opened, telling, now, gathered=gathered, waits_for=backlog)
        log.info("opened after its wait", alert=f"A{alert.id}", rule=alert.rule)

    def _backlog(self, connection: Connection, alert: Alert, now: int) -> int | None:
        """The source of the alert's account, where it is being read and far behind; its end lets go."""
        account = alert.agent.partition("/")[0]
        if account not in self.accounts:
            return None
        return sources.catching_up(connection, account, now - self.tell.stale_after)

    def _end_if_told(self, connection: Connection, alert: Alert, reason: EndReason, now: int) -> None:
        if self._is_too_early(connection, alert, reason):
            alerts.wake(connection, alert.id, now + LOOK_AGAIN)
            return
        self._end(connection, alert, reason, now)

    def _is_too_early(self, connection: Connection, alert: Alert, reason: EndReason) -> bool:
        if reason is EndReason.RULE_REMOVED:
            return False
        if reason is EndReason.QUIET:
            # Quiet is what TeleCMI was asked about, not what nobody has looked at.
            read_to = sources.oldest_watermark(connection, self.accounts)
            if read_to is None or read_to < alert.last_joined_at + (alert.within or 0):
                return True
        return outbox.unfinished(connection, alert.id)

    @staticmethod
    def _end(connection: Connection, alert: Alert, reason: EndReason, now: int) -> None:
        # A reload never sends: who was told of a removed rule's alert keeps the message as it is.
        version = alert.version if reason is EndReason.RULE_REMOVED else alert.version + 1
        ended = replace(alert, state=AlertState.ENDED, ended_as=reason, ended_at=now, version=version)
        alerts.update_alert(connection, ended, None)
        log.info("ended", alert=f"A{alert.id}", rule=alert.rule, reason=reason)
