"""Who is told of an alert."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from notifier.config.receivers import Agent, Receiver, agent_key, agent_of
from notifier.config.rules import Rule
from notifier.model import Target
from notifier.rules.away import Deputies, absence, deputies


class Via(StrEnum):
    """On which ground a target is told."""

    RULE = "rule"
    DEPUTY = "deputy"  # the agent whom the rule names is away
    FALLBACK = "fallback"  # those that the rule names cannot be reached
    OPS = "ops"  # nor can its fallback


@dataclass(frozen=True, slots=True)
class Audience:
    """Targets, on which ground, and why it was not the rule's own receivers."""

    targets: tuple[Target, ...]
    via: Via
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom receivers come to."""

    found: Mapping[Target, str]  # with who is away, where a deputy is told
    obstacles: tuple[str, ...]  # why some of the receivers come to nobody


@dataclass(frozen=True, slots=True)
class Directory:
    """What the audience is chosen from: the configuration's receivers, agents and ops.

    Args:
        receivers: of the configuration.
        agents: likewise.
        ops: the receivers of ops.
        zone: whose days agents are away on.
    """

    receivers: Mapping[str, Receiver]
    agents: Mapping[str, Agent]
    ops: tuple[str, ...]
    zone: ZoneInfo

    def targets(self, names: Iterable[str], agent: str, now: int) -> tuple[Target, ...]:
        """All that these receivers come to for an alert of this agent ("main/209"), each once.

        Args:
            names: of the receivers; those that are none come to nobody.
            agent: whose deputy is told where they are away.
            now: UTC ms.
        """
        return tuple(self.reach(names, agent, now).found)

    def address(self, target: Target) -> str | None:
        """The address behind a target as the configuration has it now; None where there is none."""
        receiver = self.receivers.get(target.receiver)
        return receiver.address(target.recipient, self.agents) if receiver else None

    def is_program(self, target: Target) -> bool:
        """Is a target a program, which hears of every change?"""
        receiver = self.receivers.get(target.receiver)
        return receiver is not None and receiver.is_program

    @property
    def masked(self) -> frozenset[str]:
        """The receivers that shall see no full phone number."""
        return frozenset(name for name, receiver in self.receivers.items() if receiver.mask_numbers)

    def absence(self, target: Target, now: int) -> str:
        """Say that a target is an agent who is away at that instant, UTC ms; "" where it is not so."""
        agent = agent_of(target.recipient)
        return absence(agent, self.agents, now, self.zone) if agent else ""

    def deputies(self, target: Target, now: int) -> Deputies:
        """Whom of its agent's deputies this receiver can tell at that instant, UTC ms."""

        def told_as(at: str) -> Target | None:
            deputy = Target(target.receiver, agent_key(at))
            return None if self.address(deputy) is None else deputy

        return deputies(agent_of(target.recipient), self.agents, now, self.zone, told_as)

    def reach(self, names: Iterable[str], agent: str, now: int) -> Reach:
        """As ``targets``, with why some of them come to others or to nobody."""
        found: dict[Target, str] = {}
        nowhere: list[str] = []
        away: dict[str, None] = {}
        for name in dict.fromkeys(names):
            here, absences = self._reach_of(name, agent, now)
            found |= here
            if not here and absences:
                away |= dict.fromkeys(absences)
            elif not here:
                nowhere.append(name)
        no_address = (f"no address: {', '.join(nowhere)}",) if nowhere else ()
        return Reach(found, (*no_address, *away))

    def _reach_of(self, name: str, agent: str, now: int) -> tuple[dict[Target, str], list[str]]:
        """Whom one receiver comes to, and who is away with all deputies."""
        found: dict[Target, str] = {}
        absences: list[str] = []
        receiver = self.receivers.get(name)
        for recipient in receiver.keys(agent) if receiver else ():
            target = Target(name, recipient)
            away = self.absence(target, now)
            if away:
                stand_ins = self.deputies(target, now)
                if stand_ins.there:
                    deputy, passed = stand_ins.there[0]
                    found[deputy] = and_passed(away, passed)
                else:
                    absences.append(and_passed(away, stand_ins.passed))
            elif self.address(target) is not None:
                found[target] = ""
        return found, absences


def and_passed(reason: str, passed: str) -> str:
    """Why somebody can't be told, and who of their deputies can't either."""
    return f"{reason}, {passed}" if passed else reason


def audience(rule: Rule, level: int, agent: str, directory: Directory, now: int) -> list[Audience]:
    """Tell who is to be told: never nobody, as long as the configuration names anybody.

    Args:
        rule: that opened the alert.
        level: the alert's; a level's receivers are added to the rule's.
        agent: of the alert: "main/209".
        directory: of the configuration.
        now: UTC ms.
    """
    names = list(rule.notify)
    for reached in rule.levels[:level]:
        names.extend(reached.notify)
    return audience_of(names, rule, agent, directory, now)


def audience_of(
    names: Iterable[str], rule: Rule, agent: str, directory: Directory, now: int
) -> list[Audience]:
    """Tell who is to be told where these receivers are named.

    An agent who is away is replaced by the deputy. Every receiver that comes to nobody (an agent without an
    address, or one who is away with all deputies) is replaced by the rule's fallback, or where that comes to
    nobody either, by ops. No target stands in two of the groups.

    Args:
        names: of the receivers.
        rule: that opened the alert, for its fallback.
        agent: of the alert: "main/209".
        directory: of the configuration.
        now: UTC ms.
    """
    reached = directory.reach(names, agent, now)
    grounds: dict[str, list[Target]] = {}
    for target, reason in reached.found.items():
        grounds.setdefault(reason, []).append(target)
    groups = [
        Audience(tuple(targets), Via.DEPUTY if reason else Via.RULE, reason)
        for reason, targets in grounds.items()
    ]
    if reached.obstacles:
        others = instead(rule, Via.RULE, agent, directory, "; ".join(reached.obstacles), now)
        targets = tuple(target for target in others.targets if target not in reached.found)
        if targets or not reached.found:
            groups.append(Audience(targets, others.via, others.reason))
    return groups


def instead(
    rule: Rule | None, tried: Via, agent: str, directory: Directory, reason: str, now: int
) -> Audience:
    """Tell who is told in place of a target that can't be reached, nor any deputy of it.

    Args:
        rule: that opened the alert; None where it is gone from the configuration.
        tried: the ground on which the target was to be told.
        agent: of the alert.
        directory: of the configuration.
        reason: why the target can't be reached.
        now: UTC ms.

    Returns:
        An audience; without targets where nobody is left.
    """
    if tried in {Via.RULE, Via.DEPUTY} and rule is not None:
        targets = directory.targets(rule.fallback, agent, now)
        if targets:
            return Audience(targets, Via.FALLBACK, reason)
    if tried is not Via.OPS:
        return Audience(directory.targets(directory.ops, agent, now), Via.OPS, reason)
    return Audience((), Via.OPS, reason)
