"""What a rule that a reload has changed makes of an alert. It tells nobody by that, and loses nothing.

A step of the new rule is one of the old rule's where it is the same, or else where it tells the same
receivers: then only its `after` or `unless` was changed. Of several such ones that became fewer, the last
ones are meant: rather is somebody told twice than that a step which was still to come counts as taken.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from notifier.config.rules import Escalation, Rule
from notifier.model import Alert, AlertState
from notifier.rules.calendar import Hours
from notifier.rules.life import Due, Remind, due, due_steps


def taken_over(alert: Alert, old: Rule, old_hours: Hours, rule: Rule, hours: Hours, now: int) -> Alert:
    """The alert as it goes on by a changed rule.

    What was due by the old rule is still due, and what it had told was told. Where the new rule alone would
    have told something by now, its steps and reminders count from now instead.

    Args:
        alert: that has not ended.
        old: the rule as it was.
        old_hours: of the calendar that it had.
        rule: as it is.
        hours: of its calendar.
        now: UTC ms.
    """
    known = _known(old, rule)
    kept = replace(alert, escalated=_leading(alert, known, rule))
    if alert.state not in {AlertState.OPEN, AlertState.ACKNOWLEDGED}:
        return kept
    owed = due_steps(alert, old, old_hours, now)
    coming = due_steps(kept, rule, hours, now)
    if any(known.get(step) not in owed for step in coming):
        return _begun_anew(kept, rule, now)
    # Reminders come after the steps that are due with them.
    if isinstance(_after(alert, owed, old, old_hours, now), Remind):
        return kept
    what = _after(kept, coming, rule, hours, now)
    if not isinstance(what, Remind):
        return kept
    if rule.repeat_limit is None or what.number < rule.repeat_limit:
        # The next one comes in its time: to count anew would put off the steps.
        return replace(kept, reminded=what.number)
    return _begun_anew(kept, rule, now)


def _begun_anew(alert: Alert, rule: Rule, now: int) -> Alert:
    # Whoever was reminded as often as the rule allows is not reminded again.
    is_over = rule.repeat_limit is not None and alert.reminded >= rule.repeat_limit
    return replace(alert, open_since=now, reminded=alert.reminded if is_over else 0)


def _after(alert: Alert, steps: Sequence[int], rule: Rule, hours: Hours, now: int) -> Due:
    """What is due once these steps are taken."""
    taken = replace(alert, escalated=max(steps, default=alert.escalated))
    return due(taken, rule, hours, now)


def _leading(alert: Alert, known: Mapping[int, int], rule: Rule) -> int:
    """How many of the rule's first steps were taken."""
    taken = 0
    while taken < len(rule.escalate) and 0 < known.get(taken + 1, 0) <= alert.escalated:
        taken += 1
    return taken


def _known(old: Rule, rule: Rule) -> Mapping[int, int]:
    """Which step of the old rule each of the new one's is, from 1; without those that it did not have."""
    before, now = dict(enumerate(old.escalate, start=1)), dict(enumerate(rule.escalate, start=1))
    found = _pairs(before, now, lambda step: (step.after, _who(step), tuple(sorted(step.unless))))
    rest = {number: step for number, step in before.items() if number not in found.values()}
    others = {number: step for number, step in now.items() if number not in found}
    return found | _pairs(rest, others, _who)


def _pairs(
    before: Mapping[int, Escalation], now: Mapping[int, Escalation], what: Callable[[Escalation], object]
) -> dict[int, int]:
    """Those of the steps, by number, that are alike."""
    found: dict[int, int] = {}
    for alike in {what(step) for step in now.values()}:
        new = [number for number, step in now.items() if what(step) == alike]
        old = [number for number, step in before.items() if what(step) == alike]
        found.update(zip(new, old[max(0, len(old) - len(new)) :], strict=False))
    return found


def _who(step: Escalation) -> tuple[str, ...]:
    return tuple(sorted(set(step.notify)))
