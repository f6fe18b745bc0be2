"""What calls and time make of alerts. As `notifier.intake` and `notifier.lifecycle` do it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from notifier.backtest.alerts import Alerts
from notifier.backtest.contacts import Contacts
from notifier.backtest.outbox import Outbox
from notifier.backtest.teller import Teller
from notifier.config.values import HOUR, MINUTE
from notifier.model import Alert, AlertState, Call, EndReason, Kind, StoredCall
from notifier.rules import (
    CompiledRule,
    Decision,
    Escalate,
    Overlay,
    Reason,
    Remind,
    Telling,
    Wake,
    Windows,
    decide,
    due,
    match_all,
    steps_taken,
)
from notifier.rules.reached import MOST_AHEAD, NEAR, believable, reach, standings

LOOK_AGAIN = MINUTE
"""After this it is looked again whether an alert may end that something is still to be told of."""

LOOK_AT_LAST = HOUR
"""Likewise where that waits for long."""

PRUNE_EVERY = HOUR


@dataclass
class Course:
    """Decides for one configuration, and keeps what came of it."""

    rules: Sequence[CompiledRule]
    alerts: Alerts
    outbox: Outbox
    teller: Teller
    looks_back: bool  # does it matter what came before a call, and whether its customer was reached?
    contacts: Contacts = field(default_factory=Contacts)
    windows: Windows = field(default_factory=lambda: Windows(0))
    decided: Counter[tuple[str, Reason]] = field(default_factory=Counter)
    _rows: int = 0

    def __post_init__(self) -> None:
        self._widest = max((rule.within for rule in self.rules), default=0)

    def warm_up(self, missed: Sequence[Call], answered: Sequence[Call], now: int) -> None:
        """Calls from before are known: they count, and open nothing.

        Args:
            missed: that were.
            answered: likewise.
            now: UTC ms.
        """
        self.contacts.add_answered(answered)
        self._decide(missed, now, baseline=True)

    def missed(self, calls: Sequence[Call], now: int) -> None:
        """Calls become known that were missed; `now` is UTC ms."""
        self._prune(min(call.placed_at for call in calls))
        for decision in self._decide(calls, now, baseline=False):
            self.decided[decision.rule, decision.reason] += len(decision.rows)

    def answered(self, calls: Sequence[Call], now: int) -> None:
        """Calls become known that were answered; `now` is UTC ms."""
        self.contacts.add_answered(calls)
        believed = believable(calls, now)
        by_customer: dict[str, list[Call]] = {}
        for call in believed:
            by_customer.setdefault(call.customer, []).append(call)
        for alert in self.alerts.about(by_customer):
            what = reach(alert, by_customer[alert.customer], now)
            if what is not None:
                self._change(what[0])
        windows = Overlay(self.windows)
        for leg in self.contacts.take_legs(believed, NEAR):
            for rule in self.rules:
                windows.drop((rule.name, rule.key(leg.call)), leg.call.placed_at, leg.row)
        windows.apply()

    def wake(self, now: int) -> None:
        """Do what time alone makes due now, UTC ms."""
        while waking := self.alerts.due(now):
            for alert in waking:
                self._do(alert, now)

    def _decide(self, calls: Sequence[Call], now: int, *, baseline: bool) -> list[Decision]:
        stored = self._stored(calls, now, baseline=baseline)
        matched = match_all(stored, self.rules)
        active = self.alerts.active((one.rule.name, one.key) for one in matched)
        outcome = decide(matched, active, self.windows, now)
        for change in outcome.changes:
            alert = change.alert
            if alert.id:
                self._change(alert)
                if active[alert.rule, alert.key].agent != alert.agent:
                    self.outbox.hasten(alert.id, now)
            else:
                alert = self.alerts.add(alert)
            if change.telling is not None:
                self.teller.tell(alert, change.telling, now, self.teller.gathered(alert))
        outcome.windows.apply()
        return outcome.decisions

    def _stored(self, calls: Sequence[Call], now: int, *, baseline: bool) -> list[StoredCall]:
        first = self._rows + 1
        self._rows += len(calls)
        stored = [StoredCall(row, call, baseline) for row, call in enumerate(calls, start=first)]
        if self.looks_back:
            known = standings(calls, self.contacts.around(calls, now + MOST_AHEAD))
            stored = [StoredCall(*one[:3], *each) for one, each in zip(stored, known, strict=True)]
            self.contacts.add_missed(stored)
        return stored

    def _prune(self, oldest: int) -> None:
        """Let go of what no window needs any more: all calls to come were placed at `oldest` or later."""
        horizon = oldest - self._widest
        if horizon - self.windows.horizon > PRUNE_EVERY:
            self.windows.prune(horizon)

    def _change(self, alert: Alert) -> None:
        self.alerts.change(alert)
        self.outbox.outdate(alert)

    def _do(self, alert: Alert, now: int) -> None:
        rule = self.teller.rules[alert.rule]
        what = due(alert, rule, self.teller.hours(rule), now)
        if isinstance(what, Escalate | Remind):
            held_until = self.outbox.kept_back_until(alert.id)
            if held_until is not None:
                self.alerts.wake(alert.id, _next_look(held_until, now))
                return
        match what:
            case EndReason() as reason:
                self._end_if_told(alert, reason, now)
            case Wake.TELL:
                self._open(alert, now)
            case Escalate(step=step):
                steps = steps_taken(alert, rule, step)
                self.teller.escalate(alert, steps, now)
                self._change(replace(alert, escalated=step))
            case Remind(number=number):
                self.teller.remind(alert, number, now)
                self._change(replace(alert, reminded=number))
            case Wake.NOTHING | Wake.WAKE:
                self.alerts.wake(alert.id, now + LOOK_AGAIN)

    def _open(self, alert: Alert, now: int) -> None:
        opened = replace(alert, state=AlertState.OPEN, open_since=now, version=alert.version + 1)
        self._change(opened)
        telling = Telling(Kind.OPEN, 0, opened.level)
        self.teller.tell(opened, telling, now, self.teller.gathered(alert))

    def _end_if_told(self, alert: Alert, reason: EndReason, now: int) -> None:
        next_try = self.outbox.next_try(alert.id)
        if next_try is None:
            version = alert.version + 1
            ended = replace(alert, state=AlertState.ENDED, ended_as=reason, ended_at=now, version=version)
            self._change(ended)
        else:
            self.alerts.wake(alert.id, _next_look(next_try, now))


def _next_look(next_try: int, now: int) -> int:
    return min(max(next_try, now) + LOOK_AGAIN, now + LOOK_AT_LAST)
