"""What a Slack workspace remembers, and how its methods change it. No I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.support.slack_faults import Pace
from tests.support.slack_limits import fault

Answer = dict[str, object]
Arguments = Mapping[str, Any]

ALL_SCOPES = (
    *("chat:write", "im:write", "users:read", "users:read.email", "channels:read", "groups:read"),
    *("channels:history", "groups:history", "im:history"),
)


class Refusal(Exception):
    """An answer with `ok: false`."""

    def __init__(self, code: str, **more: str) -> None:
        super().__init__(code)
        self.answer: Answer = {"ok": False, "error": code, **more}


class Limited(Exception):
    """An answer with status 429."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass
class Room:
    id: str
    name: str
    private: bool = False
    member: bool = True
    archived: bool = False


@dataclass(frozen=True)
class Posted:
    """A message as it stands; `edits` are what it said before, oldest first."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]] | None
    metadata: dict[str, Any] | None
    edits: tuple["Posted", ...] = ()
    thread_ts: str | None = None  # of the message that it is a reply to
    broadcast: bool = False  # a reply that is shown in the channel, too

    @property
    def is_quiet(self) -> bool:
        """Does it stand in a thread only? It tells how things went, and calls for nobody."""
        return self.thread_ts is not None and not self.broadcast

    @property
    def delivery_id(self) -> str | None:
        found = (self.metadata or {}).get("event_payload", {}).get("delivery_id")
        return None if found is None else str(found)


@dataclass
class Workspace:
    """`now` tells UTC ms; `refuses_blocks` makes every message with blocks an invalid one.

    What Slack does with a reply to a message that is gone is not documented: some saw it refused with the
    code that `refuses_orphans` may be, others saw it posted outside of any thread. Nor is documented whether
    a channel's history has replies that are shown there (`lists_broadcasts`).
    """

    now: Callable[[], int]
    pace: Pace | None = None
    scopes: set[str] = field(default_factory=lambda: set(ALL_SCOPES))
    refuses_blocks: bool = False
    refuses_orphans: str = ""
    lists_broadcasts: bool = False
    posted: list[Posted] = field(default_factory=list)
    count: int = 0  # of all that ever were
    rooms: dict[str, Room] = field(default_factory=dict)  # by id
    users: dict[str, str] = field(default_factory=dict)  # id → e-mail address
    groups: dict[str, str] = field(default_factory=dict)  # id → handle

    def answer(self, method: str, asked: Arguments) -> Answer:
        methods: dict[str, Callable[[Arguments], Answer]] = {
            "auth.test": lambda _: {"user_id": "UBOT", "user": "missed-calls", "team": "Test"},
            "chat.delete": self._delete,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.list": self._list,
            "conversations.replies": self._replies,
            "conversations.open": self._open,
            "usergroups.list": self._list_groups,
            "users.lookupByEmail": self._look_up,
        }
        if method not in methods:
            raise Refusal("unknown_method")
        return {"ok": True, **methods[method](asked)}

    def hook(self, message: Arguments, *, known: bool) -> None:
        """What the incoming webhook does."""
        if not known:
            raise Refusal("no_service")
        self.keep("webhook", message)

    def keep(self, channel: str, message: Arguments) -> Posted:
        """Check a message, and keep it as Slack would."""
        self._check(message)
        seconds = self.pace.wait(channel) if self.pace else 0
        if seconds:
            raise Limited(seconds)
        self.count += 1
        ts = f"{self.now() // 1000}.{self.count:06d}"
        thread = message.get("thread_ts")
        if thread is not None and self.standing(channel, thread) is None:
            thread = None  # as Slack does it, without a word
        kept = Posted(
            channel,
            ts,
            message.get("text", ""),
            message.get("blocks"),
            message.get("metadata"),
            thread_ts=thread,
            broadcast=thread is not None and bool(message.get("reply_broadcast")),
        )
        self.posted.append(kept)
        return kept

    def standing(self, channel: str, ts: str) -> Posted | None:
        """A message that nobody has deleted."""
        return next((one for one in self.posted if (one.channel, one.ts) == (channel, ts)), None)

    def delete(self, channel: str, ts: str) -> None:
        """Somebody deletes a message."""
        self.posted[:] = [one for one in self.posted if (one.channel, one.ts) != (channel, ts)]

    def _check(self, message: Arguments) -> None:
        code = fault(dict(message))
        if code is None and message.get("blocks") and self.refuses_blocks:
            code = "invalid_blocks"
        if code is not None:
            raise Refusal(code)

    def _post(self, asked: Arguments) -> Answer:
        self._need("chat:write")
        room = self._room(str(asked.get("channel", "")))
        if room.archived:
            raise Refusal("is_archived")
        if not room.member and "chat:write.public" not in self.scopes:
            raise Refusal("not_in_channel")
        self._check_thread(room, asked)
        kept = self.keep(room.id, asked)
        thread = {} if kept.thread_ts is None else {"thread_ts": kept.thread_ts}
        return {"channel": room.id, "ts": kept.ts, "message": {"text": kept.text, **thread}}

    def _delete(self, asked: Arguments) -> Answer:
        self._need("chat:write")
        if self.standing(asked["channel"], asked["ts"]) is None:
            raise Refusal("message_not_found")
        self.delete(asked["channel"], asked["ts"])
        return {"channel": asked["channel"], "ts": asked["ts"]}

    def _check_thread(self, room: Room, asked: Arguments) -> None:
        thread = asked.get("thread_ts")
        if thread is None:
            return
        first = self.standing(room.id, thread)
        if first is None and self.refuses_orphans:
            raise Refusal(self.refuses_orphans)
        if first is not None and first.thread_ts is not None:
            raise Refusal("cannot_reply_to_message")  # only what begins a thread is replied to

    def _update(self, asked: Arguments) -> Answer:
        self._need("chat:write")
        room = self.rooms.get(asked["channel"])  # an id only: names are not taken here
        if room is None:
            raise Refusal("channel_not_found")
        at = next((i for i, m in enumerate(self.posted) if (m.channel, m.ts) == (room.id, asked["ts"])), None)
        if at is None:
            raise Refusal("message_not_found")
        self._check(asked)
        before = self.posted[at]
        self.posted[at] = replace(
            before,
            text=asked.get("text", before.text),
            blocks=asked.get("blocks", before.blocks),
            metadata=asked.get("metadata", before.metadata),
            edits=(*before.edits, replace(before, edits=())),
        )
        return {"channel": room.id, "ts": before.ts}

    def _history(self, asked: Arguments) -> Answer:
        room = self._readable(asked)
        found = [
            one
            for one in reversed(self.posted)
            if one.channel == room.id and (not one.thread_ts or (one.broadcast and self.lists_broadcasts))
        ]
        return _listed(found, asked)

    def _replies(self, asked: Arguments) -> Answer:
        """The first message, whenever it was posted, and what was replied; oldest first."""
        room = self._readable(asked)
        first = self.standing(room.id, str(asked["ts"]))
        if first is None:
            raise Refusal("thread_not_found")
        below = [one for one in self.posted if (one.channel, one.thread_ts) == (room.id, first.ts)]
        return _listed([first, *below], asked, always=first.ts)

    def _readable(self, asked: Arguments) -> Room:
        room = self.rooms.get(asked["channel"])
        if room is None:
            raise Refusal("channel_not_found")
        self._need({"C": "channels", "G": "groups", "D": "im"}[room.id[0]] + ":history")
        if not room.member:
            raise Refusal("not_in_channel")
        return room

    def _list(self, asked: Arguments) -> Answer:
        kinds = str(asked.get("types", "public_channel")).split(",")
        self._need("channels:read")
        if "private_channel" in kinds:
            self._need("groups:read")
        seen = [
            room
            for room in self.rooms.values()
            if not room.id.startswith("D")
            and not (room.archived and str(asked.get("exclude_archived", "")) in {"1", "true"})
            and (not room.private or (room.member and "private_channel" in kinds))
        ]
        page, more = _page(seen, asked)
        listed = [
            {"id": room.id, "name": room.name, "is_member": room.member, "is_archived": room.archived}
            for room in page
        ]
        return {"channels": listed, **more}

    def _open(self, asked: Arguments) -> Answer:
        self._need("im:write")
        if asked.get("users") not in self.users:
            raise Refusal("user_not_found")
        found = f"D{asked['users']}"
        self.rooms.setdefault(found, Room(found, found))
        return {"channel": {"id": found}}

    def _look_up(self, asked: Arguments) -> Answer:
        self._need("users:read.email")
        found = next((user for user, mail in self.users.items() if mail == asked.get("email")), None)
        if found is None:
            raise Refusal("users_not_found")
        return {"user": {"id": found}}

    def _list_groups(self, _: Arguments) -> Answer:
        self._need("usergroups:read")
        groups = [{"id": found, "handle": handle, "date_delete": 0} for found, handle in self.groups.items()]
        return {"usergroups": groups}

    def _room(self, address: str) -> Room:
        name = address.removeprefix("#")
        room = next((r for r in self.rooms.values() if address == r.id or name == r.name), None)
        if room is None or (room.private and not room.member):
            raise Refusal("channel_not_found")
        return room

    def _need(self, scope: str) -> None:
        if scope not in self.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))


def _listed(found: list[Posted], asked: Arguments, *, always: str = "") -> Answer:
    """A page of messages that are not too old."""
    oldest = float(asked.get("oldest", 0))
    shows = str(asked.get("include_all_metadata", "")).lower() in {"1", "true"}
    page, more = _page([one for one in found if one.ts == always or float(one.ts) > oldest], asked)
    return {"messages": [_shown(one, shows_metadata=shows) for one in page], **more}


def _shown(one: Posted, *, shows_metadata: bool) -> Answer:
    said: Answer = {"type": "message", "ts": one.ts, "text": one.text}
    if one.thread_ts:
        said["thread_ts"] = one.thread_ts
    if one.broadcast:
        said["subtype"] = "thread_broadcast"
    return said | ({"metadata": one.metadata} if shows_metadata and one.metadata else {})


def _page(found: list[Any], asked: Arguments) -> tuple[list[Any], Answer]:
    begin, limit = int(asked.get("cursor") or 0), int(asked.get("limit", 100))
    end = begin + limit
    cursor = str(end) if end < len(found) else ""
    return found[begin:end], {"response_metadata": {"next_cursor": cursor}}
