"""What each new call means: the heart of notifier. Pure: it changes nothing that it was given."""

from collections.abc import Mapping, Sequence

from notifier.model import Alert
from notifier.rules.case import Case
from notifier.rules.compiled import Matched
from notifier.rules.outcome import Decision, Outcome, Reason
from notifier.rules.window import Overlay, RuleKey, Windows

new = tuple.__new__
"""A named tuple's own constructor is written in Python and takes twice as long."""


def decide(
    matched: Sequence[Matched], active: Mapping[RuleKey, Alert], windows: Windows, now: int
) -> Outcome:
    """Decide on new calls.

    Args:
        matched: the calls with the rules that are about them, as ``match_all`` orders them.
        active: the alerts that have not ended, by rule and key; at least those of the matched keys.
        windows: complete for every window that contains one of the calls; not changed.
        now: UTC ms.
    """
    overlay = Overlay(windows)
    cases: dict[RuleKey, Case] = {}
    changed: list[Case] = []
    decisions: list[Decision] = []
    below, baseline = Reason.BELOW_THRESHOLD, Reason.BASELINE
    for stored, rule, key in matched:
        rule_key = (rule.name, key)
        case = cases.get(rule_key)
        if case is None:
            window = overlay.window(rule_key) if rule.within else None
            case = cases[rule_key] = Case(rule, key, active.get(rule_key), window)
        reason = case.take(stored)
        if reason is below or reason is baseline:
            index = -1
        else:
            index = case.index
            if index < 0:
                index = case.index = len(changed)
                changed.append(case)
        decisions.append(new(Decision, (stored.row, rule.name, reason, index)))
    return Outcome(decisions, [case.finish(now) for case in changed], overlay)
