"""Which calls a rule is about: its conditions, compiled once into plain functions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from notifier.config.receivers import Agent, agent_at
from notifier.config.rules import Match
from notifier.model import Call

TeamOf = Callable[[Call], str]


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold of a call; its name is the key in the configuration."""

    name: str
    holds: Callable[[Call], bool]
    actual: Callable[[Call], str]


def teams(agents: Mapping[str, Agent]) -> TeamOf:
    """Tell the team of the agent of a call; "" where there is none."""
    known: dict[tuple[str, str], str] = {}

    def team_of(call: Call) -> str:
        who = (call.account, call.extension)
        team = known.get(who)
        if team is None:
            agent = agent_at(call.agent, agents)
            team = agent.team if agent else ""
            # Extensions come from outside: what nobody configured must not pile up.
            if agent:
                known[who] = team
        return team

    return team_of


def conditions(match: Match, team_of: TeamOf) -> tuple[Condition, ...]:
    """Compile the conditions of a rule; all of them must hold. None: it is about every call."""
    found: list[Condition] = []
    if match.extension:
        found.append(Condition("extension", _one_of(match.extension), lambda call: call.agent))
    if match.team:
        wanted = frozenset(match.team)
        found.append(Condition("team", lambda call: team_of(call) in wanted, team_of))
    if match.account:
        accounts = frozenset(match.account)
        found.append(Condition("account", lambda call: call.account in accounts, lambda call: call.account))
    if match.customer:
        prefixes = match.customer
        found.append(Condition("customer", lambda call: call.customer.startswith(prefixes), _another_number))
    if match.name:
        names = frozenset(name.casefold() for name in match.name)
        found.append(
            Condition("name", lambda call: call.name.casefold() in names, lambda call: call.name or "no name")
        )
    if match.not_ is not None:
        named = all_of(conditions(match.not_, team_of))
        found.append(Condition("not", lambda call: not named(call), _all_of_not))
    return tuple(found)


def all_of(found: tuple[Condition, ...]) -> Callable[[Call], bool]:
    """Do all these conditions hold of a call?"""
    tests = tuple(condition.holds for condition in found)
    if len(tests) == 1:
        return tests[0]
    return lambda call: all(test(call) for test in tests)


def mismatch(found: tuple[Condition, ...], call: Call) -> str | None:
    """Say why a rule is not about a call, naming the first condition that fails; None where it is."""
    for condition in found:
        if not condition.holds(call):
            return f"{condition.name}: {condition.actual(call) or 'none'}"
    return None


def _another_number(_: Call) -> str:
    return "another number"  # the number itself is nobody's business here


def _all_of_not(_: Call) -> str:
    return "all that it names holds"


def _one_of(extensions: tuple[str, ...]) -> Callable[[Call], bool]:
    exact = frozenset(text for text in extensions if "-" not in text.rpartition("/")[2])
    ranges = tuple(_range(text) for text in extensions if text not in exact)
    if not ranges:
        return lambda call: call.extension in exact or call.agent in exact
    return lambda call: call.extension in exact or call.agent in exact or any(holds(call) for holds in ranges)


def _range(text: str) -> Callable[[Call], bool]:
    account, _, extensions = text.rpartition("/")
    low, _, high = extensions.partition("-")

    def holds(call: Call) -> bool:
        # As text of one length: "0201" is not "201".
        extension = call.extension
        return (
            len(extension) == len(low)
            and low <= extension <= high
            and (not account or call.account == account)
        )

    return holds
