"""What the calls of a batch mean under one rule for one key."""

from collections.abc import Sequence

from notifier.model import Alert, AlertState, Call, Kind, StoredCall
from notifier.rules.compiled import CompiledRule, Step
from notifier.rules.outcome import AlertChange, Decision, Reason, Telling
from notifier.rules.window import Window

_TOUCHING = (Reason.JOINED, Reason.OPENED, Reason.LEVEL_RAISED)


class Case:
    """One rule and key while the batch is decided: its window, and its alert as it becomes."""

    __slots__ = (
        "before",
        "changed_by",
        "decided",
        "index",
        "is_active",
        "joined",
        "key",
        "newest",
        "rule",
        "step",
        "times",
        "waits_from",
        "window",
    )

    def __init__(self, rule: CompiledRule, key: str, before: Alert | None, window: Window | None) -> None:
        self.rule = rule
        self.key = key
        self.before = before  # the alert that is active when the batch begins
        self.window = window  # None where nothing is counted
        self.is_active = before is not None
        self.step = Step(before.level, before.needed, before.severity) if before else None
        self.decided: list[tuple[list[int], Reason]] = []  # rows, and what became of these calls
        self.index = -1  # of its change, once there is one
        self.joined: list[int] = []  # rows, with their times beside them
        self.times: list[int] = []
        self.changed_by: Call | None = None  # the call that opened the alert, or was the first to join
        self.newest: Call | None = None  # the call that joined last
        self.waits_from = 0
        if window is not None and before is None:
            window.release()

    def take(self, calls: Sequence[StoredCall]) -> None:
        """Decide on calls, one after another."""
        for at, stored in enumerate(calls):
            if self._takes_all and not any(one.baseline or one.spurious or one.reached for one in calls[at:]):
                self.decided.append((self._join(calls[at:]), Reason.JOINED))
                return
            self.decided.append(([stored.row], self._decide(stored)))

    @property
    def _takes_all(self) -> bool:
        """Do all calls to come join, whatever they are, without a level that they could raise?"""
        if not self.is_active:
            return False
        levels = self.rule.levels
        return self.window is None or not levels or self.step is None or self.step.level >= levels[-1].level

    def _decide(self, stored: StoredCall) -> Reason:
        if stored.spurious:
            return Reason.SPURIOUS
        kept_out = self._kept_out(stored)
        if kept_out is not None or not self.is_active:
            if self.window is not None:
                self.window.add(stored.call.placed_at, stored.row, taken=False)
            return kept_out or self._open(stored.row, stored.call)
        self._join((stored,))
        return self._rise(stored.call)

    def _kept_out(self, stored: StoredCall) -> Reason | None:
        """Why a call counts, and neither opens an alert nor joins one."""
        if stored.baseline:
            return Reason.BASELINE
        if stored.reached and self.rule.is_about_customer:
            return Reason.REACHED_BEFORE_WAIT
        return None

    def _join(self, calls: Sequence[StoredCall]) -> list[int]:
        times = [one.call.placed_at for one in calls]
        rows = [one.row for one in calls]
        if self.window is not None:
            self.window.extend(times, rows, taken=True)
        self.times += times
        self.joined += rows
        self.newest = calls[-1].call
        if self.changed_by is None:
            self.changed_by = calls[0].call
        return rows

    def _rise(self, call: Call) -> Reason:
        rule, window, step = self.rule, self.window, self.step
        if window is None or step is None:
            return Reason.JOINED
        reached = rule.step(window.count(call.placed_at, rule.within), step)
        # By the count, not only its number: levels may have been added below since.
        if reached is None or reached.level <= step.level or reached.count <= step.count:
            return Reason.JOINED
        self.step = reached
        return Reason.LEVEL_RAISED

    def _open(self, row: int, call: Call) -> Reason:
        rule, window, time = self.rule, self.window, call.placed_at
        base = rule.base(call)
        if window is None:
            self.step = base
            self.joined, self.times = [row], [time]
        else:
            self.step = rule.step(window.count(time, rule.within), base)
            if self.step is None:
                return Reason.BELOW_THRESHOLD
            # What would have joined, had all calls arrived in order.
            begin = window.since_reached(time, rule.within, base.count)
            end = window.until_quiet(begin, rule.within)
            window.take(begin, end)
            self.joined, self.times = window.rows[begin:end].tolist(), window.times[begin:end].tolist()
        self.is_active = True
        self.changed_by = self.newest = call
        self.waits_from = self.times[-1]
        return Reason.OPENED

    def decisions(self) -> list[Decision]:
        """What became of the calls; ``index`` says by then where the change of the alert is found."""
        return [
            Decision(rows, self.rule.name, reason, self.index if reason in _TOUCHING else -1)
            for rows, reason in self.decided
        ]

    def finish(self, now: int) -> AlertChange:
        """The alert after the batch, and the message that follows from it."""
        assert self.step is not None, "only cases with an alert are finished"
        assert self.newest is not None, "and only those that a call has joined"
        if self.before is None:
            return self._opened(self.step, self.newest, now)
        return self._changed(self.before, self.step, self.newest.agent, now)

    def _opened(self, step: Step, newest: Call, now: int) -> AlertChange:
        rule = self.rule.rule
        # A call may claim to come from the future; nobody waits for that.
        due_at = min(self.waits_from, now) + rule.wait if rule.wait else None
        waits = due_at is not None and due_at > now
        alert = Alert(
            id=0,
            uid="",
            rule=rule.name,
            key=self.key,
            per=rule.per,
            state=AlertState.PENDING if waits else AlertState.OPEN,
            ended_as=None,
            severity=step.severity,
            level=step.level,
            needed=step.count,
            within=rule.within,
            call_count=len(self.joined),
            agent=newest.agent,
            first_call_at=min(self.times),
            last_call_at=max(self.times),
            opened_at=now,
            due_at=due_at,
            last_joined_at=now,
            ended_at=None,
            version=1,
            dry_run=self.rule.dry_run,
            customer=newest.customer if self.rule.is_about_customer else "",
            follows_up=self.rule.follows_up,
            open_since=None if waits else now,
        )
        return AlertChange(alert, tuple(self.joined), None if waits else Telling(Kind.OPEN, 0, alert.level))

    def _changed(self, before: Alert, step: Step, agent: str, now: int) -> AlertChange:
        alert = Alert(  # spelt out: `replace` takes twice as long
            id=before.id,
            uid=before.uid,
            rule=before.rule,
            key=before.key,
            per=before.per,
            state=before.state,
            ended_as=before.ended_as,
            severity=step.severity,
            level=step.level,
            needed=step.count,
            within=self.rule.rule.within,
            call_count=before.call_count + len(self.joined),
            agent=agent,
            first_call_at=min(before.first_call_at, *self.times),
            last_call_at=max(before.last_call_at, *self.times),
            opened_at=before.opened_at,
            due_at=before.due_at,
            last_joined_at=now,
            ended_at=before.ended_at,
            version=before.version + 1,
            dry_run=before.dry_run and self.rule.dry_run,
            customer=before.customer,
            follows_up=before.follows_up,
            open_since=before.open_since,
            escalated=before.escalated,
            reminded=before.reminded,
            handled_by=before.handled_by,
            handled_at=before.handled_at,
            snoozed_until=before.snoozed_until,
        )
        return AlertChange(alert, tuple(self.joined), _news(before, alert))


def _news(before: Alert, alert: Alert) -> Telling | None:
    if before.state is AlertState.PENDING:
        return None
    if before.dry_run and not alert.dry_run:
        # Its rule was on trial: it would swallow calls for as long as it lives, and nobody knows of it.
        return Telling(Kind.OPEN, 1, alert.level)
    return Telling(Kind.LEVEL, alert.level, alert.level) if alert.level > before.level else None
