"""Loop 2: what time alone makes due. It is derived from the store, so a restart loses none of it."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import structlog

from notifier.clock import Clock, Offset
from notifier.config.schema import Keep
from notifier.lifecycle.takeover import Takeover
from notifier.loop import Wakes
from notifier.model import Alert, AlertState, EndReason, Event, EventKind, Kind
from notifier.rules import (
    Escalate,
    Remind,
    Telling,
    Wake,
    due,
    opened,
    quiet_from,
    steps_taken,
)
from notifier.store import alerts, events, outbox, outbox_alerts, purge, sources, unheard
from notifier.store.database import Connection, Database
from notifier.tell import Tell

log = structlog.get_logger("notifier.lifecycle")

BATCH = 200
"""Alerts in one transaction: short enough that reading TeleCMI never waits for us."""

LOOK_AGAIN = 60_000
"""ms; an alert that nobody was told of yet does not end; it is looked at again after this."""

LOOK_AT_LAST = 3_600_000
"""ms; likewise where what is to be told of it is held for long, and may be let go before."""

PURGE_EVERY = 3_600_000
"""ms"""


@dataclass
class Lifecycle:
    """Opens, wakes, escalates, reminds, ends; forgets what is old."""

    database: Database
    clock: Clock
    tell: Tell
    keep: Keep
    wakes: Wakes
    accounts: Collection[str]  # that are read
    reach: int  # ms behind the watermark that a read, or the windows, may still look at
    before: Tell | None = None  # of the configuration that ran in this process until now
    purge_at: int = 0  # UTC ms
    _offset: Offset = field(init=False)
    _takeover: Takeover = field(init=False)

    def __post_init__(self) -> None:
        self._offset = Offset(self.clock)
        self._takeover = Takeover(self.tell, self.before)

    async def adopt(self) -> None:
        """Take over the alerts of an earlier run or configuration; nothing is sent by it."""
        now = self.clock.now()
        self._offset.accept()
        removed = await self.database.write(lambda connection: self._adopted(connection, now))
        if removed:
            log.info("alerts of removed rules ended", count=removed)

    async def step(self) -> int | None:
        """Do what is due now.

        Returns:
            When something is due next, UTC ms; None where nothing is. Now, where more is due already.
        """
        now = self.clock.now()
        if self._offset.was_set_back():
            await self.database.write(lambda connection: self._takeover.by_clock(connection, now))
            self.purge_at = 0
            log.warning("the clock was set back; what is due was worked out anew")
        self._offset.accept()
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
        self._takeover.by_rules(connection, now)
        removed = 0
        for alert in alerts.all_active(connection):
            if alert.rule not in self.tell.rules:
                self._end(connection, alert, EndReason.RULE_REMOVED, now)
                removed += 1
        return removed

    def _due(self, connection: Connection, now: int) -> int:
        waking = alerts.due(connection, now, BATCH)
        for alert in waking:
            self._do(connection, alert, now)
        return len(waking)

    def _do(self, connection: Connection, alert: Alert, now: int) -> None:
        rule = self.tell.rules.get(alert.rule)
        what = due(alert, rule, self.tell.hours(rule), now)
        if isinstance(what, Escalate | Remind) and self._is_kept_back(connection, alert, now):
            return
        match what:
            case EndReason() as reason:
                self._end_if_told(connection, alert, reason, now)
            case Wake.TELL:
                self._open(connection, alert, now)
            case Wake.WAKE:
                self._wake(connection, alert, now)
            case Escalate(step=step):
                self._escalate(connection, alert, step, now)
            case Remind(number=number):
                self._remind(connection, alert, number, now)
            case Wake.NOTHING:
                self._look_later(connection, alert, now)

    def _is_kept_back(self, connection: Connection, alert: Alert, now: int) -> bool:
        """Did nobody hear of it yet, since it is held? Then it is looked at again: all counts from then."""
        held_until = outbox_alerts.kept_back_until(connection, alert.id)
        if held_until is not None:
            alerts.wake(connection, alert.id, _next_look(held_until, now))
        return held_until is not None

    def _look_later(self, connection: Connection, alert: Alert, now: int) -> None:
        # Who acted on it leaves it to us when it is due: they need not have our rules.
        at = self.tell.wakes_at(alert)
        alerts.wake(connection, alert.id, at if at is not None and at > now else now + LOOK_AGAIN)

    def _open(self, connection: Connection, alert: Alert, now: int) -> None:
        now_open = opened(alert, now)
        self._change(connection, now_open, Event(now, EventKind.OPENED))
        gathered = self.tell.gathered(alert)
        backlog = self._backlog(connection, alert, now) if gathered else None
        telling = Telling(Kind.OPEN, 0, now_open.level)
        self.tell.enqueue(connection, now_open, telling, now, gathered=gathered, waits_for=backlog)
        log.info("opened after its wait", alert=f"A{alert.id}", rule=alert.rule)

    def _wake(self, connection: Connection, alert: Alert, now: int) -> None:
        # Reminders begin anew; who was told by an escalation is told so once.
        kept = self.tell.steps_kept(connection, alert)
        woken = replace(opened(alert, now), reminded=0, escalated=kept)
        self._change(connection, woken, Event(now, EventKind.WOKE))
        self.tell.remind(connection, woken, 1, now)
        log.info("woke from its snooze", alert=f"A{alert.id}", rule=alert.rule)

    def _escalate(self, connection: Connection, alert: Alert, step: int, now: int) -> None:
        rule = self.tell.rules[alert.rule]
        steps = steps_taken(alert, rule, step)
        self.tell.escalate(connection, alert, steps, now)
        named = dict.fromkeys(name for number in steps for name in rule.escalate[number - 1].notify)
        event = Event(now, EventKind.ESCALATED, note=", ".join(named))
        self._change(connection, replace(alert, escalated=step), event)
        log.info("escalated", alert=f"A{alert.id}", rule=alert.rule, step=step)

    def _remind(self, connection: Connection, alert: Alert, number: int, now: int) -> None:
        self.tell.remind(connection, alert, number, now)
        self._change(connection, replace(alert, reminded=number), Event(now, EventKind.REMINDED))
        log.info("reminded", alert=f"A{alert.id}", rule=alert.rule, number=number)

    def _change(self, connection: Connection, alert: Alert, event: Event) -> None:
        alerts.update_alert(connection, alert, self.tell.wakes_at(alert))
        events.record(connection, alert.id, event)

    def _backlog(self, connection: Connection, alert: Alert, now: int) -> int | None:
        """The source of the alert's account, where it is being read and far behind; its end lets go."""
        account = alert.agent.partition("/")[0]
        if account not in self.accounts:
            return None
        return sources.catching_up(connection, account, now - self.tell.stale_after)

    def _end_if_told(self, connection: Connection, alert: Alert, reason: EndReason, now: int) -> None:
        look_again = self._too_early(connection, alert, reason, now)
        if look_again is None:
            self._end(connection, alert, reason, now)
        else:
            alerts.wake(connection, alert.id, look_again)

    def _too_early(self, connection: Connection, alert: Alert, reason: EndReason, now: int) -> int | None:
        """When to look again, UTC ms; None where it may end now."""
        if reason is EndReason.RULE_REMOVED:
            return None
        if reason is EndReason.QUIET:
            # Quiet is what TeleCMI was asked about, not what nobody has looked at.
            read_to = sources.oldest_watermark(connection, self.accounts)
            quiet = quiet_from(alert, self.tell.rules[alert.rule])
            if read_to is None or read_to < (quiet or now):
                return now + LOOK_AGAIN
        next_try = outbox.next_try(connection, alert.id)
        return None if next_try is None else _next_look(next_try, now)

    def _end(self, connection: Connection, alert: Alert, reason: EndReason, now: int) -> None:
        if reason is EndReason.RULE_REMOVED:
            # A reload tells nobody anything: people keep the message as it is. Programs follow it.
            receivers = self.tell.directory.receivers
            unheard.hide(connection, alert.id, [name for name, one in receivers.items() if one.is_program])
        version = alert.version + 1
        ended = replace(alert, state=AlertState.ENDED, ended_as=reason, ended_at=now, version=version)
        alerts.update_alert(connection, ended, None)
        if reason is not EndReason.TOLD:
            events.record(connection, alert.id, Event(now, EventKind.ENDED, note=reason))
        log.info("ended", alert=f"A{alert.id}", rule=alert.rule, reason=reason)


def _next_look(next_try: int, now: int) -> int:
    """When to look again whether what is to be tried then was sent, UTC ms."""
    return min(max(next_try, now) + LOOK_AGAIN, now + LOOK_AT_LAST)
