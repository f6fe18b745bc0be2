"""What became of a call or an alert, told in sentences."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from notifier.channels.render.times import duration
from notifier.cli.alerts import is_handled
from notifier.cli.show import about, counted, doer, harmless, person, when, whom
from notifier.cli.story_words import ENDS, GROUNDS, KEPT_OUT, KINDS, happened, outcome, threshold
from notifier.cli.waits import Waits, waits
from notifier.clock import SystemClock
from notifier.config import Config
from notifier.model import Alert, AlertState, Call, Endpoint, EndReason, StoredCall
from notifier.rules import CompiledRule, Reason, compile_rules, ends_when_told, mismatch
from notifier.store.alerts import alert as alert_with
from notifier.store.database import Connection
from notifier.store.events import events_of
from notifier.store.outbox import OutboxRow
from notifier.store.outbox_views import of_alert
from notifier.store.views import (
    StoredDecision,
    alerts_reached_by,
    calls_of_alert,
    decisions_of,
    stored_at,
)

MOST = 20
"""Calls of an alert that are listed."""

DID = {
    str(Reason.OPENED): "opened it",
    str(Reason.LEVEL_RAISED): "raised it to a higher level",
    str(Reason.BELOW_THRESHOLD): "counted, not enough yet",
    str(Reason.BASELINE): "counted only",
}
"""What a call did to the alert that it is of; else it joined."""


@dataclass(frozen=True)
class Story:
    """Tells from what is stored, with the names that the configuration has now."""

    connection: Connection
    config: Config

    def of_call(self, stored: StoredCall, told: set[int] | None = None) -> Iterator[str]:
        """What every rule made of a call, and who was told; of an answered one, what it ended.

        Args:
            stored: the call.
            told: alerts whose story was told already; those of this call are added.
        """
        told = set() if told is None else told
        call = stored.call
        known = stored_at(self.connection, stored.row)
        yield f"call {harmless(call.id)}: {self._what(call)}"
        yield f"  placed {when(self.config, call.placed_at)}, stored {when(self.config, known)}"
        yield from self._ended(call, told) if call.endpoint.is_answered else self._decided(stored, told)

    def _decided(self, stored: StoredCall, told: set[int]) -> Iterator[str]:
        call = stored.call
        decisions = {one.rule: one for one in decisions_of(self.connection, stored.row)}
        touched = {one.alert_id: None for one in decisions.values() if one.alert_id is not None}
        for rule in compile_rules(self.config.rules, self.config.agents):
            yield f"  rule {harmless(rule.name)}: {_under(rule, decisions.pop(rule.name, None), stored)}"
        for gone in decisions.values():
            yield f"  rule {harmless(gone.rule)}, no longer in the configuration: {_reason(gone, None, call)}"
        for alert_id in touched:
            alert = alert_with(self.connection, alert_id)
            if alert is None:
                yield f"  alert A{alert_id} is so old that it was forgotten (`store.keep`)"
            else:
                yield from self._touched(alert, told)

    def _touched(self, alert: Alert, told: set[int]) -> Iterator[str]:
        if alert.id in told:
            yield f"  alert A{alert.id}: as told above"
            return
        told.add(alert.id)
        yield f"  alert A{alert.id}: {self._stands(alert)}"
        yield from self._happened(alert)

    def of_alert(self, alert: Alert) -> Iterator[str]:
        """How an alert came about, how it stands, and what happened to it in order of time."""
        yield f"alert A{alert.id}: rule {harmless(alert.rule)}, {about(alert)}, {alert.severity}"
        if alert.dry_run:
            yield "  dry_run was on when it opened: it is decided and stored, and nobody is told"
        yield f"  opened {when(self.config, alert.opened_at)}{threshold(alert)}"
        yield f"  {self._stands(alert)}"
        shown = f", the newest {MOST}" if alert.call_count > MOST else ""
        yield f"  {counted(alert.call_count, 'call')} joined{shown}; what happened:"
        yield from self._happened(alert, calls_of_alert(self.connection, alert.id, MOST))

    def _ended(self, answered: Call, told: set[int]) -> Iterator[str]:
        alerts = alerts_reached_by(self.connection, answered)
        if not alerts:
            yield "  it ended no alert: none about this customer was active, or missed calls came after it"
        for alert in alerts:
            yield from self._touched(alert, told)

    def _what(self, call: Call) -> str:
        name = f" ({harmless(call.name)})" if call.name else ""
        customer = f"{harmless(call.customer) or 'somebody without a number'}{name}"
        agent = person(self.config, call.agent)
        match call.endpoint:
            case Endpoint.OUT_MISSED:
                return f"{agent} dialled {customer}"
            case Endpoint.OUT_ANSWERED:
                return f"{agent} dialled {customer}, who answered"
            case Endpoint.IN_ANSWERED:
                return f"{customer} called, and {agent} answered"

    def _stands(self, alert: Alert) -> str:
        if alert.ended_as is not None:
            on_trial = alert.dry_run and alert.ended_as is EndReason.TOLD
            why = "it was on trial, and nothing was to follow" if on_trial else ENDS[alert.ended_as]
            return f"ended {when(self.config, alert.ended_at)}: {why}{self._by(alert)}"
        match alert.state:
            case AlertState.ACKNOWLEDGED:
                return f"acknowledged{self._by(alert)}: no reminders while somebody is on it"
            case AlertState.SNOOZED:
                until = when(self.config, alert.snoozed_until)
                return f"snoozed until {until}{self._by(alert)}: nobody hears of it before"
            case AlertState.PENDING:
                why = "it is snoozed" if alert.snoozed_until is not None else "the rule's `wait`"
                return f"waits until {when(self.config, alert.due_at)} ({why}); nobody was told yet"
            case _:
                return (
                    "open until everybody was told"
                    if ends_when_told(alert)
                    else "open: further calls join it"
                )

    def _by(self, alert: Alert) -> str:
        if not is_handled(alert):
            return ""
        return f", by {doer(self.config, alert.handled_by)}, {when(self.config, alert.handled_at)}"

    def _happened(self, alert: Alert, calls: Iterable[StoredCall] = ()) -> Iterator[str]:
        """What was read, done and sent, in order of time; what is still to be sent comes last."""
        rows = of_alert(self.connection, alert.id)
        reasons = waits(self.connection, self.config, rows, SystemClock().now())
        lines = [
            *(self._read(alert, stored) for stored in calls),
            *((event.at, happened(self.config, event)) for event in events_of(self.connection, alert.id)),
            *((row.finished_at, self._row(row, reasons)) for row in rows),
        ]
        for at, line in sorted(lines, key=lambda one: (one[0] is None, one[0] or 0)):
            yield f"    {'now' if at is None else when(self.config, at)}: {line}"
        if not rows:
            yield "    nothing was to be sent yet"

    def _read(self, alert: Alert, stored: StoredCall) -> tuple[int | None, str]:
        """When a call was stored, and what came of it under the alert's rule."""
        call, row = stored.call, stored.row
        reasons = [one.reason for one in decisions_of(self.connection, row) if one.rule == alert.rule]
        did = DID.get(reasons[0], "joined") if reasons else "joined"
        what = f"{self._what(call)}, call {harmless(call.id)}, placed {when(self.config, call.placed_at)}"
        return stored_at(self.connection, row), f"{what}: {did}"

    def _row(self, row: OutboxRow, reasons: Waits) -> str:
        to = f"{whom(self.config, row.target)}{GROUNDS[row.via]}"
        return f"{KINDS[row.kind]} to {to}: {outcome(self.config, row, reasons.why(row))}"


def _under(rule: CompiledRule, decision: StoredDecision | None, stored: StoredCall) -> str:
    if decision is not None:
        return _reason(decision, rule, stored.call)
    why = mismatch(rule.conditions, stored)
    if why is not None:
        return f"not about this call ({harmless(why)})"
    return "would be about this call, but was made or changed after it was stored"


def _reason(decision: StoredDecision, rule: CompiledRule | None, call: Call) -> str:
    alert = f"A{decision.alert_id}"
    same = f"the same {' and '.join(rule.rule.per)}" if rule else "the same key"
    match decision.reason:
        case Reason.OPENED:
            return f"opened alert {alert}"
        case Reason.JOINED:
            return f"joined alert {alert}, which was active for {same}"
        case Reason.LEVEL_RAISED:
            return f"raised alert {alert} to a higher level"
        case Reason.BELOW_THRESHOLD:
            return f"counted, but it was not enough for an alert yet{_needed(rule, call, same)}"
        case other:
            return KEPT_OUT.get(other) or harmless(other)


def _needed(rule: CompiledRule | None, call: Call, same: str) -> str:
    if rule is None or not rule.within:
        return ""
    return f": the rule asks for {rule.base(call).count} within {duration(rule.within)} of {same}"
