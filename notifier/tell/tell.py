"""Writing down who is to be told: the audience that the rules name becomes rows of the outbox."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from notifier.config.receivers import NOBODY
from notifier.config.rules import Escalation, Rule
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
    wakes_at,
)
from notifier.store import outbox, outbox_alerts, outbox_held, told
from notifier.store.database import Connection
from notifier.tell import rows

ROUND = 1_000_000
"""More than a rule can have steps. What a reopened alert escalates is numbered from the next multiple on."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Enqueues notifications for the configuration it was made from."""

    rules: Mapping[str, Rule]
    directory: Directory
    stale_after: int  # ms; calls that were stored later than this are told in a summary
    boot_at: int  # UTC ms; of calls from before, another run may have told already
    dry_run: bool = False  # the whole configuration's
    calendars: Mapping[str, Hours] = field(default_factory=dict)

    def hours(self, rule: Rule | None) -> Hours:
        """When a rule may speak; always, where it has no calendar, or is gone from the configuration."""
        return self.calendars[rule.calendar] if rule is not None and rule.calendar else ALWAYS

    def wakes_at(self, alert: Alert) -> int | None:
        """When time alone may change an alert of one of the rules, UTC ms; None once it has ended."""
        rule = self.rules[alert.rule]
        return wakes_at(alert, rule, self.hours(rule))

    def is_dry(self, alert: Alert) -> bool:
        """Is nothing sent about this alert? It may have been opened before the configuration said so."""
        rule = self.rules.get(alert.rule)
        return alert.dry_run or self.dry_run or (rule is not None and rule.dry_run)

    def gathered(self, alert: Alert) -> Gathered | None:
        """Why its messages are to be told together with others; None where only their number decides.

        Args:
            alert: as it is when it becomes due, before it is opened: opening it counts as a change.
        """
        return Gathered.STALE if alert.last_joined_at - alert.last_call_at > self.stale_after else None

    def enqueue(
        self,
        connection: Connection,
        alert: Alert,
        telling: Telling,
        now: int,
        *,
        gathered: Gathered | None = None,
        waits_for: int | None = None,
    ) -> None:
        """Write down whom an alert is told, in the caller's transaction.

        Args:
            connection: to the store.
            alert: as stored.
            telling: which message.
            now: UTC ms.
            gathered: as ``gathered`` says.
            waits_for: the source whose backlog is being read: what is gathered waits for its end.
        """
        rule = self.rules[alert.rule]
        if telling.kind is Kind.LEVEL:
            # What is held of it may pass now that it is graver, and goes first.
            outbox_held.hasten_held(connection, now, alert.id)
        for group in audience(rule, telling.level, alert.agent, self.directory, now):
            self._write(connection, alert, group, telling.kind, telling.n, now, gathered, waits_for)

    def escalate(self, connection: Connection, alert: Alert, steps: Sequence[int], now: int) -> None:
        """Write down who is told as well because nobody has reached the customer, likewise.

        Args:
            connection: to the store.
            alert: as it was before.
            steps: that are taken, from 1. Whoever is in several is told once, of the last.
            now: UTC ms.
        """
        last = outbox_alerts.last_number(connection, alert.id, Kind.ESCALATION)
        before = last // ROUND * ROUND
        if last - before >= min(steps):
            before += ROUND  # it was reopened since
        told_already: set[Target] = set()
        for step in sorted(steps, reverse=True):
            for group in self._named(alert, self.rules[alert.rule], Kind.ESCALATION, step, now):
                targets = tuple(target for target in group.targets if target not in told_already)
                if targets or not group.targets:
                    fresh = Audience(targets, group.via, group.reason)
                    self._write(connection, alert, fresh, Kind.ESCALATION, before + step, now, None)
                told_already.update(targets)

    def steps_kept(self, connection: Connection, alert: Alert) -> int:
        """How many steps of its escalation stay taken when an alert wakes: not those that were called off."""
        last = outbox_alerts.last_number(connection, alert.id, Kind.ESCALATION)
        called_off = outbox_alerts.first_called_off(connection, alert.id, last // ROUND * ROUND)
        return alert.escalated if called_off is None else min(alert.escalated, called_off % ROUND - 1)

    def remind(self, connection: Connection, alert: Alert, number: int, now: int) -> None:
        """Write down that all who were told are reminded; the rule's own receivers where nobody was.

        Args:
            connection: to the store.
            alert: as stored.
            number: of the reminder, from 1; higher where it has had such a one before it was reopened.
            now: UTC ms.
        """
        n = max(number, outbox_alerts.last_number(connection, alert.id, Kind.REMINDER) + 1)
        known = tuple(told.who_knows(connection, alert.id))
        groups = [Audience(known, Via.RULE)] if known else ()
        for group in groups or self._named(alert, self.rules[alert.rule], Kind.REMINDER, n, now):
            self._write(connection, alert, group, Kind.REMINDER, n, now, None)

    def step(self, alert: Alert, n: int) -> Escalation | None:
        """The step that an escalation of this number took; None where the rule has no such step any more."""
        rule = self.rules.get(alert.rule)
        steps = rule.escalate if rule else ()
        return steps[n % ROUND - 1] if 0 < n % ROUND <= len(steps) else None

    def update(self, connection: Connection, alert: Alert, target: Target, now: int, *, joined: bool) -> None:
        """Write down that a target is told in a new message what is new of an alert that it knows of.

        Args:
            connection: to the store, in a transaction.
            alert: as stored.
            target: whose message can't be edited.
            now: UTC ms.
            joined: calls are among what is new.
        """
        group = Audience((target,), Via.RULE)
        gathered = self.gathered(alert) if joined else None
        self._write(connection, alert, group, Kind.UPDATE, alert.version, now, gathered)

    def redirect(
        self,
        connection: Connection,
        alert: Alert,
        row: outbox.OutboxRow,
        reason: str,
        now: int,
        *,
        to_deputy: bool = False,
        works: Callable[[Target], bool] = lambda _: True,
    ) -> bool:
        """Write down who is told in place of a row's target, in the caller's transaction.

        Args:
            connection: to the store.
            alert: as stored.
            row: whose target can't be told.
            reason: why.
            now: UTC ms.
            to_deputy: the target is an agent who is away: deputies come first.
            works: who of the others may be told.

        Returns:
            Is anybody told instead?
        """
        rule, via = self.rules.get(alert.rule), Via(row.via)
        if row.target.receiver == NOBODY and rule is not None:
            return self._tell_somebody(connection, alert, rule, row, now)
        if to_deputy:
            stand_ins = self.directory.deputies(row.target, now)
            for deputy, passed in stand_ins.there:
                group = Audience((deputy,), Via.DEPUTY, and_passed(reason, passed))
                if self._tells(connection, alert, row, group, now):
                    return True
            reason = and_passed(reason, stand_ins.passed)
        # Each step goes on towards ops, never back: what fails can't be handed to and fro.
        while via is not Via.OPS:
            group = instead(rule, via, alert.agent, self.directory, reason, now)
            via = group.via
            group = Audience(tuple(filter(works, group.targets)), group.via, group.reason)
            if self._tells(connection, alert, row, group, now):
                return True
        return False

    def _tells(
        self, connection: Connection, alert: Alert, row: outbox.OutboxRow, group: Audience, now: int
    ) -> bool:
        """Write down that these are told in place of a row's target; is one of them?"""
        others = tuple(target for target in group.targets if target != row.target)
        if not others:
            return False
        group = Audience(others, group.via, group.reason)
        self._write(connection, alert, group, row.kind, row.n, now, rows.still_gathered(row))
        return rows.is_alive(connection, row, others)

    def _tell_somebody(
        self, connection: Connection, alert: Alert, rule: Rule, row: outbox.OutboxRow, now: int
    ) -> bool:
        """There was nobody to be told; the configuration may name somebody now."""
        groups = self._named(alert, rule, row.kind, row.n, now)
        for group in groups:
            self._write(connection, alert, group, row.kind, row.n, now, rows.still_gathered(row))
        return rows.is_alive(connection, row, tuple(target for group in groups for target in group.targets))

    def _named(self, alert: Alert, rule: Rule, kind: Kind, n: int, now: int) -> list[Audience]:
        """Whom the rule names for a message."""
        step = self.step(alert, n) if kind is Kind.ESCALATION else None
        if step is None:
            return audience(rule, alert.level, alert.agent, self.directory, now)
        return audience_of(step.notify, rule, alert.agent, self.directory, now)

    def _write(
        self,
        connection: Connection,
        alert: Alert,
        group: Audience,
        kind: Kind,
        n: int,
        now: int,
        gathered: Gathered | None,
        waits_for: int | None = None,
    ) -> None:
        occasion = rows.Occasion(kind, n, gathered, waits_for, self.is_dry(alert), self.boot_at)
        rows.write(connection, alert, group, occasion, now)
