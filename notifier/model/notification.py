"""One message about one alert to one target."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from notifier.model.alert import Alert, Event
from notifier.model.call import Call
from notifier.model.digest import DigestReport


class Kind(StrEnum):
    """Why a message is sent."""

    OPEN = "open"  # the alert's first
    LEVEL = "level"  # a higher level was reached
    UPDATE = "update"  # calls joined, or it stands otherwise, and what was sent can't be edited
    ESCALATION = "escalation"  # nobody has reached the customer: others are told
    REMINDER = "reminder"  # likewise, the same once more


@dataclass(frozen=True, slots=True)
class Target:
    """A receiver of the configuration, and who or what it comes to for this alert."""

    receiver: str
    recipient: str  # a key, never an address that may be secret: "#sales", "agent main/209"

    def __str__(self) -> str:
        return f"{self.receiver}:{self.recipient}"


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One target that was told of an alert."""

    receiver: str
    at: int  # UTC ms
    kind: Kind
    recipient: str = ""  # as in `Target`


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often a customer was tried in vain since they were last reached."""

    count: int
    first_at: int  # UTC ms
    last_at: int  # UTC ms
    agents: tuple[str, ...]  # who tried: "main/209", the last one last
    reached_at: int | None  # UTC ms, when the customer was last spoken with; None where never, as is known
    reached_by: str = ""  # "main/209"


@dataclass(frozen=True, slots=True)
class Notification:
    """All that a message is made from: what was true when it was rendered. Rendering it is pure."""

    delivery_id: str  # random hex, fixed for ever: Slack's metadata, e-mail's Message-ID
    kind: Kind
    alert: Alert
    calls: tuple[Call, ...]  # the newest of those that joined, oldest first; at most 50
    agent_names: Mapping[str, str]  # "main/209" → "Agent 209", for the agents that have a name
    zone: ZoneInfo
    now: int  # UTC ms
    test: bool = False  # sample data, sent by hand; says so
    country: str | None = None  # ISO 3166 code: its numbers may be shown in national form
    events: tuple[Event, ...] = ()  # what people did and what became of it, oldest first
    told: tuple[ToldLine, ...] = ()  # others that were told, oldest first
    attempts: Attempts | None = None  # where it is about one customer
    is_agent_leg: bool = False  # the number is an agent's own phone: the customer was never rung
    stands_in_for: str = ""  # "main/209": who reads it is told as a deputy of this agent
    joined: int | None = None  # of an update: calls since its target was told; None where that is not known
    stands_anew: bool = False  # likewise: how the alert stands is new to its target
    told_before: bool = False  # of an escalation: its target knows of the alert already
    mask_numbers: bool = False  # its receiver shall see no full phone number


class Gathered(StrEnum):
    """Why several notifications are told as one message."""

    BURST = "burst"  # more are due for the target than it should get one by one
    STALE = "stale"  # TeleCMI reported the calls long after they were placed, or we were away
    HELD = "held"  # they were not to be told before now


@dataclass(frozen=True, slots=True)
class Summary:
    """Several notifications to one target, told as one message: it names every one of them."""

    delivery_id: str  # of the message; the notifications have their own
    gathered: Gathered
    notifications: tuple[Notification, ...]  # at least two; each with the newest of its calls
    part: int  # of so many messages, from 1
    parts: int
    zone: ZoneInfo
    now: int  # UTC ms


class NoticeKind(StrEnum):
    """What of the daemon's own may be in trouble."""

    SOURCE_REFUSED = "source_refused"  # TeleCMI refuses our credentials or what we ask
    SOURCE_FAILING = "source_failing"  # it could not be read for long
    SOURCE_SILENT = "source_silent"  # it answers, and has listed no call for long
    CLOCK_SKEW = "clock_skew"  # our clock and TeleCMI's differ by much
    TARGET_BROKEN = "target_broken"  # a room or person can't be told
    CREDENTIALS_BROKEN = "credentials_broken"  # nobody can be told through this service
    EDIT_REFUSED = "edit_refused"  # a message there was deleted, or can't be changed
    DEAD_LETTERS = "dead_letters"  # notifications were given up
    DISK = "disk"  # the store's disk is full or nearly so, or the store can't be used
    RELOAD_REFUSED = "reload_refused"  # the configuration in the file is not the one in force
    REJECTS = "rejects"  # records of TeleCMI could not be read


@dataclass(frozen=True, slots=True)
class Notice:
    """The daemon's own trouble, told to ops: raised, and later cleared."""

    delivery_id: str
    uid: str  # random hex, fixed from raised to cleared, for e-mail threads
    kind: NoticeKind
    subject: str  # what is in trouble: "main/out_missed", "sales-room:#sales", "slack"; no secret
    reason: str  # why, and what to do; no secret, no phone number
    raised_at: int  # UTC ms
    cleared_at: int | None  # UTC ms
    zone: ZoneInfo
    now: int  # UTC ms


Message: TypeAlias = Notification | Summary | Notice | DigestReport
"""What a channel sends."""
