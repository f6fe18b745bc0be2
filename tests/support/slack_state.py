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

    @property
    def delivery_id(self) -> str | None:
        found = (self.metadata or {}).get("event_payload", {}).get("delivery_id")
        return None if found is None else str(found)


@dataclass
class Workspace:
    """`now` tells UTC ms; `refuses_blocks` makes every message with blocks an invalid one."""

    now: Callable[[], int]
    pace: Pace | None = None
    scopes: set[str] = field(default_factory=lambda: set(ALL_SCOPES))
    refuses_blocks: bool = False
    posted: list[Posted] = field(default_factory=list)
    rooms: dict[str, Room] = field(default_factory=dict)  # by id
    users: dict[str, str] = field(default_factory=dict)  # id → e-mail address

    def answer(self, method: str, asked: Arguments) -> Answer:
        methods: dict[str, Callable[[Arguments], Answer]] = {
            "auth.test": lambda _: {"user_id": "UBOT", "user": "missed-calls", "team": "Test"},
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.list": self._list,
            "conversations.open": self._open,
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
        ts = f"{self.now() // 1000}.{len(self.posted) + 1:06d}"
        kept = Posted(channel, ts, message.get("text", ""), message.get("blocks"), message.get("metadata"))
        self.posted.append(kept)
        return kept

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
        kept = self.keep(room.id, asked)
        return {"channel": room.id, "ts": kept.ts, "message": {"text": kept.text}}

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
        room = self.rooms.get(asked["channel"])
        if room is None:
            raise Refusal("channel_not_found")
        self._need({"C": "channels", "G": "groups", "D": "im"}[room.id[0]] + ":history")
        if not room.member:
            raise Refusal("not_in_channel")
        oldest, shows = (
            float(asked.get("oldest", 0)),
            str(asked.get("include_all_metadata", "")) in {"1", "true"},
        )
        newest_first = [m for m in reversed(self.posted) if m.channel == room.id and float(m.ts) > oldest]
        page, more = _page(newest_first, asked)
        messages = [
            {"type": "message", "ts": m.ts, "text": m.text}
            | ({"metadata": m.metadata} if shows and m.metadata else {})
            for m in page
        ]
        return {"messages": messages, **more}

    def _list(self, asked: Arguments) -> Answer:
        kinds = str(asked.get("types", "public_channel")).split(",")
        self._need("channels:read")
        if "private_channel" in kinds:
            self._need("groups:read")
        seen = [
            room
            for room in self.rooms.values()
            if not room.id.startswith("D")
            and (not room.private or (room.member and "private_channel" in kinds))
        ]
        page, more = _page(seen, asked)
        return {"channels": [{"id": room.id, "name": room.name} for room in page], **more}

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

    def _room(self, address: str) -> Room:
        name = address.removeprefix("#")
        room = next((r for r in self.rooms.values() if address == r.id or name == r.name), None)
        if room is None or (room.private and not room.member):
            raise Refusal("channel_not_found")
        return room

    def _need(self, scope: str) -> None:
        if scope not in self.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))


def _page(found: list[Any], asked: Arguments) -> tuple[list[Any], Answer]:
    begin, limit = int(asked.get("cursor") or 0), int(asked.get("limit", 100))
    end = begin + limit
    cursor = str(end) if end < len(found) else ""
    return found[begin:end], {"response_metadata": {"next_cursor": cursor}}
