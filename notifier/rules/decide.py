"""What each new call means: the heart of notifier. Pure: it changes nothing that it was given."""

from collections.abc import Mapping, Sequence
from operator import attrgetter

from notifier.model import Alert
from notifier.rules.case import Case
from notifier.rules.compiled import Matched
from notifier.rules.outcome import Outcome
from notifier.rules.window import Overlay, RuleKey, Windows

_by_first_change = attrgetter("changed_by.placed_at", "changed_by.id")


def decide(
    matched: Sequence[Matched], active: Mapping[RuleKey, Alert], windows: Windows, now: int
) -> Outcome:
    """Decide on new calls.

    Args:
        matched: the calls with the rules that are about them, as ``match_all`` gathers them.
        active: the alerts that have not ended, by rule and key; at least those of the matched keys.
        windows: complete for every window that contains one of the calls; not changed.
        now: UTC ms.
    """
    overlay = Overlay(windows)
    cases: list[Case] = []
    for rule, key, calls in matched:
        rule_key = (rule.name, key)
        window = overlay.window(rule_key) if rule.within else None
        case = Case(rule, key, active.get(rule_key), window)
        case.take(calls)
        cases.append(case)
    # In the order in which the calls were placed: so alerts are numbered, and told.
    changed = sorted((case for case in cases if case.changed_by is not None), key=_by_first_change)
    for index, case in enumerate(changed):
        case.index = index
    decisions = [decision for case in cases for decision in case.decisions()]
    return Outcome(decisions, [case.finish(now) for case in changed], overlay)
