"""What rules say of alerts that go on: escalations and reminders that can come."""

from collections.abc import Iterator

from notifier.config.places import Finding
from notifier.config.values import duration_text
from notifier.config.view import View


def steps_rise(view: View) -> Iterator[Finding]:
    """A later step tells more; one that is due before those above it would go with them."""
    for path, rule in view.rules.items():
        before: int | None = None
        for index, step in enumerate(rule.escalate):
            if before is not None and step.after <= before:
                what = f"not after the step before it, {duration_text(before)}"
                yield Finding((*path, "escalate", index, "after"), what, "let steps follow one another")
            before = step.after if before is None else max(before, step.after)


def steps_come(view: View) -> Iterator[Finding]:
    """What is due only after the alert has expired never comes."""
    for path, rule in view.rules.items():
        expires = duration_text(rule.expire_after)
        for index, step in enumerate(rule.escalate):
            if step.after >= rule.expire_after:
                what = f"the alert has expired by then, after {expires}"
                hint = "escalate sooner, or make `expire_after` longer"
                yield Finding((*path, "escalate", index, "after"), what, hint)


def reminders(view: View) -> Iterator[Finding]:
    """Likewise; and a limit needs something to be limited."""
    for path, rule in view.rules.items():
        if rule.repeat_every is None:
            if rule.repeat_limit is not None:
                hint = "add `repeat_every:`, or remove it"
                here = (*path, "repeat_limit")
                yield Finding(here, "means nothing without `repeat_every`", hint, at_key=True)
        elif rule.repeat_every >= rule.expire_after:
            what = f"the alert has expired by then, after {duration_text(rule.expire_after)}"
            hint = "remind sooner, or make `expire_after` longer"
            yield Finding((*path, "repeat_every"), what, hint)
