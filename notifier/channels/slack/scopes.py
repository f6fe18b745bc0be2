"""Which scopes of Slack what we do takes, and which methods it calls: the one table of them.

`docs/slack-app.yaml` asks for their union, and `check --live` says which of them a configuration lacks. What
a method needs: https://docs.slack.dev/reference/methods
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that we do in Slack."""

    what: str  # it is
    scopes: tuple[str, ...]  # of the bot's token
    methods: tuple[str, ...]
    without: str  # what is so where a scope is missing
    app_scopes: tuple[str, ...] = ()  # of the app-level token


IDENTITY: Final = Feature(
    what="whose token it is",
    scopes=(),
    methods=("auth.test",),
    without="",
)
POST: Final = Feature(
    what="posting, and bringing messages up to date",
    scopes=("chat:write",),
    methods=("chat.delete", "chat.postMessage", "chat.update"),
    without="nobody can be told",
)
UNINVITED: Final = Feature(
    what="posting to public channels without an invitation",
    scopes=("chat:write.public",),
    methods=("chat.postMessage",),
    without="invite the bot to each channel instead",
)
DIRECT: Final = Feature(
    what="direct messages",
    scopes=("im:write",),
    methods=("conversations.open",),
    without="agents and other people can't be told",
)
ADDRESSES: Final = Feature(
    what="people by their e-mail address",
    scopes=("users:read", "users:read.email"),
    methods=("users.lookupByEmail",),
    without="whoever is not given by a member id (U…) can't be told",
)
MENTIONS: Final = Feature(
    what="mentioning agents by their e-mail address",
    scopes=("users:read", "users:read.email"),
    methods=("users.lookupByEmail",),
    without="in channels they are named, and not pinged",
)
_LOOKED_FOR: Final = ("conversations.history", "conversations.replies")
_TWICE: Final = "it can't be looked for, so after a crash one may come twice"
LOOK_PUBLIC: Final = Feature(
    what="whether a message arrived, in public channels",
    scopes=("channels:history",),
    methods=_LOOKED_FOR,
    without=_TWICE,
)
LOOK_PRIVATE: Final = Feature(
    what="whether a message arrived, in private channels",
    scopes=("groups:history",),
    methods=_LOOKED_FOR,
    without=_TWICE,
)
LOOK_DIRECT: Final = Feature(
    what="whether a message arrived, in direct messages",
    scopes=("im:history",),
    methods=_LOOKED_FOR,
    without=_TWICE,
)
ROOM_NAMES: Final = Feature(
    what="channels by their #name",
    scopes=("channels:read", "groups:read"),
    methods=("conversations.list",),
    without="whether a message arrived there can't be looked for, so after a crash one may come twice, and"
    " this check can't see them; or write their ids (C…)",
)
BUTTONS: Final = Feature(
    what="buttons",
    scopes=("chat:write",),
    methods=("apps.connections.open", "chat.postEphemeral", "views.open"),
    without="nobody can be told",
    app_scopes=("connections:write",),
)
NAMES: Final = Feature(
    what="names of those who press a button",
    scopes=("users:read",),
    methods=("users.info",),
    without="messages say that it was somebody in Slack",
)
PRESSED_BY: Final = Feature(
    what="who presses a button, by their e-mail address",
    scopes=("users:read", "users:read.email"),
    methods=("users.info", "users.lookupByEmail"),
    without="whoever is not given by a member id (U…) is not known by a press",
)
GROUPS_MENTIONED: Final = Feature(
    what="user groups that are mentioned by their @handle",
    scopes=("usergroups:read",),
    methods=("usergroups.list",),
    without="they are not pinged; or write their ids (S…)",
)
GROUPS_ALLOWED: Final = Feature(
    what="user groups that may press buttons",
    scopes=("usergroups:read",),
    methods=("usergroups.list", "usergroups.users.list"),
    without="their members may not",
)

FEATURES: Final = (
    IDENTITY,
    POST,
    UNINVITED,
    DIRECT,
    ADDRESSES,
    MENTIONS,
    LOOK_PUBLIC,
    LOOK_PRIVATE,
    LOOK_DIRECT,
    ROOM_NAMES,
    BUTTONS,
    NAMES,
    PRESSED_BY,
    GROUPS_MENTIONED,
    GROUPS_ALLOWED,
)
