"""A workspace of Slack that shows on the terminal what is posted, and again once it is edited."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from notifier.cli.demo.screen import Screen

Json = dict[str, Any]

PEOPLE = {"U0000ANITA": "Anita", "U0000RAHUL": "Rahul", "U0000MEERA": "Meera", "U0000KAVYA": "Kavya"}
ROOMS = {"C0000SALES": "sales-missed", "C0000SUPPORT": "support-missed"}
TEAM = "T0000DEMO"


@dataclass
class Posted:
    """A message, as it stands."""

    channel: str  # D…, C…
    ts: str
    payload: Mapping[str, Any]

    @property
    def thread(self) -> str:
        """The message that it replies to; "" where it stands by itself."""
        return str(self.payload.get("thread_ts", ""))


class Workspace:
    """Answers methods of Slack's Web API, so far as the bot calls them.

    Args:
        screen: to show things on.
        first: done before each message, so that what led to it stands above it; may be set at any time.
    """

    def __init__(self, screen: Screen, first: Callable[[], None] = lambda: None) -> None:
        self._screen = screen
        self.first = first
        self._messages: dict[str, Posted] = {}  # by ts
        self._numbers = itertools.count(1)
        self.posted = 0
        self.edited = 0

    def answer(self, method: str, asked: Mapping[str, Any]) -> Json:
        """Do what Slack would do, and say what it would."""
        does = {
            "auth.test": lambda _: {"team_id": TEAM, "team": "Demo", "user": "missed-calls"},
            "chat.postEphemeral": lambda asked: self.whisper(asked["user"], asked["channel"], asked),
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.history": self._listed,
            "conversations.list": _rooms,
            "conversations.open": lambda asked: {"channel": {"id": "D" + asked["users"][1:]}},
            "conversations.replies": self._listed,
            "users.info": _person,
        }
        return {"ok": True, **does[method](asked)} if method in does else _refused("unknown_method")

    def whisper(self, user: str, channel: str, said: Mapping[str, Any]) -> Json:
        """Somebody alone is told something."""
        whom = f"only {PEOPLE.get(user, user)} sees this"
        self._screen.message(_place(channel), said, what=whom, style="magenta")
        return {"message_ts": self._new_ts()}

    def having(self, user: str, action: str, about: str) -> tuple[Posted, Json] | None:
        """The newest message to somebody, with a button of this name, that speaks of somebody.

        Args:
            user: whose direct messages are looked through.
            action: the button's `action_id`.
            about: stands in its text.
        """
        for one in reversed(self._messages.values()):
            if one.channel[1:] == user[1:] and about in str(one.payload["text"]):
                for block in one.payload.get("blocks") or ():
                    for element in block.get("elements", ()):
                        if element.get("action_id") == action:
                            return one, element
        return None

    def shows(self, user: str, about: str, said: str) -> bool:
        """Does a message to somebody that speaks of somebody say this now, too?"""
        return any(
            one.channel[1:] == user[1:] and about in str(one.payload["text"]) and said in str(one.payload)
            for one in self._messages.values()
        )

    def _new_ts(self) -> str:
        return f"{1_700_000_000 + next(self._numbers)}.000100"

    def _post(self, asked: Mapping[str, Any]) -> Json:
        self.posted += 1
        to = str(asked["channel"])
        channel = next((found for found, name in ROOMS.items() if to == f"#{name}"), to)
        one = Posted(channel, self._new_ts(), asked)
        self._messages[one.ts] = one
        place = "conversation" if channel.startswith("D") else "room"
        self._show(one, f"also in the {place}" if asked.get("reply_broadcast") else "", "green")
        return {"channel": channel, "ts": one.ts}

    def _update(self, asked: Mapping[str, Any]) -> Json:
        one = self._messages.get(str(asked["ts"]))
        if one is None:
            return _refused("message_not_found")
        self.edited += 1
        one.payload = {**one.payload, **asked}
        self._show(one, "edited in place", "yellow")
        return {"channel": one.channel, "ts": one.ts}

    def _show(self, one: Posted, what: str, style: str) -> None:
        self.first()
        self._screen.message(
            _place(one.channel), one.payload, what=what, style=style, inside=bool(one.thread)
        )

    def _listed(self, asked: Mapping[str, Any]) -> Json:
        """The messages of a room; or those of one thread, its first one included."""
        thread = asked.get("ts")
        found = [
            {"ts": one.ts, "metadata": one.payload.get("metadata"), "text": one.payload["text"]}
            for one in self._messages.values()
            if one.channel == asked["channel"]
            and (thread in {one.ts, one.thread} if thread else not one.thread)
        ]
        return {"messages": found}


def _rooms(_: Mapping[str, Any]) -> Json:
    return {"channels": [{"id": channel, "name": name} for channel, name in ROOMS.items()]}


def _person(asked: Mapping[str, Any]) -> Json:
    user = asked["user"]
    return {"user": {"id": user, "profile": {"display_name": PEOPLE.get(user, "")}}}


def _refused(code: str) -> Json:
    return {"ok": False, "error": code}


def _place(channel: str) -> str:
    person = PEOPLE.get(f"U{channel[1:]}")
    return f"direct message to {person}" if person else f"#{ROOMS.get(channel, channel)}"
