"""What happened to an alert since a message about it was sent: told in the thread below that."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from notifier.model.alert import Alert, Event, Severity
from notifier.model.call import Call


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert reached a higher level."""

    at: int  # UTC ms
    level: int
    severity: Severity


@dataclass(frozen=True, slots=True)
class History:
    """What one reply tells. Rendering it is pure."""

    delivery_id: str  # the same for the same history in the same thread
    alert: Alert
    events: tuple[Event, ...]  # what people did and what became of it, oldest first
    raised: Raised | None  # None where its level is the one that is known
    calls: tuple[Call, ...]  # the newest of those that are listed nowhere yet, oldest first; at most 50
    call_count: int  # all of them
    agent_names: Mapping[str, str]  # as in `Notification`
    zone: ZoneInfo
    now: int  # UTC ms
    country: str | None = None  # as in `Notification`
    mask_numbers: bool = False  # likewise
