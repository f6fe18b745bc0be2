"""Whom the messages of a receiver mention: what is configured and was looked up, and nothing else."""

import asyncio
from collections.abc import Awaitable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from notifier.channels.render import NOBODY, Mentions, is_quiet
from notifier.channels.render.speech import AGENTS as NAMED
from notifier.channels.slack.lookups import Lookups
from notifier.config.mention import AGENT, HERE, NONE, Mention, is_handle
from notifier.config.receivers import Agent, agent_at, agent_of
from notifier.model import Message, Notification, Summary

LIMIT: Final = 3.0  # seconds for all that one message mentions: it is not to be late for that
MOST: Final = 20  # agents that one message pings: as many as a summary has alerts


class Mentioning:
    """Mentions agents and user groups; whoever can't be found is named, and nobody waits for long.

    Args:
        wanted: of the receiver.
        agents: of the configuration.
        lookups: of addresses and handles; None where nothing can be looked up.
        limit: seconds for what one message mentions.
    """

    def __init__(
        self,
        wanted: Mention,
        agents: Mapping[str, Agent],
        lookups: Lookups | None = None,
        *,
        limit: float = LIMIT,
    ) -> None:
        self._wanted = wanted
        self._agents = agents
        self._lookups = lookups
        self._limit = limit

    async def of_new(self, message: Message) -> Mentions:
        """For a new message: with pings at its top, unless it calls for nobody."""
        match message:
            case Notification():
                # Whoever is named by a mention in a new message is pinged, too.
                return NOBODY if is_quiet(message) else await self._mentions(_named(message), [message])
            case Summary():
                calling = [one for one in message.notifications if not is_quiet(one)]
                return await self._mentions((), calling)
            case _:
                return NOBODY

    async def of_edit(self, notification: Notification) -> Mentions:
        """For a message that is changed, which pings nobody: of names only."""
        is_wanted = self._whom(notification) != NONE
        return await self._mentions(_named(notification), ()) if is_wanted else NOBODY

    def _whom(self, notification: Notification) -> str:
        return self._wanted.at(notification.alert.severity)

    async def _mentions(self, named: Collection[str], calling: Collection[Notification]) -> Mentions:
        whom = {self._whom(one) for one in calling}
        if whom == {NONE}:
            return NOBODY
        called = (agent for one in calling if self._whom(one) == AGENT for agent in _callers(one))
        pinged = list(islice(dict.fromkeys(called), MOST))
        agents = list(dict.fromkeys([*named, *pinged]))
        others = sorted(whom - {AGENT, NONE})
        found = await asyncio.gather(*map(self._agent, agents), *map(self._other, others))
        mentions = dict(zip(agents, found[: len(agents)], strict=True))
        return Mentions(mentions, (*found[len(agents) :], *(mentions[agent] for agent in pinged)))

    async def _agent(self, agent: str) -> str:
        person = agent_at(agent, self._agents)
        found = person.slack if person else ""
        if "@" in found:
            found = await self._in_time(self._lookups.person(found)) if self._lookups else ""
        return f"<@{found}>" if found else ""

    async def _other(self, whom: str) -> str:
        if whom == HERE:
            return "<!here>"
        if is_handle(whom):
            whom = await self._in_time(self._lookups.group(whom)) if self._lookups else ""
        return f"<!subteam^{whom}>" if whom else ""

    async def _in_time(self, looking: Awaitable[str]) -> str:
        try:
            async with asyncio.timeout(self._limit):
                return await looking
        except TimeoutError:
            return ""


def _callers(notification: Notification) -> Iterable[str]:
    """Whose calls they are, the newest first."""
    newest = (call.agent for call in reversed(notification.calls))
    return dict.fromkeys(newest) or (notification.alert.agent,)


def _named(notification: Notification) -> tuple[str, ...]:
    """Who may be named where a mention can stand."""
    return tuple(dict.fromkeys([*islice(_callers(notification), NAMED), *_who_handled(notification)]))


def _who_handled(notification: Notification) -> Iterator[str]:
    events = notification.events[-1:]
    for who in (notification.alert.handled_by, *(event.who for event in events)):
        if agent := agent_of(who):
            yield agent


MENTIONS_NOBODY: Final = Mentioning(Mention.of(NONE), {})
