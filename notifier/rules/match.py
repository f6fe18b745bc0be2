"""Which calls a rule is about: its conditions, compiled once into plain functions."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from notifier.config.receivers import Agent, agent_at
from notifier.config.rules import Match
from notifier.model import Call, StoredCall, is_agent_leg

TeamOf = Callable[[Call], str]
Test = Callable[[StoredCall], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold of a call; its name is the key in the configuration."""

    name: str
    holds: Test
    actual: Callable[[StoredCall], str]


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


def agent_phones(agents: Mapping[str, Agent]) -> frozenset[str]:
    """The agents' own phones, in the forms that the customer of a call may have: E.164, else digits."""
    phones = {agent.phone for agent in agents.values() if agent.phone}
    return frozenset(phones | {phone.removeprefix("+") for phone in phones})


def conditions(match: Match, team_of: TeamOf, phones: frozenset[str] = frozenset()) -> tuple[Condition, ...]:
    """Compile the conditions of a rule; all of them must hold. None: it is about every call.

    Args:
        match: the rule's.
        team_of: as ``teams`` makes it.
        phones: of agents, as ``agent_phones`` tells them.
    """
    found = list(_of_whom(match, team_of))
    if match.customer:
        prefixes = match.customer
        found.append(
            Condition("customer", lambda one: one.call.customer.startswith(prefixes), _another_number)
        )
    if match.name:
        names = frozenset(name.casefold() for name in match.name)
        found.append(Condition("name", lambda one: one.call.name.casefold() in names, _name))
    if match.leg is not None:
        found.append(_leg(phones, is_agent=match.leg == "agent"))
    if match.attempts is not None:
        found.append(_attempts(match.attempts))
    if match.not_ is not None:
        named = all_of(conditions(match.not_, team_of, phones))
        found.append(Condition("not", lambda one: not named(one), _all_of_not))
    return tuple(found)


def _of_whom(match: Match, team_of: TeamOf) -> Iterator[Condition]:
    if match.extension:
        yield Condition("extension", _one_of(match.extension), lambda one: one.call.agent)
    if match.team:
        wanted = frozenset(match.team)
        yield Condition("team", lambda one: team_of(one.call) in wanted, lambda one: team_of(one.call))
    if match.account:
        accounts = frozenset(match.account)
        yield Condition("account", lambda one: one.call.account in accounts, lambda one: one.call.account)


def _leg(phones: frozenset[str], *, is_agent: bool) -> Condition:
    actual = "the customer was dialled" if is_agent else "an agent's own phone rang"
    return Condition("leg", lambda one: is_agent_leg(one.call.customer, phones) is is_agent, lambda _: actual)


def _attempts(least: int) -> Condition:
    return Condition(
        "attempts",
        lambda one: one.attempt >= least,
        lambda one: f"number {one.attempt}, and {least} are asked for",
    )


def all_of(found: tuple[Condition, ...]) -> Test:
    """Do all these conditions hold of a call?"""
    tests = tuple(condition.holds for condition in found)
    if len(tests) == 1:
        return tests[0]
    return lambda one: all(test(one) for test in tests)


def mismatch(found: tuple[Condition, ...], stored: StoredCall) -> str | None:
    """Say why a rule is not about a call, naming the first condition that fails; None where it is."""
    for condition in found:
        if not condition.holds(stored):
            return f"{condition.name}: {condition.actual(stored) or 'none'}"
    return None


def _another_number(_: StoredCall) -> str:
    return "another number"  # the number itself is nobody's business here


def _name(one: StoredCall) -> str:
    return one.call.name or "no name"


def _all_of_not(_: StoredCall) -> str:
    return "all that it names holds"


def _one_of(extensions: tuple[str, ...]) -> Test:
    exact = frozenset(text for text in extensions if "-" not in text.rpartition("/")[2])
    ranges = tuple(_range(text) for text in extensions if text not in exact)

    def is_named(one: StoredCall) -> bool:
        call = one.call
        return call.extension in exact or call.agent in exact

    def is_within(one: StoredCall) -> bool:
        call = one.call
        return call.extension in exact or call.agent in exact or any(holds(call) for holds in ranges)

    return is_within if ranges else is_named


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
