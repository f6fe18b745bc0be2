"""Names that refer to something must find it, and names of rules are theirs alone."""

from collections.abc import Iterator

from notifier.config.meant import meant_or_listed
from notifier.config.places import Finding, KeyPath
from notifier.config.view import View


def named_receivers(view: View) -> Iterator[Finding]:
    """Whoever is told must exist."""
    for path, names in _lists(view):
        for index, name in enumerate(names):
            if name not in view.receiver_names:
                hint = meant_or_listed(name, view.receiver_names) or "add it under `receivers:`"
                yield Finding((*path, index), "no such receiver", hint, also=(("receivers", name),))


def rule_names(view: View) -> Iterator[Finding]:
    """A rule's name is its identity across reloads, and is shown to people."""
    seen: set[str] = set()
    for path, rule in view.rules.items():
        if rule.name in seen:
            yield Finding((*path, "name"), "another rule has this name", "give each its own")
        elif not rule.name.isprintable():
            yield Finding((*path, "name"), "a name with a line break or control character", "take it out")
        seen.add(rule.name)


def _lists(view: View) -> Iterator[tuple[KeyPath, tuple[str, ...]]]:
    for path, rule in view.rules.items():
        yield (*path, "notify"), rule.notify
        yield (*path, "fallback"), rule.fallback
        for index, level in enumerate(rule.levels):
            yield (*path, "levels", index, "notify"), level.notify
        for index, step in enumerate(rule.escalate):
            yield (*path, "escalate", index, "notify"), step.notify
    for path, digest in view.digests.items():
        yield (*path, "notify"), digest.notify
    yield ("ops", "notify"), view.ops.notify
