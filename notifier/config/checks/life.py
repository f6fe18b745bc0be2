"""What rules say of alerts that go on: escalations and reminders that can come."""

from collections.abc import Iterator

from notifier.config.places import Finding
from notifier.config.rules import Rule
from notifier.config.values import duration_text
from notifier.config.view import View


def steps_rise(view: View) -> Iterator[Finding]:
    """A later step tells more; one that is due before those above it would go with them."""
    for path, rule in view.rules.items():
        before: int | None = None
        for index, step in enumerate(rule.escalate):
            if before is not None and step.after <= before:
                what = f"not after the step before it, {duration_text(before)}"
                steps = [(*path, "escalate", number, "after") for number in range(index + 1)]
                yield Finding(steps[-1], what, "let steps follow one another", also=tuple(steps[:-1]))
            before = step.after if before is None else max(before, step.after)


def steps_come(view: View) -> Iterator[Finding]:
    """What is due only after the alert is to expire contradicts that."""
    for path, rule in view.rules.items():
        for index, step in enumerate(rule.escalate):
            if what := _too_late(rule, step.after):
                hint = "escalate sooner, or make `expire_after` longer"
                here, also = (*path, "escalate", index, "after"), ((*path, "expire_after"),)
                yield Finding(here, what, hint, also=also)


def reminders(view: View) -> Iterator[Finding]:
    """Likewise; and a limit needs something to be limited."""
    for path, rule in view.rules.items():
        if rule.repeat_every is None:
            if rule.repeat_limit is not None:
                hint = "add `repeat_every:`, or remove it"
                here, also = (*path, "repeat_limit"), ((*path, "repeat_every"),)
                yield Finding(here, "means nothing without `repeat_every`", hint, at_key=True, also=also)
        elif what := _too_late(rule, rule.repeat_every):
            hint = "remind sooner, or make `expire_after` longer"
            yield Finding((*path, "repeat_every"), what, hint, also=((*path, "expire_after"),))


def _too_late(rule: Rule, after: int) -> str:
    """Why what is due so many ms after the alert was told contradicts its end; "" where it does not."""
    if after < rule.expire_after:
        return ""
    return f"the alert is to expire by then, after {duration_text(rule.expire_after)}"
