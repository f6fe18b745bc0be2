"""How an alert's life goes on when nothing but time passes. All of it follows from what is stored."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from notifier.config.rules import Escalation, Rule
from notifier.model import Alert, AlertState, EndReason
from notifier.rules.calendar import Hours


class Wake(StrEnum):
    """What is due for an alert, where it neither ends nor tells anybody more."""

    NOTHING = "nothing"
    TELL = "tell"  # its wait is over
    WAKE = "wake"  # its snooze is


@dataclass(frozen=True, slots=True)
class Escalate:
    """A step of the rule's `escalate` is due; those before it that were not taken go with it."""

    step: int  # from 1


@dataclass(frozen=True, slots=True)
class Remind:
    """Those who were told are to be reminded; reminders before it that were not given are over."""

    number: int  # from 1, since the alert became open


Due: TypeAlias = Wake | Escalate | Remind | EndReason
"""One thing at a time: what comes after it is due then."""


def ends_when_told(alert: Alert) -> bool:
    """Is it one call, told at once, with nothing to follow?"""
    return alert.per == ("call",) and alert.due_at is None and not alert.follows_up


def wakes_at(alert: Alert, rule: Rule, hours: Hours) -> int | None:
    """When time alone may change an alert, UTC ms; None once it has ended.

    Args:
        alert: as it is.
        rule: that opened it.
        hours: of the rule's calendar.
    """
    match alert.state:
        case AlertState.ENDED:
            return None
        case AlertState.PENDING:
            return alert.due_at
        case AlertState.SNOOZED:
            return alert.snoozed_until
    if ends_when_told(alert) and alert.dry_run:
        return alert.opened_at
    times = [at for at, _ in _ends(alert, rule, hours)]
    times += [at for _, at in _steps(alert, rule, hours)]
    if (reminder := _next_reminder(alert, rule, hours)) is not None:
        times.append(reminder)
    return min(times)


def due(alert: Alert, rule: Rule | None, hours: Hours, now: int) -> Due:
    """Tell what time has made of an alert.

    Args:
        alert: that has not ended.
        rule: that opened it; None where it is gone from the configuration.
        hours: of the rule's calendar.
        now: UTC ms.
    """
    if rule is None:
        return EndReason.RULE_REMOVED
    match alert.state:
        case AlertState.PENDING:
            return Wake.TELL if _is_over(alert.due_at, now) else Wake.NOTHING
        case AlertState.SNOOZED:
            return Wake.WAKE if _is_over(alert.snoozed_until, now) else Wake.NOTHING
    if ends_when_told(alert) and alert.dry_run:
        return EndReason.TOLD
    if steps := due_steps(alert, rule, hours, now):
        # Also where it has ended since: while we were away, nobody was told of them.
        return Escalate(max(steps))
    at, reason = min(_ends(alert, rule, hours))
    return reason if at <= now else _reminder(alert, rule, hours, now)


def quiet_from(alert: Alert, rule: Rule) -> int | None:
    """When a threshold alert will be quiet if no call joins, UTC ms; None for any other."""
    return None if rule.within is None else _lives_since(alert) + rule.within


def steps_taken(alert: Alert, rule: Rule, step: int) -> tuple[int, ...]:
    """The steps that are taken with this one: those before it that were not, and do not apply no more."""
    return tuple(number for number, _ in _open_steps(alert, rule) if number <= step)


def due_steps(alert: Alert, rule: Rule, hours: Hours, now: int) -> list[int]:
    """The steps that are due by now (UTC ms), from 1, in order: those that came before its end.

    Args:
        alert: that is open or acknowledged.
        rule: that opened it.
        hours: of the rule's calendar.
        now: UTC ms.
    """
    ends_at, _ = min(_ends(alert, rule, hours))
    return [step for step, when in _steps(alert, rule, hours) if when <= min(ends_at, now)]


def opened(alert: Alert, now: int) -> Alert:
    """An alert as it becomes open, and nobody is on it; now is UTC ms."""
    return replace(
        alert,
        state=AlertState.OPEN,
        open_since=now,
        handled_by="",
        handled_at=None,
        snoozed_until=None,
        version=alert.version + 1,
    )


def heard(alert: Alert, now: int) -> Alert | None:
    """An alert that was held, when somebody hears of it first; now is UTC ms.

    Its steps, its reminders and its end count from then. None where nothing of that is to come.
    """
    goes_on = alert.state in {AlertState.OPEN, AlertState.ACKNOWLEDGED}
    return replace(alert, open_since=now) if goes_on else None


