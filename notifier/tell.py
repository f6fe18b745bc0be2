"""Writing down who is to be told: the audience that the rules name becomes rows of the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from notifier.config.rules import Rule
from notifier.model import Alert, Gathered, Kind, Target
from notifier.rules import Audience, Directory, Telling, Via, audience, instead
from notifier.store import outbox, outbox_views
from notifier.store.database import Connection

log = structlog.get_logger("notifier.tell")

NOBODY = "nobody"
"""Stands for the receiver where nobody can be told."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Enqueues notifications for the configuration it was made from."""

    rules: Mapping[str, Rule]
    directory: Directory
    stale_after: int  # ms; calls that were stored later than this are told in a summary
    boot_at: int  # UTC ms; of calls from before, another run may have told already
    dry_run: bool = False  # the whole configuration's

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
        for group in audience(rule, telling.level, alert.agent, self.directory):
            self._write(connection, alert, group, telling.kind, telling.n, now, gathered, waits_for)

    def update(self, connection: Connection, alert: Alert, target: Target, now: int) -> None:
        """Write down that a target is told in a new message of the calls that joined, likewise."""
        group = Audience((target,), Via.RULE)
        self._write(connection, alert, group, Kind.UPDATE, alert.version, now, self.gathered(alert))

    def redirect(
        self, connection: Connection, alert: Alert, row: outbox.OutboxRow, reason: str, now: int
    ) -> bool:
        """Write down who is told in place of a row's target, in the caller's transaction.

        Returns:
            Is anybody told instead?
        """
        rule, via = self.rules.get(alert.rule), Via(row.via)
        if row.target.receiver == NOBODY and rule is not None:
            return self._tell_somebody(connection, alert, rule, row, now)
        # Each step goes on towards ops, never back: what fails can't be handed to and fro.
        while via is not Via.OPS:
            group = instead(rule, via, alert.agent, self.directory, reason)
            via = group.via
            others = tuple(target for target in group.targets if target != row.target)
            if others:
                group = Audience(others, via, reason)
                self._write(connection, alert, group, row.kind, row.n, now, _still_gathered(row))
                if self._is_alive(connection, row, others):
                    return True
        return False

    def _tell_somebody(
        self, connection: Connection, alert: Alert, rule: Rule, row: outbox.OutboxRow, now: int
    ) -> bool:
        """There was nobody to be told; the configuration may name somebody now."""
        groups = audience(rule, alert.level, alert.agent, self.directory)
        for group in groups:
            self._write(connection, alert, group, row.kind, row.n, now, _still_gathered(row))
        return self._is_alive(connection, row, tuple(target for group in groups for target in group.targets))

    @staticmethod
    def _is_alive(connection: Connection, row: outbox.OutboxRow, others: tuple[Target, ...]) -> bool:
        """Was, or will, one of these be told the same? They may have been given up before."""
        gone = {outbox.RowState.DEAD, outbox.RowState.REDIRECTED, outbox.RowState.DROPPED}
        return any(
            each.target in others and (each.kind, each.n) == (row.kind, row.n) and each.state not in gone
            for each in outbox_views.of_alert(connection, row.alert_id)
        )

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
        targets, state, reason = group.targets, outbox.RowState.WAITING, group.reason
        if self.is_dry(alert):
            state = outbox.RowState.DRY_RUN
            log.info(
                "would tell",
                alert=f"A{alert.id}",
                rule=alert.rule,
                kind=kind,
                targets=[str(t) for t in targets],
            )
        if not targets:
            # Kept where ops can see it: this is the one way in which nobody is told.
            targets = (Target(NOBODY, f"agent {alert.agent}"),)
            if state is not outbox.RowState.DRY_RUN:
                state = outbox.RowState.DEAD
                log.error("nobody can be told", alert=f"A{alert.id}", rule=alert.rule, reason=reason)
        may_be_told = alert.last_call_at < self.boot_at and state is outbox.RowState.WAITING
        outbox.enqueue(
            connection,
            alert,
            targets,
            kind=kind,
            n=n,
            via=group.via,
            now=now,
            reason=reason,
            state=state,
            uncertain_since=alert.last_call_at if may_be_told else None,
            gathered_as=gathered,
            waits_for=waits_for if gathered and state is outbox.RowState.WAITING else None,
        )


def _still_gathered(row: outbox.OutboxRow) -> Gathered | None:
    """What was to be told in a summary comes in one to others, too."""
    return row.gathered_as or (Gathered.BURST if row.batch else None)
