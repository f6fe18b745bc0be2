"""Which silence mutes an alert. Pure."""

import math
from collections.abc import Iterable, Mapping

from notifier.config.receivers import Agent, agent_at
from notifier.model import Alert, Silence

# An alert that puts several agents' calls together is not the last one's alone: to mute one agent
# must not mute the others. A call or a customer is the business of the agent who called last.
_HAS_AGENT = frozenset({"call", "customer", "extension"})
_HAS_TEAM = _HAS_AGENT | {"team"}
_HAS_ACCOUNT = _HAS_AGENT | {"account"}


def silenced(
    alert: Alert, silences: Iterable[Silence], agents: Mapping[str, Agent], now: int
) -> Silence | None:
    """Tell whether an alert is muted, and by what.

    Args:
        alert: as it is.
        silences: that there are; those that are not active at this instant mute nothing.
        agents: of the configuration: who is in which team.
        now: UTC ms.

    Returns:
        Of the silences that mute it the one that ends last; None where there is none.
    """
    muting = (one for one in silences if one.is_active(now) and is_about(one, alert, agents))
    return max(muting, key=_end, default=None)


def is_about(silence: Silence, alert: Alert, agents: Mapping[str, Agent]) -> bool:
    """Is a silence, whenever it is active, about an alert?

    Args:
        silence: any.
        alert: any.
        agents: of the configuration.
    """
    account, _, extension = alert.agent.partition("/")
    per = frozenset(alert.per)
    return (
        _fits(silence.rule, alert.rule)
        and _fits(silence.account, account if per & _HAS_ACCOUNT else None)
        and _fits(silence.extension, extension if per & _HAS_AGENT else None)
        and _fits(silence.team, _team(alert.agent, agents) if per & _HAS_TEAM else None)
        and _fits(silence.customer, alert.customer)
    )


def _fits(wanted: str | None, actual: str | None) -> bool:
    return wanted is None or wanted == actual


def _team(agent: str, agents: Mapping[str, Agent]) -> str:
    person = agent_at(agent, agents)
    return person.team if person else ""


def _end(silence: Silence) -> tuple[float, int]:
    return math.inf if silence.ends_at is None else silence.ends_at, -silence.id
