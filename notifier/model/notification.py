"""One message about one alert to one target."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from notifier.model.alert import Alert
from notifier.model.call import Call


class Kind(StrEnum):
    """Why a message is sent."""

    OPEN = "open"  # the alert's first
    LEVEL = "level"  # a higher level was reached
    UPDATE = "update"  # calls joined, and the channel can't edit what it sent


@dataclass(frozen=True, slots=True)
class Target:
    """A receiver of the configuration, and who or what it comes to for this alert."""

    receiver: str
    recipient: str  # a key, never an address that may be secret: "#sales", "agent main/209"

    def __str__(self) -> str:
        return f"{self.receiver}:{self.recipient}"


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
