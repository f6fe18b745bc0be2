"""A rule made ready: what can be worked out once is not worked out per call."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from notifier.config.receivers import Agent
from notifier.config.rules import Match, Rule
from notifier.model import Call, Severity, StoredCall
from notifier.rules.key import key_of
from notifier.rules.match import Condition, TeamOf, Test, agent_phones, all_of, conditions, teams


@dataclass(frozen=True, slots=True)
class Step:
    """A count that matters to a rule: its base (level 0) or one of its levels."""

    level: int
    count: int
    severity: Severity


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its functions; made by ``compile_rules``."""

    rule: Rule
    name: str
    conditions: tuple[Condition, ...]
    about: Test  # do all conditions hold?
    key: Callable[[Call], str]
    within: int  # ms; 0 where nothing is counted
    levels: tuple[Step, ...]
    dry_run: bool
    follows_up: bool  # do its alerts go on after they were told?
    is_about_customer: bool  # is each of its alerts about one customer?
    asks_attempts: bool  # does it matter to it how often a customer was tried?

    def base(self, call: Call) -> Step:
        """The count that opens an alert for this call's key, overrides considered."""
        overrides = self.rule.overrides
        count = self.rule.count
        if overrides:
            count = overrides.get(call.agent) or overrides.get(call.extension) or count
        return Step(0, count, self.rule.severity)

    def step(self, count: int, base: Step) -> Step | None:
        """The highest step that so many calls in one window reach; None below the base."""
        reached = base if count >= base.count else None
        for level in self.levels:
            if count >= level.count:
                reached = level
        return reached


def compile_rules(
    rules: Sequence[Rule], agents: Mapping[str, Agent], *, dry_run: bool = False, follow_up: bool = False
) -> tuple[CompiledRule, ...]:
    """Make rules ready, in the order of the configuration.

    Args:
        rules: of the configuration.
        agents: for the teams, and their phones.
        dry_run: the whole configuration's; a rule's own adds to it.
        follow_up: are answered calls read as well?
    """
    team_of, phones = teams(agents), agent_phones(agents)
    return tuple(
        _compiled(rule, team_of, phones, dry_run=dry_run or rule.dry_run, follow_up=follow_up)
        for rule in rules
    )


def _compiled(
    rule: Rule, team_of: TeamOf, phones: frozenset[str], *, dry_run: bool, follow_up: bool
) -> CompiledRule:
    found = conditions(rule.match, team_of, phones)
    return CompiledRule(
        rule=rule,
        name=rule.name,
        conditions=found,
        about=all_of(found),
        key=key_of(rule.per, team_of),
        within=rule.within or 0,
        levels=_levels(rule),
        dry_run=dry_run,
        follows_up=follow_up or bool(rule.escalate) or rule.repeat_every is not None,
        is_about_customer=not {"customer", "call"}.isdisjoint(rule.per),
        asks_attempts=_asks_attempts(rule.match),
    )


def _asks_attempts(match: Match | None) -> bool:
    return match is not None and (match.attempts is not None or _asks_attempts(match.not_))


def _levels(rule: Rule) -> tuple[Step, ...]:
    steps: list[Step] = []
    severity = rule.severity
    for number, level in enumerate(rule.levels, start=1):
        severity = level.severity or severity
        steps.append(Step(number, level.count, severity))
    return tuple(steps)


class Matched(NamedTuple):
    """The calls that a rule is about and that share a key, in the order in which they are decided."""

    rule: CompiledRule
    key: str
    calls: Sequence[StoredCall]


_placed_at, _id = attrgetter("call.placed_at"), attrgetter("call.id")


def match_all(calls: Sequence[StoredCall], rules: Sequence[CompiledRule]) -> list[Matched]:
    """Gather calls by the rules that are about them and by key, those of each in order of (placed_at, id)."""
    # Sorting is stable: by time, and by id where that is the same.
    ordered = sorted(sorted(calls, key=_id), key=_placed_at)
    found: list[Matched] = []
    for rule in rules:
        about = list(filter(rule.about, ordered)) if rule.conditions else ordered
        key_of = rule.key
        by_key: defaultdict[str, list[StoredCall]] = defaultdict(list)
        for stored in about:
            by_key[key_of(stored.call)].append(stored)
        found.extend(Matched(rule, key, alike) for key, alike in by_key.items())
    return found
