"""Which of Slack's scopes a configuration needs, and for what. Pure.

https://docs.slack.dev/reference/scopes
"""

from collections.abc import Iterator
from dataclasses import dataclass

from notifier.config import AGENT, Config

TWICE = "to look, after an outage, whether a message arrived; without it one may come twice"


@dataclass(frozen=True, slots=True)
class Need:
    """One scope."""

    scope: str
    what_for: str
    is_required: bool  # else it works without, but less well


@dataclass(frozen=True, slots=True)
class Places:
    """Where the bot is to post."""

    rooms: tuple[str, ...]  # "#name", or a channel's id
    people: tuple[str, ...]  # a person's id or e-mail address, or a conversation's id

    @property
    def names(self) -> tuple[str, ...]:
        """Channels that are known by their name."""
        return tuple(room for room in self.rooms if room.startswith("#"))

    @property
    def addresses(self) -> tuple[str, ...]:
        """People that are to be looked up."""
        return tuple(one for one in self.people if "@" in one)


def places(config: Config) -> Places:
    """Where the bot is to post by this configuration, each once."""
    told = dict.fromkeys(one.slack.to for one in config.receivers.values() if one.slack and one.slack.to)
    agents = [one.slack for one in config.agents.values() if one.slack] if AGENT in told else []
    rooms = tuple(to for to in told if to[0] in "#CG")
    people = [to for to in told if to not in rooms and to != AGENT]
    return Places(rooms, tuple(dict.fromkeys([*people, *agents])))


def needs(asked: Places) -> Iterator[Need]:
    """The scopes that posting there takes."""
    if not asked.rooms and not asked.people:
        return
    yield Need("chat:write", "to post at all", is_required=True)
    if asked.people:
        yield Need("im:write", "to write to people directly", is_required=True)
        yield Need("im:history", TWICE, is_required=False)
    if asked.addresses:
        yield Need("users:read", "to find people by their e-mail address", is_required=True)
        yield Need("users:read.email", "to find people by their e-mail address", is_required=True)
    if asked.rooms:
        others = "to post to channels that the bot is no member of; else invite it there"
        yield Need("chat:write.public", others, is_required=False)
        yield Need("channels:history", TWICE, is_required=False)
        yield Need("groups:history", f"{TWICE} (private channels)", is_required=False)
    if asked.names:
        yield Need("channels:read", "to find a channel by its name; else write its id", is_required=False)
        yield Need("groups:read", "to find a private channel by its name", is_required=False)
