"""How much of what, per rule and per target."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from notifier.backtest.results import Results
from notifier.config.values import HOUR
from notifier.model import EndReason, Kind, Target
from notifier.rules import Reason
from notifier.store.outbox import RowState


@dataclass(slots=True)
class RuleTally:
    """What one rule led to."""

    decided: Counter[Reason] = field(default_factory=Counter)  # calls
    ended: Counter[EndReason | None] = field(default_factory=Counter)  # alerts; None: active at the end
    sent: Counter[Kind] = field(default_factory=Counter)  # notifications, as all that follow
    held: int = 0  # of those that were sent, later than they would have been
    unsent: Counter[tuple[RowState, str]] = field(default_factory=Counter)  # how they stand, and why

    @property
    def alerts(self) -> int:
        """How many were opened."""
        return self.ended.total()


@dataclass(slots=True)
class TargetTally:
    """What one target got."""

    messages: int = 0  # a summary is one
    sent: Counter[Kind] = field(default_factory=Counter)  # notifications
    busiest: int = 0  # messages in an hour at the most


@dataclass(frozen=True, slots=True)
class Tally:
    """Both."""

    rules: Mapping[str, RuleTally]
    targets: Mapping[Target, TargetTally]  # who gets most first


def tally(results: Results, rules: Iterable[str]) -> Tally:
    """Count what a simulation led to.

    Args:
        results: of the simulation.
        rules: their names, in the order in which they are shown.
    """
    return Tally({name: _of_rule(results, name) for name in rules}, _targets(results))


def _of_rule(results: Results, name: str) -> RuleTally:
    found = RuleTally()
    found.decided.update({reason: calls for (rule, reason), calls in results.decided.items() if rule == name})
    found.ended.update({reason: alerts for (rule, reason), alerts in results.ended.items() if rule == name})
    for fate in results.fates:
        if fate.alert.rule != name:
            continue
        if fate.is_sent:
            found.sent[fate.kind] += 1
            found.held += fate.was_held
        else:
            found.unsent[fate.state, fate.reason] += 1
    return found


def _targets(results: Results) -> dict[Target, TargetTally]:
    found: dict[Target, TargetTally] = {}
    messages: dict[Target, dict[int, int]] = {}
    for fate in results.fates:
        if fate.is_sent:
            found.setdefault(fate.target, TargetTally()).sent[fate.kind] += 1
            messages.setdefault(fate.target, {})[fate.message] = fate.at
    for target, times in messages.items():
        found[target].messages = len(times)
        found[target].busiest = _busiest(list(times.values()))
    return dict(sorted(found.items(), key=lambda item: (-item[1].messages, str(item[0]))))


def _busiest(times: list[int]) -> int:
    """How many of these instants (UTC ms, rising) lie within an hour at the most."""
    begin = most = 0
    for end, at in enumerate(times):
        while times[begin] <= at - HOUR:
            begin += 1
        most = max(most, end + 1 - begin)
    return most
