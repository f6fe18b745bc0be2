"""Which of what we do in Slack a configuration asks for, and so which scopes it takes. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from notifier.channels.slack import scopes
from notifier.channels.slack.scopes import Feature
from notifier.config import AGENT, Config
from notifier.config.forms import is_slack_group
from notifier.config.mention import is_handle
from notifier.config.schema import AGENTS

MEND = "add it to the app (OAuth & Permissions → Bot Token Scopes), and install the app again"


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a configuration asks for."""

    feature: Feature
    is_required: bool  # else it works without, but less well

    def missing(self, granted: frozenset[str]) -> tuple[str, ...]:
        """The scopes that it lacks."""
        return tuple(scope for scope in self.feature.scopes if scope not in granted)


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


def needs(config: Config) -> Iterator[Need]:
    """What this configuration asks for, what it can't do without first."""
    found = [*_to_post(places(config)), *_to_mention(config), *_for_buttons(config)]
    yield from sorted(found, key=lambda need: not need.is_required)


def _to_post(asked: Places) -> Iterator[Need]:
    if not asked.rooms and not asked.people:
        return
    yield Need(scopes.POST, is_required=True)
    if asked.people:
        yield Need(scopes.DIRECT, is_required=True)
        yield Need(scopes.LOOK_DIRECT, is_required=False)
    if asked.addresses:
        yield Need(scopes.ADDRESSES, is_required=True)
    if asked.rooms:
        yield Need(scopes.UNINVITED, is_required=False)
        yield Need(scopes.LOOK_PUBLIC, is_required=False)
        yield Need(scopes.LOOK_PRIVATE, is_required=False)
    if asked.names:
        yield Need(scopes.ROOM_NAMES, is_required=False)


def _to_mention(config: Config) -> Iterator[Need]:
    in_rooms = [one.slack for one in config.receivers.values() if one.slack and one.slack.to != AGENT]
    through_bot = [slack for slack in in_rooms if slack.webhook_url is None]
    whom = {whom for slack in through_bot for whom in slack.mention.each}
    if whom and _has_addresses(config):  # whoever else is pinged, agents are mentioned with them
        yield Need(scopes.MENTIONS, is_required=False)
    if any(map(is_handle, whom)):
        yield Need(scopes.GROUPS_MENTIONED, is_required=True)


def _for_buttons(config: Config) -> Iterator[Need]:
    if config.slack is None or config.slack.app_token is None:
        return
    allowed = config.actions.allowed
    yield Need(scopes.BUTTONS, is_required=True)
    yield Need(scopes.NAMES, is_required=False)
    by_address = any("@" in one for one in allowed) or (AGENTS in allowed and _has_addresses(config))
    if by_address or _has_addresses(config):
        yield Need(scopes.PRESSED_BY, is_required=by_address)
    if any(map(is_slack_group, allowed)):
        yield Need(scopes.GROUPS_ALLOWED, is_required=True)


def _has_addresses(config: Config) -> bool:
    return any("@" in agent.slack for agent in config.agents.values())
