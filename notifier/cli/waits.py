"""Why a notification waits: what holds it back on purpose, and what hinders one that is due."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from notifier.cli.show import doer, harmless, when
from notifier.cli.story_words import HELD, is_held
from notifier.config import Config
from notifier.model import Alert, AlertState, Silence, Target
from notifier.rules.calendar import Hours, compile_calendars
from notifier.rules.gate import opens_at
from notifier.rules.silence import silenced
from notifier.store import silences
from notifier.store.database import Connection
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.outbox_alerts import alerts_of
from notifier.store.outbox_views import behind_a_backlog, troubles


@dataclass(frozen=True)
class Waits:
    """What is true now of what notifications may wait for."""

    config: Config
    now: int  # UTC ms
    calendars: Mapping[str, Hours]
    alerts: Mapping[int, Alert]
    muting: Sequence[Silence]
    troubles: Mapping[Target, str]
    behind: Collection[int]  # rows that wait for calls that are still being read

    def why(self, row: OutboxRow) -> str:
        """Why it is not sent yet; empty where it does not wait."""
        if row.state is not RowState.WAITING:
            return ""
        if is_held(row, self.now):
            return f"{HELD} until {when(self.config, row.next_at)}: {self._holds(row)}"
        if row.attempts and row.reason:
            return f"to be tried again: {harmless(row.reason)}"
        if row.id in self.behind:
            return "due once the calls that TeleCMI still owes are read"
        if trouble := self.troubles.get(row.target):
            return f"due, behind what could not be sent there: {harmless(trouble)}"
        return "due, as soon as the pace of where it goes allows"

    def _holds(self, row: OutboxRow) -> str:
        """What holds it back, in the order in which that is looked at before it is sent."""
        alert = self.alerts[row.alert_id]
        if alert.state is AlertState.SNOOZED:
            return f"snoozed by {doer(self.config, alert.handled_by)}"
        rule = next((rule for rule in self.config.rules if rule.name == alert.rule), None)
        hours = self.calendars.get(rule.calendar or "") if rule is not None else None
        if rule is not None and hours is not None and opens_at(alert, rule, hours, self.now) is not None:
            return f"calendar {harmless(rule.calendar or '')} is closed"
        silence = silenced(alert, self.muting, self.config.agents, self.now)
        if silence is None:
            return "what held it is over, or looked at again then"
        ends = ", until somebody ends it" if silence.ends_at is None else ""
        return f"silence S{silence.id} by {doer(self.config, silence.author)}{ends}"


def waits(connection: Connection, config: Config, rows: Collection[OutboxRow], now: int) -> Waits:
    """Look at what these notifications may wait for, at an instant in UTC ms."""
    waiting = [row for row in rows if row.state is RowState.WAITING]
    return Waits(
        config,
        now,
        compile_calendars(config.calendars, config.timezone),
        alerts_of(connection, {row.alert_id for row in waiting}),
        silences.active(connection, now),
        troubles(connection),
        behind_a_backlog(connection),
    )
