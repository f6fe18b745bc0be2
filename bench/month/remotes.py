"""Slack and the mail server: they take what they are sent, and remember what it was. Nothing else is faked of
them: messages are rendered, addressed, looked for and edited by notifier's real channels.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from notifier.channels.mail.message import compose
from notifier.channels.slack.api import SlackApi
from notifier.model import DigestReport, History, Message, Notice, Notification, Summary

SENDER = "Missed calls <calls@example.com>"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that somebody got."""

    at: int  # UTC ms
    place: str  # "slack U209", "mail lead@example.com"
    delivery_id: str
    names: tuple[str, ...]  # delivery ids of the notifications that a summary tells; empty where it is none
    report: DigestReport | None = None  # of a digest by e-mail


@dataclass
class Journal:
    """All that arrived, in that order, and how often something that stands there was changed."""

    now: Callable[[], int]  # UTC ms
    arrived: list[Arrived] = field(default_factory=list)
    edits: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # by delivery id
    histories: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # replies, by delivery id
    strays: int = 0  # edits of what never arrived, and replies to that
    listeners: list[Callable[[Arrived], None]] = field(default_factory=list)

    def take(self, place: str, delivery_id: str, names: Collection[str], report: DigestReport | None) -> None:
        """A message arrived."""
        one = Arrived(self.now(), place, delivery_id, tuple(names), report)
        self.arrived.append(one)
        for listen in self.listeners:
            listen(one)


class Slack(SlackApi):
    """The Web API. Once, when it is told to, it takes a message and its answer never comes."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._posts: dict[tuple[object, object], dict[str, object]] = {}
        self._who: dict[str, str] = {}  # by a channel's or conversation's id: its name, or whom it is with
        self.swallows_answer = False
        self.swallowed = asyncio.Event()

    async def call(self, method: str, payload: Mapping[str, object]) -> Mapping[str, object]:
        match method:
            case "chat.postMessage":
                answer = self._posted(payload)
                if self.swallows_answer:
                    self.swallows_answer = False
                    self.swallowed.set()
                    await asyncio.Event().wait()
                return answer
            case "chat.update":
                return self._updated(payload)
            case "conversations.open":
                conversation = f"D{payload['users']}"
                self._who[conversation] = str(payload["users"])
                return {"ok": True, "channel": {"id": conversation}}
            case "conversations.list":
                rooms = [{"name": who[1:], "id": at} for at, who in self._who.items() if who[0] == "#"]
                return {"ok": True, "channels": rooms}
            case "conversations.history":
                return {"ok": True, "messages": self._history(payload)}
            case "conversations.replies":
                return {"ok": True, "messages": self._thread(payload)}
        raise NotImplementedError(method)

    async def aclose(self) -> None:
        """There is no connection."""

    def _posted(self, payload: Mapping[str, object]) -> Mapping[str, object]:
        channel = self._id_of(str(payload["channel"]))
        post = dict(payload) | {"ts": f"{len(self._posts) + 1_800_000_000}.000100"}
        if "thread_ts" in post and (channel, post["thread_ts"]) not in self._posts:
            self._journal.strays += 1
        self._posts[channel, post["ts"]] = post
        told = _payload_of(post)
        if "thread_ts" in post and "reply_broadcast" not in post:
            # It tells nobody anything: what happened is said below a message for whoever looks there.
            self._journal.histories[str(told["delivery_id"])] += 1
            return {"ok": True, "channel": channel, "ts": post["ts"]}
        self._journal.take(
            f"slack {self._who[channel]}", str(told["delivery_id"]), _texts(told.get("delivery_ids")), None
        )
        return {"ok": True, "channel": channel, "ts": post["ts"]}

    def _id_of(self, channel: str) -> str:
        """Rooms may be named; whoever posts to one learns its id."""
        if not channel.startswith("#"):
            return channel
        found = f"C{channel[1:].upper().replace('-', '')}"
        self._who[found] = channel
        return found

    def _updated(self, payload: Mapping[str, object]) -> Mapping[str, object]:
        post = self._posts.get((payload["channel"], payload["ts"]))
        if post is None:
            self._journal.strays += 1
        else:
            self._journal.edits[str(_payload_of(post)["delivery_id"])] += 1
        return {"ok": True}

    def _history(self, payload: Mapping[str, object]) -> list[dict[str, object]]:
        return [post for post in self._of(payload)[::-1] if "thread_ts" not in post]

    def _thread(self, payload: Mapping[str, object]) -> list[dict[str, object]]:
        first = payload["ts"]
        return [post for post in self._of(payload) if first in {post["ts"], post.get("thread_ts")}]

    def _of(self, payload: Mapping[str, object]) -> list[dict[str, object]]:
        return [post for (channel, _), post in self._posts.items() if channel == payload["channel"]]


class Mailbox:
    """A channel of e-mail whose server takes everything. Messages are composed as they would be."""

    can_edit = False
    has_threads = False
    pace = 0.0
    summary_size = 200
    service = "email"

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def lane(self, address: str) -> str:
        del address
        return "mail"

    async def send(self, address: str, message: Message, *, plain: bool = False, reply_to: str = "") -> str:
        del reply_to  # there are no threads
        mail = compose(message, SENDER, address, text_only=plain)
        names: list[str] = []
        report: DigestReport | None = None
        match message:
            case Summary():
                names = [one.delivery_id for one in message.notifications]
            case DigestReport():
                report = message
            case Notification() | Notice():
                pass
        self._journal.take(f"mail {address}", message.delivery_id, names, report)
        return str(mail["Message-ID"])

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:
        raise NotImplementedError

    async def confirm(
        self, address: str, delivery_ids: Collection[str], since: int, *, threads: Collection[str] = ()
    ) -> Mapping[str, str]:
        del address, delivery_ids, since, threads
        return {}

    async def reply(self, receipt: str, history: History, *, plain: bool = False) -> None:
        raise NotImplementedError

    async def has_reply(self, receipt: str, delivery_id: str, since: int) -> bool:
        raise NotImplementedError

    async def aclose(self) -> None:
        """There is no connection."""


def _payload_of(post: Mapping[str, object]) -> Mapping[str, object]:
    metadata = post["metadata"]
    assert isinstance(metadata, dict)
    payload: Mapping[str, object] = metadata["event_payload"]
    return payload


def _texts(found: object) -> list[str]:
    return [str(one) for one in found] if isinstance(found, list) else []
