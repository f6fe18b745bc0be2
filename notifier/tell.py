"""Writing down who is to be told: the audience that the rules name becomes rows of the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from notifier.config.rules import Rule
from notifier.model import Alert, Kind, Target
from notifier.rules import Audience, Directory, Telling, Via, audience, instead
from notifier.store import outbox, outbox_views
from notifier.store.database import Connection

log = structlog.get_logger("notifier.tell")


@dataclass(frozen=True, slots=True)
class Tell:
    """Enqueues notifications for the configuration it was made from."""

    rules: Mapping[str, Rule]
    directory: Directory
    dry_run: bool = False  # the whole configuration's

    def is_dry(self, alert: Alert) -> bool:
        """Is nothing sent about this alert? It may have been opened before the configuration said so."""
        rule = self.rules.get(alert.rule)
        return alert.dry_run or self.dry_run or (rule is not None and rule.dry_run)

    def enqueue(self, connection: Connection, alert: Alert, telling: Telling, now: int) -> None:
        """Write down whom an alert is told, in the caller's transaction.

        Args:
            connection: to the store.
            alert: as stored.
            telling: which message.
            now: UTC ms.
        """
        rule = self.rules[alert.rule]
        for group in audience(rule, telling.level, alert.agent, self.directory):
            self._write(connection, alert, group, telling.kind, telling.n, now)

    def redirect(
        self, connection: Connection, alert: Alert, row: outbox.OutboxRow, reason: str, now: int
    ) -> bool:
        """Write down who is told in place of a row's target, in the caller's transaction.

        Returns:
            Is anybody told instead?
        """
        rule, via = self.rules.get(alert.rule), Via(row.via)
        # Each step goes on towards ops, never back: what fails can't be handed to and fro.
        while via is not Via.OPS:
            group = instead(rule, via, alert.agent, self.directory, reason)
            via = group.via
            others = tuple(target for target in group.targets if target != row.target)
            if others:
                self._write(connection, alert, Audience(others, via, reason), row.kind, row.n, now)
                if self._is_alive(connection, row, others):
                    return True
        return False

    @staticmethod
    def _is_alive(connection: Connection, row: outbox.OutboxRow, others: tuple[Target, ...]) -> bool:
        """Was, or will, one of these be told the same? They may have been given up before."""
        gone = {outbox.RowState.DEAD, outbox.RowState.REDIRECTED, outbox.RowState.DROPPED}
        return any(
            each.target in others and (each.kind, each.n) == (row.kind, row.n) and each.state not in gone
            for each in outbox_views.of_alert(connection, row.alert_id)
        )

    def _write(
        self, connection: Connection, alert: Alert, group: Audience, kind: Kind, n: int, now: int
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
            targets = (Target("nobody", f"agent {alert.agent}"),)
            if state is not outbox.RowState.DRY_RUN:
                state = outbox.RowState.DEAD
                log.error("nobody can be told", alert=f"A{alert.id}", rule=alert.rule, reason=reason)
        outbox.enqueue(
            connection, alert.id, targets, kind=kind, n=n, via=group.via, now=now, reason=reason, state=state
        )
