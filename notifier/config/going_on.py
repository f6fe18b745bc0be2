"""Escalations and reminders that are allowed, and that may still never come."""

from collections.abc import Iterator

from notifier.config.calendars import Calendar
from notifier.config.places import KeyPath
from notifier.config.rules import Rule
from notifier.config.schema import Config
from notifier.config.values import duration_text


def may_never_come(config: Config) -> Iterator[tuple[KeyPath, str]]:
    """Where each of them stands, and what to look at."""
    for index, rule in enumerate(config.rules):
        path = ("rules", index)
        for where, why in (*_quiet_before(rule), *_expired_before(rule, config.calendars.get(rule.calendar))):
            yield (*path, *where), f"rule {rule.name}: {why}"


def _quiet_before(rule: Rule) -> Iterator[tuple[KeyPath, str]]:
    if rule.within is None:
        return
    quiet = f"without further calls its alerts end as quiet after {duration_text(rule.within)}"
    for index, step in enumerate(rule.escalate):
        if step.after >= rule.within:
            what = f"so a step after {duration_text(step.after)} may never come; escalate sooner"
            yield ("escalate", index, "after"), f"{quiet}, {what}, or make `within` longer"
    if rule.repeat_every is not None and rule.repeat_every >= rule.within:
        what = f"so a reminder after {duration_text(rule.repeat_every)} may never come; remind sooner"
        yield ("repeat_every",), f"{quiet}, {what}, or make `within` longer"


def _expired_before(rule: Rule, calendar: Calendar | None) -> Iterator[tuple[KeyPath, str]]:
    """An alert waits for its steps, not for its reminders."""
    every, lives = rule.repeat_every, rule.expire_after
    if every is not None and calendar is not None and every > calendar.most_open(lives):
        longer = f"its calendar's open hours take longer than `expire_after`, {duration_text(lives)}"
        what = f"{duration_text(every)} of {longer}, so a reminder may never come"
        yield ("repeat_every",), f"{what}; remind sooner, or make `expire_after` longer"
