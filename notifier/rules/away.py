"""Who stands in for an agent who is away. Days are those of the configuration's zone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from notifier.config.deputies import called, chain
from notifier.config.receivers import Agent, agent_at
from notifier.model import Target

_LONGEST_NAME = 40  # characters


@dataclass(frozen=True, slots=True)
class Deputies:
    """Who can be told in place of an agent."""

    there: tuple[tuple[Target, str], ...]
    """In their order, and in words who of the chain before them can't be told."""
    passed: str
    """All of the chain who can't be told, in words; "" where there is no chain."""


def away_until(agent: Agent, now: int, zone: ZoneInfo) -> date | None:
    """The last day of the absence that an agent is in; None where they are there.

    Args:
        agent: as configured.
        now: UTC ms.
        zone: in which their days begin and end.
    """
    if not agent.away:
        return None
    today = datetime.fromtimestamp(now / 1000, zone).date()
    until: date | None = None
    # One absence may be written as several: it goes on where another begins the day after, or before.
    for first, last in sorted(agent.away):
        goes_on = first <= today if until is None else (first - until).days <= 1
        if goes_on and last >= (until or today):
            until = last
    return until


def absence(agent: str, agents: Mapping[str, Agent], now: int, zone: ZoneInfo) -> str:
    """Say that the agent at "main/209" is away; "" where they are there.

    Returns:
        For example "Asha (209) is away through Thu 10 Dec", with that day; the year where it is another.
    """
    away = _away(agent, agents, now, zone)
    return f"{_named(agent, agents)} {away}" if away else ""


def deputies(
    agent: str,
    agents: Mapping[str, Agent],
    now: int,
    zone: ZoneInfo,
    told_as: Callable[[str], Target | None],
) -> Deputies:
    """Tell who can be told in place of an agent.

    Args:
        agent: "main/209".
        agents: of the configuration.
        now: UTC ms.
        zone: of the configuration.
        told_as: the target that the agent at "main/210" is; None where they have no address.
    """
    there: list[tuple[Target, str]] = []
    passed: list[str] = []
    was_away = bool(absence(agent, agents, now, zone))
    for at in chain(agent, agents):
        who = f"{'whose' if passed else 'their'} deputy {_named(at, agents)}"
        away = _away(at, agents, now, zone)
        if away:
            passed.append(f"{who} too" if was_away else f"{who} {away}")
        elif (target := told_as(at)) is not None:
            there.append((target, ", ".join(passed)))
        else:
            passed.append(f"{who} has no address")
        was_away = bool(away)
    return Deputies(tuple(there), ", ".join(passed))


def _away(agent: str, agents: Mapping[str, Agent], now: int, zone: ZoneInfo) -> str:
    person = agent_at(agent, agents)
    until = person and away_until(person, now, zone)
    if not until:
        return ""
    is_this_year = until.year == datetime.fromtimestamp(now / 1000, zone).year
    return f"is away through {until:%a} {until.day} {until:%b}{'' if is_this_year else f' {until.year}'}"


def _named(agent: str, agents: Mapping[str, Agent]) -> str:
    """The person, with what the configuration calls them."""
    key, person = called(agent, agents), agent_at(agent, agents)
    name = " ".join(person.name.split())[:_LONGEST_NAME] if person else ""
    if not name:
        return key
    return name if key in name else f"{name} ({key})"
