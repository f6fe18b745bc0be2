"""What became of a call or an alert, told in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from notifier.channels.render.times import duration
from notifier.cli.show import about, counted, harmless, person, when, whom
from notifier.config import Config
from notifier.model import Alert, AlertState, Call, EndReason, Kind, StoredCall
from notifier.rules import CompiledRule, Reason, compile_rules, ends_when_told, mismatch
from notifier.store.alerts import alert as alert_with
from notifier.store.database import Connection
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.outbox_views import of_alert
from notifier.store.views import StoredDecision, calls_of_alert, decisions_of, stored_at

MOST = 20
"""Calls of an alert that are listed."""

ENDS = {
    EndReason.TOLD: "everybody was told, and nothing was to follow",
    EndReason.QUIET: "no further call came within the rule's span",
    EndReason.EXPIRED: "no call had joined for as long as the rule waits (`expire_after`)",
    EndReason.RULE_REMOVED: "its rule is gone from the configuration",
}

KINDS = {
    Kind.OPEN: "first message",
    Kind.LEVEL: "message about a higher level",
    Kind.UPDATE: "message about more calls",
}

GROUNDS = {"rule": "", "fallback": ", the rule's fallback", "ops": ", as ops"}

STATES = {
    RowState.WAITING: "waits to be sent",
    RowState.CLAIMED: "is being sent",
    RowState.SENT: "sent",
    RowState.DROPPED: "not sent",
    RowState.REDIRECTED: "not sent, others are told instead",
    RowState.DEAD: "given up",
    RowState.DRY_RUN: "would have been sent, but dry_run was on",
}


@dataclass(frozen=True)
class Story:
    """Tells from what is stored, with the names that the configuration has now."""

    connection: Connection
    config: Config

    def of_call(self, stored: StoredCall) -> Iterator[str]:
        """What every rule made of a call, and who was told."""
        call = stored.call
        known = stored_at(self.connection, stored.row)
        yield f"call {harmless(call.id)}: {self._miss(call)}"
        yield f"  placed {when(self.config, call.placed_at)}, stored {when(self.config, known)}"
        decisions = {one.rule: one for one in decisions_of(self.connection, stored.row)}
        touched = {one.alert_id: None for one in decisions.values() if one.alert_id is not None}
        for rule in compile_rules(self.config.rules, self.config.agents):
            yield f"  rule {harmless(rule.name)}: {_under(rule, decisions.pop(rule.name, None), call)}"
        for gone in decisions.values():
            yield f"  rule {harmless(gone.rule)}, no longer in the configuration: {_reason(gone, None, call)}"
        for alert_id in touched:
            alert = alert_with(self.connection, alert_id)
            if alert is None:
                yield f"  alert A{alert_id} is so old that it was forgotten (`store.keep`)"
            else:
                yield f"  alert A{alert.id}: {self._stands(alert)}"
                yield from self._sent(alert)

    def of_alert(self, alert: Alert) -> Iterator[str]:
        """How an alert came about, what joined it, who was told, and how it ended."""
        yield f"alert A{alert.id}: rule {harmless(alert.rule)}, {about(alert)}, {alert.severity}"
        if alert.dry_run:
            yield "  dry_run was on when it opened: it is decided and stored, and nobody is told"
        yield f"  opened {when(self.config, alert.opened_at)}{_threshold(alert)}"
        yield f"  {self._stands(alert)}"
        shown = f", the newest {MOST}" if alert.call_count > MOST else ""
        yield f"  {counted(alert.call_count, 'call')} joined{shown}:"
        for stored in calls_of_alert(self.connection, alert.id, MOST):
            call = stored.call
            yield f"    {when(self.config, call.placed_at)}: {self._miss(call)}, call {harmless(call.id)}"
        yield from self._sent(alert)

    def _miss(self, call: Call) -> str:
        name = f" ({harmless(call.name)})" if call.name else ""
        return f"{person(self.config, call.agent)} dialled {harmless(call.customer)}{name}"

    def _stands(self, alert: Alert) -> str:
        if alert.ended_as is not None:
            on_trial = alert.dry_run and alert.ended_as is EndReason.TOLD
            why = "it was on trial, and nothing was to follow" if on_trial else ENDS[alert.ended_as]
            return f"ended {when(self.config, alert.ended_at)}: {why}"
        if alert.state is AlertState.PENDING:
            return f"waits until {when(self.config, alert.due_at)} (the rule's `wait`); nobody was told yet"
        return "open until everybody was told" if ends_when_told(alert) else "open: further calls join it"

    def _sent(self, alert: Alert) -> Iterator[str]:
        rows = of_alert(self.connection, alert.id)
        for row in rows:
            to = f"{whom(self.config, row.target)}{GROUNDS[row.via]}"
            yield f"    {KINDS[row.kind]} to {to}: {self._row(row)}"
        if not rows:
            yield "    nothing was to be sent yet"

    def _row(self, row: OutboxRow) -> str:
        reason = f" ({harmless(row.reason)})" if row.reason else ""
        tries = f", {row.attempts} tries" if row.attempts > 1 else ""
        again = f"; next try {when(self.config, row.next_at)}" if row.state is RowState.WAITING else ""
        since = f"{'due since' if again else 'written down'} {when(self.config, row.created_at)}"
        return f"{STATES[row.state]}{reason}; {since}{tries}{again}"


def _under(rule: CompiledRule, decision: StoredDecision | None, call: Call) -> str:
    if decision is not None:
        return _reason(decision, rule, call)
    why = mismatch(rule.conditions, call)
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
        case Reason.BASELINE:
            return "counted only: it was placed before its account was first watched (`start_from`)"
        case other:
            return harmless(other)


def _needed(rule: CompiledRule | None, call: Call, same: str) -> str:
    if rule is None or not rule.within:
        return ""
    return f": the rule asks for {rule.base(call).count} within {duration(rule.within)} of {same}"


def _threshold(alert: Alert) -> str:
    if alert.within is None:
        return ""
    return f", its level reached by {counted(alert.needed, 'call')} within {duration(alert.within)}"