def brought_back(alert: Alert, rule: Rule | None, hours: Hours, now: int) -> Alert | None:
    """An alert that only a clock which was ahead has ended, for want of time, as it goes on now.

    Args:
        alert: that ended later than now.
        rule: that opened it; None where it is gone from the configuration.
        hours: of the rule's calendar.
        now: UTC ms.

    Returns:
        None where it stays as it is.
    """
    if alert.ended_as not in {EndReason.EXPIRED, EndReason.QUIET}:
        return None
    state = AlertState.ACKNOWLEDGED if alert.handled_by else AlertState.OPEN
    back = replace(alert, state=state, ended_as=None, ended_at=None, version=alert.version + 1)
    right = set_right(back, now)
    return None if isinstance(due(right, rule, hours, now), EndReason) else right


def set_right(alert: Alert, now: int) -> Alert:
    """The alert without instants that only a clock which was ahead can have written.

    What counts from them counts from now. A snooze is over so much sooner: it lasts as long as was asked for.
    """
    ahead = 0 if alert.handled_at is None else max(0, alert.handled_at - now)
    is_snoozed = alert.snoozed_until is not None
    return replace(
        alert,
        last_joined_at=min(alert.last_joined_at, now),
        open_since=_at_most(alert.open_since, now),
        handled_at=_at_most(alert.handled_at, now),
        snoozed_until=None if alert.snoozed_until is None else alert.snoozed_until - ahead,
        due_at=alert.due_at - ahead if is_snoozed and alert.due_at is not None else alert.due_at,
    )


def _at_most(at: int | None, now: int) -> int | None:
    return None if at is None else min(at, now)


def _is_over(at: int | None, now: int) -> bool:
    # Rather too early than never.
    return at is None or at <= now


def _reminder(alert: Alert, rule: Rule, hours: Hours, now: int) -> Due:
    at = _next_reminder(alert, rule, hours)
    if at is None or at > now or rule.repeat_every is None:
        return Wake.NOTHING
    passed = hours.open_between(_open_since(alert), now) // rule.repeat_every
    latest = passed if rule.repeat_limit is None else min(passed, rule.repeat_limit)
    return Remind(max(latest, alert.reminded + 1))


def _open_steps(alert: Alert, rule: Rule) -> Iterator[tuple[int, Escalation]]:
    is_handled = alert.state is AlertState.ACKNOWLEDGED
    for number, step in enumerate(rule.escalate, start=1):
        if number > alert.escalated and not (is_handled and "acknowledged" in step.unless):
            yield number, step


def _steps(alert: Alert, rule: Rule, hours: Hours) -> Iterator[tuple[int, int]]:
    """Which steps may still be taken, and when, UTC ms."""
    for number, step in _open_steps(alert, rule):
        at = hours.after(_open_since(alert), step.after)
        if at is not None:
            yield number, at


def _next_reminder(alert: Alert, rule: Rule, hours: Hours) -> int | None:
    if alert.state is not AlertState.OPEN or rule.repeat_every is None:
        return None
    if rule.repeat_limit is not None and alert.reminded >= rule.repeat_limit:
        return None
    return hours.after(_open_since(alert), rule.repeat_every * (alert.reminded + 1))


def _ends(alert: Alert, rule: Rule, hours: Hours) -> list[tuple[int, EndReason]]:
    ends = [(_expires_at(alert, rule, hours), EndReason.EXPIRED)]
    quiet = quiet_from(alert, rule)
    if quiet is not None:
        ends.append((quiet, EndReason.QUIET))
    return ends


def _expires_at(alert: Alert, rule: Rule, hours: Hours) -> int:
    since = _lives_since(alert)
    if rule.outside == "hold":
        # What comes while its calendar is closed counts from when somebody may hear of it.
        since = hours.opens_at(since) or since
    at = since + rule.expire_after
    if rule.outside != "send":
        # Nor does it end over a night or a weekend: nobody could do anything about it, or was to hear more.
        opens_at = hours.opens_at(at)
        at = at if opens_at in {None, at} else opens_at + rule.expire_after
    # Steps count open hours only: however many closed ones lie between, they come before it ends.
    return max(at, *(when for _, when in _steps(alert, rule, hours)), 0)


def _lives_since(alert: Alert) -> int:
    # Counted from when the last call was stored, not placed: an alert about calls that we learned of
    # late (an outage, ours or TeleCMI's) must not end before anybody was told. Nor is its wait, or a
    # snooze, held against it, nor that it had ended before a person reopened it.
    return max(alert.last_joined_at, alert.open_since or 0)


def _open_since(alert: Alert) -> int:
    return alert.opened_at if alert.open_since is None else alert.open_since
