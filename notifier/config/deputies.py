"""Who stands in for whom, as the configuration has it, whoever is there or away."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from notifier.config.receivers import Agent, agent_at


def called(agent: str, agents: Collection[str]) -> str:
    """What the configuration calls the agent at "main/209": that, or "209"."""
    return agent if agent in agents else agent.partition("/")[2]


def places(key: str, agents: Collection[str], accounts: Iterable[str]) -> list[str]:
    """Where an entry of the configuration counts: "209" in each account that has none of its own."""
    if "/" in key:
        return [key]
    return [at for account in accounts if (at := f"{account}/{key}") not in agents]


def deputy_of(agent: str, agents: Mapping[str, Agent]) -> str:
    """Who stands in for the agent at "main/209": "main/210"; "" where nobody does.

    A deputy who is named without an account is one of the agent's own, as `agent_at` finds them.
    """
    person = agent_at(agent, agents)
    if person is None or not person.deputy:
        return ""
    return person.deputy if "/" in person.deputy else f"{agent.partition('/')[0]}/{person.deputy}"


def chain(agent: str, agents: Mapping[str, Agent]) -> Iterator[str]:
    """Who stands in for the agent at "main/209", one after another; in a circle, each person once."""
    seen = {called(agent, agents)}
    at = deputy_of(agent, agents)
    while at and called(at, agents) not in seen:
        yield at
        seen.add(called(at, agents))
        at = deputy_of(at, agents)


def all_away(agent: str, agents: Mapping[str, Agent]) -> date | None:
    """The first day on which the agent at "main/209" is away with all of the chain.

    Returns:
        None where somebody is always there, or nobody stands in at all.
    """
    deputies = list(chain(agent, agents))
    people = [agent_at(each, agents) for each in (agent, *deputies)] if deputies else []
    # That day is one on which somebody's absence begins.
    begins = sorted(first for person in people if person for first, _ in person.away)
    return next(
        (day for day in begins if all(person is None or _is_away(person, day) for person in people)), None
    )


def _is_away(agent: Agent, day: date) -> bool:
    return any(first <= day <= last for first, last in agent.away)
