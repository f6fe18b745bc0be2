"""What the calls of a batch mean under one rule for one key."""

from dataclasses import replace

from notifier.model import Alert, AlertState, Call, Kind, StoredCall
from notifier.rules.compiled import CompiledRule, Step
from notifier.rules.outcome import AlertChange, Reason, Telling
from notifier.rules.window import Window

_JOINED = Reason.JOINED
"""By far the most frequent; to look a member of an enum up takes as long as to join."""


class Case:
    """One rule and key while the batch is decided: its window, and its alert as it becomes."""

    __slots__ = (
        "before",
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
        self.index = -1  # of its change, once there is one
        self.joined: list[int] = []  # rows, with their times beside them
        self.times: list[int] = []
        self.newest: Call | None = None  # the call that joined last
        self.waits_from = 0
        if window is not None and before is None:
            window.release()

    def take(self, stored: StoredCall) -> Reason:
        """Decide on one call."""
        row, call, baseline = stored
        if self.window is not None:
            self.window.add(call.placed_at, row)
        if baseline:
            return Reason.BASELINE
        if not self.is_active:
            return self._open(row, call)
        self.joined.append(row)
        self.times.append(call.placed_at)
        self.newest = call
        return self._rise(call) if self.rule.levels else _JOINED

    def _rise(self, call: Call) -> Reason:
        rule, window, step = self.rule, self.window, self.step
        if window is None or step is None or step.level >= rule.levels[-1].level:
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
            self.joined, self.times = window.rows[begin:end], window.times[begin:end]
        self.is_active = True
        self.newest = call
        self.waits_from = self.times[-1]
        return Reason.OPENED

    def finish(self, now: int) -> AlertChange:
        """The alert after the batch, and the message that follows from it."""
        if self.window is not None:
            self.window.taken.update(self.joined)
        assert self.step is not None, "only cases with an alert are finished"
        assert self.newest is not None, "and only those that a call has joined"
        if self.before is None:
            return self._opened(self.step, self.newest.agent, now)
        return self._changed(self.before, self.step, self.newest.agent, now)

    def _opened(self, step: Step, agent: str, now: int) -> AlertChange:
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
            agent=agent,
            first_call_at=min(self.times),
            last_call_at=max(self.times),
            opened_at=now,
            due_at=due_at,
            last_joined_at=now,
            ended_at=None,
            version=1,
            dry_run=self.rule.dry_run,
        )
        return AlertChange(alert, tuple(self.joined), None if waits else Telling(Kind.OPEN, 0, alert.level))

    def _changed(self, before: Alert, step: Step, agent: str, now: int) -> AlertChange:
        alert = replace(
            before,
            severity=step.severity,
            level=step.level,
            needed=step.count,
            within=self.rule.rule.within,
            call_count=before.call_count + len(self.joined),
            agent=agent,
            first_call_at=min(before.first_call_at, *self.times),
            last_call_at=max(before.last_call_at, *self.times),
            last_joined_at=now,
            version=before.version + 1,
            dry_run=before.dry_run and self.rule.dry_run,
        )
        return AlertChange(alert, tuple(self.joined), _news(before, alert))


def _news(before: Alert, alert: Alert) -> Telling | None:
    if before.state is AlertState.PENDING:
        return None
    if before.dry_run and not alert.dry_run:
        # Its rule was on trial: it would swallow calls for as long as it lives, and nobody knows of it.
        return Telling(Kind.OPEN, 1, alert.level)
    return Telling(Kind.LEVEL, alert.level, alert.level) if alert.level > before.level else None
