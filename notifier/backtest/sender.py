"""What goes out, and when. As `notifier.dispatch` does it, where every channel takes everything at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from notifier.backtest.alerts import Alerts
from notifier.backtest.outbox import Outbox, Told
from notifier.backtest.results import Fate
from notifier.backtest.teller import Teller
from notifier.channels.base import SUMMARY_SIZES
from notifier.config.receivers import NOBODY, Agent, Receiver
from notifier.config.schema import Delivery
from notifier.config.values import MINUTE
from notifier.model import Alert, AlertState, EndReason, Gathered, Kind, Severity, Silence, Target
from notifier.rules import (
    REPEATS,
    REPLIES,
    Drop,
    Dropped,
    Gate,
    Hold,
    Pass,
    ends_when_told,
    gate,
    heard,
    is_news,
    is_settled,
    standing,
)
from notifier.rules.silence import silenced
from notifier.store.gathering import Limits, summaries
from notifier.store.outbox import OutboxRow, RowState

UPDATE_EVERY_NEW_MESSAGE = 5 * MINUTE
"""Between two messages about calls that joined, where a message can't be edited."""


@dataclass
class Sender:
    """Sends what is due for one configuration, and keeps what became of it."""

    receivers: Mapping[str, Receiver]
    agents: Mapping[str, Agent]
    delivery: Delivery
    silences: Sequence[Silence]
    alerts: Alerts
    outbox: Outbox
    teller: Teller
    fates: list[Fate] = field(default_factory=list)  # in order of time
    _messages: int = 0

    def send(self, targets: Iterable[Target], now: int) -> None:
        """Tell targets all that is due now, UTC ms."""
        away: dict[Target, str] = {}
        for target in targets:
            if reason := self.teller.directory.absence(target, now):
                away[target] = reason
            else:
                self._work(target, now)
        # Whoever stands in is told what was for them meanwhile: handing on takes a moment longer.
        for target, reason in away.items():
            while due := self.outbox.due(target, now):
                for row in due:
                    self._redirect(row, reason, now)
            self._work(target, now)

    def _work(self, target: Target, now: int) -> None:
        while True:
            self._drop_settled(target, now)
            rows = self._claim(target, now)
            if rows:
                self._send(rows, target, now)
            elif not self._tell_anew(target, now):
                return

    def all_fates(self, until: int) -> tuple[Fate, ...]:
        """What became of every notification, in order of time; some still wait at the end (UTC ms)."""
        nowhere = [row for row in self.outbox.rows if row.target.receiver == NOBODY]
        rest = [self._fate(row, self.outbox.written_at[row.id]) for row in nowhere]
        rest += [self._fate(row, until) for row in self.outbox.waiting()]
        return tuple(sorted(self.fates + rest, key=lambda fate: fate.at))

    def _finish(self, row: OutboxRow, state: RowState, reason: str | None, now: int) -> Fate:
        done = self._fate(self.outbox.finish(row, state, reason), now)
        self.fates.append(done)
        return done

    def _fate(self, row: OutboxRow, at: int) -> Fate:
        return Fate(
            at=at,
            due_at=self.outbox.written_at[row.id],
            state=row.state,
            target=row.target,
            kind=row.kind,
            n=row.n,
            via=row.via,
            reason=row.reason,
            alert=self.alerts[row.alert_id],
            was_held=row.gathered_as is Gathered.HELD,
        )

    def _redirect(self, row: OutboxRow, reason: str, now: int) -> None:
        alert = self.alerts[row.alert_id]
        known = self._known(row)
        if known is not None and (is_settled(alert) or alert.call_count <= known.call_count):
            self._finish(row, RowState.DROPPED, reason, now)
        elif is_settled(alert):
            self._finish(row, RowState.DROPPED, str(alert.ended_as), now)
        elif self.teller.redirect(alert, row, reason, now):
            self._finish(row, RowState.REDIRECTED, reason, now)
        else:
            self._finish(row, RowState.DEAD, reason, now)
        self._end_if_told([row.alert_id], now)

    def _drop_settled(self, target: Target, now: int) -> None:
        rows = self.outbox.held(target, now)
        if all(is_settled(self.alerts[row.alert_id]) for row in rows):
            for row in rows:
                alert = self.alerts[row.alert_id]
                if row.kind is not Kind.UPDATE:
                    self._finish(row, RowState.DROPPED, str(alert.ended_as), now)
                    self.outbox.ask_again(alert, target)

    def _claim(self, target: Target, now: int) -> list[OutboxRow]:
        """What one message is to tell: what is critical first and alone, then what stands in a summary."""
        outbox = self.outbox
        due = outbox.due(target, now)
        for row in due:
            if self.alerts[row.alert_id].severity is Severity.CRITICAL:
                return [outbox.alone(row)]
        if len(due) <= 1 and not any(row.batch for row in due):
            return due
        begun = next((row.batch for row in due if row.batch is not None), None)
        if begun is not None:
            return outbox.batch(target, begun)
        size = SUMMARY_SIZES[self.receivers[target.receiver].channel]
        formed = summaries(due, Limits(self.delivery.burst, size))
        for part in formed:
            outbox.put(part.rows, part.part, part.parts)
        return self._claim(target, now) if formed else due[:1]

    def _send(self, claimed: list[OutboxRow], target: Target, now: int) -> None:
        found = self._gates(claimed, now)
        for row in claimed:
            match found[row.id]:
                case Hold(until=until):
                    self.outbox.hold(row, until)
                case Drop(reason=reason):
                    self._drop(row, reason, now)
        passed = [row for row in claimed if isinstance(found[row.id], Pass)]
        if passed:
            self._sent(passed, claimed, target, now)

    def _gates(self, claimed: Sequence[OutboxRow], now: int) -> dict[int, Gate]:
        """What becomes of rows that one message was to tell, by their ids."""
        found = {row.id: self._judged(row, self.alerts[row.alert_id], now) for row in claimed}
        first = claimed[0]
        is_told = first.batch is not None and ((first.parts or 1) > 1 or Pass() in found.values())
        # Whom of what was held somebody has reached since is named with what else is told of it.
        for row in claimed:
            alert = self.alerts[row.alert_id]
            is_first = row.gathered_as is Gathered.HELD and row.kind is not Kind.UPDATE
            if is_first and alert.ended_as is EndReason.REACHED:
                as_if_open = replace(alert, state=AlertState.OPEN, ended_as=None)
                judged = self._judged(row, as_if_open, now)
                if isinstance(judged, Hold) or (is_told and isinstance(judged, Pass)):
                    found[row.id] = judged
        return found

    def _judged(self, row: OutboxRow, alert: Alert, now: int) -> Gate:
        if row.kind in REPEATS and row.created_at <= self.outbox.told_at.get((alert.id, row.target), 0):
            return Drop(Dropped.TOLD_SINCE)
        wanted, known = False, self._known(row)
        if known is not None:
            wanted = self._is_news(known, alert, row.target)
            if not wanted and alert.call_count <= known.call_count:
                return Drop(Dropped.NOTHING_NEW)
        rule = self.teller.rules[alert.rule]
        unless = rule.escalate[row.n - 1].unless if row.kind is Kind.ESCALATION else ()
        silence = silenced(alert, self.silences, self.agents, now)
        hours = self.teller.hours(rule)
        return gate(alert, row.kind, rule, hours, silence, now, unless=unless, wanted=wanted)

    def _known(self, row: OutboxRow) -> Told | None:
        """What the target of an update knows of its alert; None for other rows."""
        return self.outbox.told[row.alert_id].get(row.target) if row.kind is Kind.UPDATE else None

    def _is_news(self, known: Told, alert: Alert, target: Target) -> bool:
        return is_news(known.standing, alert, for_program=self.receivers[target.receiver].is_program)

    def _drop(self, row: OutboxRow, reason: Dropped, now: int) -> None:
        self._finish(row, RowState.DROPPED, reason, now)
        if row.kind is not Kind.UPDATE:
            self.outbox.ask_again(self.alerts[row.alert_id], row.target)
        rows = self.outbox.of_alert(row.alert_id)
        heard = {RowState.SENT, RowState.WAITING}
        if reason is Dropped.OUTSIDE_HOURS and not any(each.state in heard for each in rows):
            alert = self.alerts[row.alert_id]
            if alert.state is not AlertState.ENDED:
                ended_as = EndReason.OUTSIDE_HOURS
                self.alerts.change(replace(alert, state=AlertState.ENDED, ended_as=ended_as, ended_at=now))
        self._end_if_told([row.alert_id], now)

    def _sent(
        self, rows: Sequence[OutboxRow], claimed: Sequence[OutboxRow], target: Target, now: int
    ) -> None:
        self._messages += 1
        together = _reason(claimed) if len(rows) > 1 else None
        # A summary can't be edited for one of its alerts.
        can_edit = self.receivers[target.receiver].can_edit and together is None
        every = self.delivery.update_every
        edit_at = now + (every if can_edit else max(every, UPDATE_EVERY_NEW_MESSAGE))
        for row in rows:
            alert = self.alerts[row.alert_id]
            if self.outbox.is_unheard(alert.id) and (begun := heard(alert, now)) is not None:
                self.alerts.change(alert := begun)
            done = self._finish(row, RowState.SENT, None, now)
            self.fates[-1] = replace(done, message=self._messages, together=together)
            before = self.outbox.told[alert.id].get(target)
            # What becomes of the alert is shown by a message that can be edited, not by a reminder after it.
            if row.kind not in REPLIES or before is None or not before.can_edit:
                stands = standing(alert)
                self.outbox.told[alert.id][target] = Told(
                    alert.version, alert.call_count, edit_at, can_edit, stands
                )
            self.outbox.told_at[alert.id, target] = now
        for row in rows:
            if row.kind is Kind.ESCALATION:
                self._show_anew(self.alerts[row.alert_id], target)
        self._end_if_told([row.alert_id for row in rows], now)

    def _show_anew(self, alert: Alert, told_by: Target) -> None:
        """Whoever was told before sees that others are told as well."""
        shown = replace(alert, version=alert.version + 1)
        self.alerts.show(shown)
        self.outbox.told[alert.id][told_by].version += 1
        self.outbox.outdate(shown)

    def _tell_anew(self, target: Target, now: int) -> bool:
        """There is news for a target, and its message can't be edited: is there a new one?"""
        is_told = False
        for alert_id in self.outbox.take_stale(target, now):
            told, alert = self.outbox.told[alert_id][target], self.alerts[alert_id]
            on_its_way = any(
                row.target == target and row.state is RowState.WAITING
                for row in self.outbox.of_alert(alert_id)
            )
            joined = alert.call_count > told.call_count
            if (joined or self._is_news(told, alert, target)) and not on_its_way:
                self.teller.update(alert, target, now, joined=joined)
                is_told = True
        return is_told

    def _end_if_told(self, ids: Iterable[int], now: int) -> None:
        for number in ids:
            alert = self.alerts[number]
            if alert.state is AlertState.OPEN and ends_when_told(alert):
                states = {row.state for row in self.outbox.of_alert(number)}
                if RowState.SENT in states and RowState.WAITING not in states:
                    ended = replace(alert, state=AlertState.ENDED, ended_as=EndReason.TOLD, ended_at=now)
                    self.alerts.change(ended)


def _reason(rows: Sequence[OutboxRow]) -> Gathered:
    (reason, *others) = {row.gathered_as for row in rows}
    return Gathered.BURST if others or reason is None else reason
