"""Who is told of an alert."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from notifier.config.receivers import Agent, Receiver
from notifier.config.rules import Rule
from notifier.model import Target


class Via(StrEnum):
    """On which ground a target is told."""

    RULE = "rule"
    FALLBACK = "fallback"  # those that the rule names cannot be reached
    OPS = "ops"  # nor can its fallback


@dataclass(frozen=True, slots=True)
class Audience:
    """Targets, on which ground, and why it was not the rule's own receivers."""

    targets: tuple[Target, ...]
    via: Via
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Directory:
    """What the audience is chosen from: the configuration's receivers, agents and ops."""

    receivers: Mapping[str, Receiver]
    agents: Mapping[str, Agent]
    ops: tuple[str, ...]

    def targets(self, names: Iterable[str], agent: str) -> tuple[Target, ...]:
        """All that these receivers come to for an alert of this agent ("main/209"), each once."""
        found = dict.fromkeys(
            Target(name, recipient)
            for name in names
            if name in self.receivers
            for recipient in self.receivers[name].recipients(agent, self.agents)
        )
        return tuple(found)

    def address(self, target: Target) -> str | None:
        """The address behind a target as the configuration has it now; None where there is none."""
        receiver = self.receivers.get(target.receiver)
        return receiver.address(target.recipient, self.agents) if receiver else None


def audience(rule: Rule, level: int, agent: str, directory: Directory) -> list[Audience]:
    """Tell who is to be told: never nobody, as long as the configuration names anybody.

    Every receiver that comes to nobody (an agent without an address) is replaced by the rule's fallback,
    or where that comes to nobody either, by ops. No target stands in two of the groups.

    Args:
        rule: that opened the alert.
        level: the alert's; a level's receivers are added to the rule's.
        agent: of the alert: "main/209".
        directory: of the configuration.
    """
    names = list(rule.notify)
    for reached in rule.levels[:level]:
        names.extend(reached.notify)
    found: dict[Target, None] = {}
    missing: list[str] = []
    for name in dict.fromkeys(names):
        targets = directory.targets((name,), agent)
        found.update(dict.fromkeys(targets))
        if not targets:
            missing.append(name)
    groups = [Audience(tuple(found), Via.RULE)] if found else []
    if missing:
        others = instead(rule, Via.RULE, agent, directory, f"no address: {', '.join(missing)}")
        targets = tuple(target for target in others.targets if target not in found)
        if targets or not found:
            groups.append(replace(others, targets=targets))
    return groups


def instead(rule: Rule | None, tried: Via, agent: str, directory: Directory, reason: str) -> Audience:
    """Tell who is told in place of a target that can't be reached.

    Args:
        rule: that opened the alert; None where it is gone from the configuration.
        tried: the ground on which the target was to be told.
        agent: of the alert.
        directory: of the configuration.
        reason: why the target can't be reached.

    Returns:
        An audience; without targets where nobody is left.
    """
    if tried is Via.RULE and rule is not None:
        targets = directory.targets(rule.fallback, agent)
        if targets:
            return Audience(targets, Via.FALLBACK, reason)
    if tried is not Via.OPS:
        return Audience(directory.targets(directory.ops, agent), Via.OPS, reason)
    return Audience((), Via.OPS, reason)
