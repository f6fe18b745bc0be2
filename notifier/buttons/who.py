"""Who pressed, and whether they may."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from notifier.buttons.press import Press
from notifier.buttons.visitors import Visitors
from notifier.config.receivers import Agent, agent_at
from notifier.config.schema import AGENTS, ANYONE

SOMEBODY = "somebody in Slack"


class Leave(Enum):
    """May they?"""

    YES = auto()
    NO = auto()
    UNKNOWN = auto()  # that can't be told now


@dataclass(frozen=True, slots=True)
class Presser:
    """Who pressed."""

    agent: str = ""  # "main/209", where they are one of ours
    name: str = SOMEBODY  # as they are called in Slack; text from outside


@dataclass(frozen=True)
class Who:
    """Knows people by the configuration, and by what Slack tells of them.

    Who is of another workspace is known by their id alone: what else is told of them, others decide.
    """

    visitors: Visitors
    allowed: Collection[str]
    agents: Mapping[str, Agent]
    accounts: Sequence[str]  # names

    async def prepare(self) -> None:
        """Look up what can be known before anybody presses."""
        await self.visitors.workspace()
        for group in self._groups():
            await self.visitors.members(group)

    async def may(self, press: Press) -> Leave:
        """Decide as cheaply as can be: a form must be shown within 3 s of the press."""
        if press.user in self.allowed or self._by_id(press.user):
            return Leave.YES
        by_group = await self._by_group(press.user)
        if by_group is Leave.YES:
            return Leave.YES
        is_ours = await self._is_ours(press)
        if is_ours is None:
            return Leave.UNKNOWN
        if not is_ours:
            return by_group
        by_address = Leave.YES if ANYONE in self.allowed else await self._by_address(press.user)
        return by_group if by_address is Leave.NO else by_address

    async def presser(self, press: Press) -> Presser:
        """Who it is: an agent by their id or address, else whoever Slack says, else somebody."""
        found = self._by_id(press.user, always=True)
        if found:
            return Presser(agent=found)
        profile = await self.visitors.profile(press.user)
        if profile is None:
            return Presser()
        if profile.mail and await self._is_ours(press) and (found := self._agent(profile.mail)):
            return Presser(agent=found)
        return Presser(name=profile.name or SOMEBODY)

    async def _is_ours(self, press: Press) -> bool | None:
        """Are they of the bot's workspace, or of one that belongs to it? None: that can't be told now."""
        own = await self.visitors.workspace()
        if own is None:
            return None
        if press.team == own.team:
            return True
        if not own.enterprise:
            return False
        profile = await self.visitors.profile(press.user)
        return None if profile is None else profile.enterprise == own.enterprise

    async def _by_group(self, user: str) -> Leave:
        found = [await self.visitors.members(group) for group in self._groups()]
        if any(user in members for members in found if members is not None):
            return Leave.YES
        return Leave.UNKNOWN if None in found else Leave.NO

    def _groups(self) -> list[str]:
        return [one for one in self.allowed if one.startswith("S") and "@" not in one]

    async def _by_address(self, user: str) -> Leave:
        """One of those who are allowed by the address that they have in Slack."""
        addresses = {one.lower() for one in self.allowed if "@" in one}
        if AGENTS in self.allowed:
            addresses |= {agent.slack.lower() for agent in self.agents.values() if "@" in agent.slack}
        if not addresses:
            return Leave.NO
        profile = await self.visitors.profile(user)
        if profile is None:
            return Leave.UNKNOWN
        return Leave.YES if profile.mail.lower() in addresses else Leave.NO

    def _by_id(self, user: str, *, always: bool = False) -> str:
        """The agent with this id, where agents are allowed, or always."""
        return self._agent(user) if always or not {AGENTS, ANYONE}.isdisjoint(self.allowed) else ""

    def _agent(self, address: str) -> str:
        """The agent who has this id or address in Slack: "main/209"; "" where none has."""
        for key, agent in self.agents.items():
            if agent.slack.lower() == address.lower():
                return self._place(key, agent)
        return ""

    def _place(self, key: str, agent: Agent) -> str:
        """Of an agent who sits at an extension of no account in particular, one where that is so."""
        if "/" in key:
            return key
        places = (f"{account}/{key}" for account in self.accounts)
        return next((place for place in places if agent_at(place, self.agents) is agent), "")
