"""What rules count, up to what, and for how long."""

from collections.abc import Iterator

from notifier.config.checks.people import extension_trouble
from notifier.config.places import Finding
from notifier.config.rules import Rule
from notifier.config.view import View


def keys(view: View) -> Iterator[Finding]:
    """Each call by itself, or calls that share something."""
    for path, rule in view.rules.items():
        here = (*path, "per")
        if len(set(rule.per)) < len(rule.per):
            yield Finding(here, "the same thing twice", "name each once")
        elif "call" in rule.per and len(rule.per) > 1:
            yield Finding(
                here, "`call` together with something else", "no call shares its key; leave one out"
            )
        elif "call" in rule.per and _threshold(rule):
            hint = "write `per: customer`, extension, team or account"
            yield Finding(here, "one call can't be counted to more than 1", hint)


def windows(view: View) -> Iterator[Finding]:
    """Counting needs a span of time, and a span without counting would mean nothing."""
    for path, rule in view.rules.items():
        here = (*path, "within")
        if rule.within is None:
            if _threshold(rule):
                hint = "add the span in which calls count, like `within: 30m`"
                yield Finding(here, "is missing, and calls are counted here", hint)
        elif not _threshold(rule):
            hint = "add `count:` above 1, or did you mean `wait:`?"
            also = tuple((*path, key) for key in ("count", "levels", "overrides"))
            yield Finding(here, "means nothing without a count", hint, at_key=True, also=also)
        elif rule.within == 0:
            yield Finding(here, "no time at all", "write a span like 30m")


def levels(view: View) -> Iterator[Finding]:
    """Levels rise, or a higher one could never be reached."""
    for path, rule in view.rules.items():
        below = rule.count
        for index, level in enumerate(rule.levels):
            if level.count <= below:
                what = f"not above the {'level' if index else 'count'} before it, {below}"
                before = (*path, "levels", index - 1, "count") if index else (*path, "count")
                here = (*path, "levels", index, "count")
                yield Finding(here, what, "let levels rise", also=(before,))
            below = max(below, level.count)


def overrides(view: View) -> Iterator[Finding]:
    """They replace the base count of an extension, and stay below every level."""
    for path, rule in view.rules.items():
        here = (*path, "overrides")
        if rule.overrides and "extension" not in rule.per:
            hint = "write `per: extension`, or a list with it"
            what, also = "thresholds per extension, but calls are not counted so", ((*path, "per"),)
            yield Finding(here, what, hint, at_key=True, also=also)
        lowest = min((level.count for level in rule.levels), default=None)
        for key, count in rule.overrides.items():
            yield from extension_trouble(view, key, (*here, key), at_key=True)
            if lowest is not None and count >= lowest:
                what, hint = f"not below the level {lowest}", "lower it, or raise the level"
                counts = tuple((*path, "levels", index, "count") for index in range(len(rule.levels)))
                yield Finding((*here, key), what, hint, also=counts)


def expiry(view: View) -> Iterator[Finding]:
    """An alert must not end before anybody was told."""
    for path, rule in view.rules.items():
        if rule.expire_after <= rule.wait:
            hint = "make it longer; 24h is the default"
            yield Finding((*path, "expire_after"), "not longer than `wait`", hint)


def _threshold(rule: Rule) -> bool:
    return rule.count > 1 or bool(rule.levels) or any(count > 1 for count in rule.overrides.values())
