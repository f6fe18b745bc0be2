"""Who of those who call can't be told of it, by the configuration: what ops have not written down yet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from notifier.config.receivers import Agent, Receiver, agent_at, agent_key
from notifier.config.rules import Match, Rule
from notifier.model import Call, Endpoint, StoredCall
from notifier.rules.match import all_of, conditions, teams


@dataclass(frozen=True, slots=True)
class Unreachable:
    """An extension whose agent no message of some rules comes to."""

    agent: str  # "main/305"
    is_known: bool  # the configuration has an agent there
    lacks: tuple[str, ...]  # of an agent that is known: "slack", "email", or both; either would do
    rules: tuple[str, ...]  # names


def unreachable(
    agent: str, rules: Collection[Rule], receivers: Mapping[str, Receiver], agents: Mapping[str, Agent]
) -> Unreachable | None:
    """Can the agent at an extension be told by every rule that is to tell them? None where it is so.

    Args:
        agent: "main/305".
        rules: of the configuration.
        receivers: likewise.
        agents: likewise.
    """
    person = agent_at(agent, agents)
    known = None if person is None else agents
    found: dict[str, None] = {}
    lacks: dict[str, None] = {}
    for rule in rules:
        theirs = [each for name in _named(rule) if _is_told(each := receivers[name], agent)]
        # Without an agent there is no team: a rule that asks for one is never about this extension.
        is_meant = theirs or (person is None and rule.match.team)
        if not is_meant or not _is_about(rule.match, agent, known):
            continue
        if not any(each.address(agent_key(agent), agents) for each in theirs):
            found[rule.name] = None
            lacks |= {"slack" if each.slack else "email": None for each in theirs}
    return Unreachable(agent, person is not None, tuple(lacks), tuple(found)) if found else None


def _named(rule: Rule) -> list[str]:
    names = [*rule.notify]
    for level in rule.levels:
        names += level.notify
    for step in rule.escalate:
        names += step.notify
    return list(dict.fromkeys(names))


def _is_told(receiver: Receiver, agent: str) -> bool:
    return agent_key(agent) in receiver.keys(agent)


def _is_about(match: Match, agent: str, agents: Mapping[str, Agent] | None) -> bool:
    """May a rule be about calls of this extension? Whoever is in no team yet may be in any."""
    asked = Match(extension=match.extension, account=match.account, team=match.team if agents else ())
    if not _holds(asked, agent, agents):
        return False
    out = match.not_
    if out is None or out.customer or out.name or out.leg or out.attempts or out.not_:
        return True
    return (agents is None and bool(out.team)) or not _holds(out, agent, agents)


def _holds(match: Match, agent: str, agents: Mapping[str, Agent] | None) -> bool:
    account, _, extension = agent.partition("/")
    call = Call(account, Endpoint.OUT_MISSED, "", None, extension, "", 0, "")
    return all_of(conditions(match, teams(agents or {})))(StoredCall(0, call, baseline=False))
