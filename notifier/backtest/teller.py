"""Who is told: the audience that the rules name becomes rows of the outbox. As `notifier.tell` does it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from notifier.backtest.outbox import Outbox
from notifier.config.receivers import NOBODY
from notifier.config.rules import Rule
from notifier.model import Alert, Gathered, Kind, Target
from notifier.rules import (
    ALWAYS,
    Audience,
    Directory,
    Hours,
    Telling,
    Via,
    and_passed,
    audience,
    audience_of,
    instead,
)
from notifier.rules import wakes_at as wakes_by_rule
from notifier.store.outbox import OutboxRow, RowState

_GONE = frozenset({RowState.DEAD, RowState.REDIRECTED, RowState.DROPPED})


@dataclass(frozen=True)
class Teller:
    """Enqueues for one configuration."""

    rules: Mapping[str, Rule]
    directory: Directory
    calendars: Mapping[str, Hours]
    stale_after: int  # ms
    outbox: Outbox

    def hours(self, rule: Rule) -> Hours:
        """When a rule may speak."""
        return self.calendars[rule.calendar] if rule.calendar else ALWAYS

    def wakes_at(self, alert: Alert) -> int | None:
        """When time alone may change an alert, UTC ms."""
        rule = self.rules[alert.rule]
        return wakes_by_rule(alert, rule, self.hours(rule))

    def gathered(self, alert: Alert) -> Gathered | None:
        """Why its messages are to be told together with others, if they are."""
        return Gathered.STALE if alert.last_joined_at - alert.last_call_at > self.stale_after else None

    def tell(self, alert: Alert, telling: Telling, now: int, gathered: Gathered | None) -> None:
        """Write down whom an alert is told; `now` is UTC ms."""
        if telling.kind is Kind.LEVEL:
            self.outbox.hasten(alert.id, now)
        for group in audience(self.rules[alert.rule], telling.level, alert.agent, self.directory, now):
            self._write(alert, group, telling.kind, telling.n, now, gathered)

    def escalate(self, alert: Alert, steps: Sequence[int], now: int) -> None:
        """Write down who is told as well; whoever is in several steps, of the last."""
        told_already: set[Target] = set()
        for step in sorted(steps, reverse=True):
            for group in self._named(alert, Kind.ESCALATION, step, now):
                targets = tuple(target for target in group.targets if target not in told_already)
                if targets or not group.targets:
                    fresh = Audience(targets, group.via, group.reason)
                    self._write(alert, fresh, Kind.ESCALATION, step, now, None)
                told_already.update(targets)

    def remind(self, alert: Alert, number: int, now: int) -> None:
        """Write down that all who were told are reminded; the rule's own receivers where nobody was."""
        known = tuple(self.outbox.told.get(alert.id, {}))
        groups = [Audience(known, Via.RULE)] if known else self._named(alert, Kind.REMINDER, number, now)
        for group in groups:
            self._write(alert, group, Kind.REMINDER, number, now, None)

    def update(self, alert: Alert, target: Target, now: int, *, joined: bool) -> None:
        """Write down that a target is told in a new message what is new; are calls that joined part of it?"""
        group = Audience((target,), Via.RULE)
        gathered = self.gathered(alert) if joined else None
        self._write(alert, group, Kind.UPDATE, alert.version, now, gathered)

    def redirect(self, alert: Alert, row: OutboxRow, reason: str, now: int) -> bool:
        """Write down who is told in place of an agent who is away; is anybody?"""
        rule, via = self.rules[alert.rule], Via(row.via)
        stand_ins = self.directory.deputies(row.target, now)
        for deputy, passed in stand_ins.there:
            if self._tells(alert, row, Audience((deputy,), Via.DEPUTY, and_passed(reason, passed)), now):
                return True
        reason = and_passed(reason, stand_ins.passed)
        while via is not Via.OPS:
            group = instead(rule, via, alert.agent, self.directory, reason, now)
            via = group.via
            if self._tells(alert, row, group, now):
                return True
        return False

    def _tells(self, alert: Alert, row: OutboxRow, group: Audience, now: int) -> bool:
        others = tuple(target for target in group.targets if target != row.target)
        if not others:
            return False
        gathered = row.gathered_as or (Gathered.BURST if row.batch else None)
        self._write(alert, Audience(others, group.via, group.reason), row.kind, row.n, now, gathered)
        return any(
            each.target in others and (each.kind, each.n) == (row.kind, row.n) and each.state not in _GONE
            for each in self.outbox.of_alert(alert.id)
        )

    def _named(self, alert: Alert, kind: Kind, n: int, now: int) -> Iterable[Audience]:
        rule = self.rules[alert.rule]
        if kind is Kind.ESCALATION:
            return audience_of(rule.escalate[n - 1].notify, rule, alert.agent, self.directory, now)
        return audience(rule, alert.level, alert.agent, self.directory, now)

    def _write(
        self, alert: Alert, group: Audience, kind: Kind, n: int, now: int, gathered: Gathered | None
    ) -> None:
        targets, state = group.targets, RowState.WAITING
        if not targets:
            targets, state = (Target(NOBODY, f"agent {alert.agent}"),), RowState.DEAD
        self.outbox.enqueue(alert, targets, kind, n, group.via, group.reason, now, gathered, state)
