"""What a rule opens for one key: it has a life and collects calls."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much it matters."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class AlertState(StrEnum):
    """Where an alert stands in its life."""

    PENDING = "pending"  # during the rule's `wait`: nobody was told yet
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"  # somebody is on it
    SNOOZED = "snoozed"  # sleeps until a time that a person chose, and wakes as open
    ENDED = "ended"


class EndReason(StrEnum):
    """Why an alert ended."""

    TOLD = "told"  # one call, one message, nothing to follow
    REACHED = "reached"  # an answered call: somebody has spoken with the customer
    RESOLVED = "resolved"  # a person says that it is done
    QUIET = "quiet"  # a threshold alert: `within` passed without a match
    EXPIRED = "expired"  # `expire_after` since the last call joined
    RULE_REMOVED = "rule_removed"
    OUTSIDE_HOURS = "outside_hours"  # its calendar was closed, and the rule says to drop it then


class EventKind(StrEnum):
    """What became of an alert: a line of its story."""

    OPENED = "opened"  # its `wait` was over
    HELD = "held"  # its calendar is closed: told when it opens
    SILENCED = "silenced"  # somebody wants to hear nothing of it for now
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    WOKE = "woke"  # the snooze is over
    RESOLVED = "resolved"
    REOPENED = "reopened"
    REACHED = "reached"
    REACHED_BEFORE_WAIT = "reached_before_wait"  # likewise, and nobody was ever told
    ESCALATED = "escalated"
    REMINDED = "reminded"
    ENDED = "ended"  # for any other reason


@dataclass(frozen=True, slots=True)
class Event:
    """One of them."""

    at: int  # UTC ms
    kind: EventKind
    who: str = ""  # who did it: a person's name, "agent main/209", or "" where notifier did
    note: str = ""  # a reason or a hint, as written; text from outside
    until: int | None = None  # UTC ms, of what lasts


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as the store holds it."""

    id: int  # shown to people as "A12"
    uid: str  # random hex; fixed for ever, for e-mail threads
    rule: str
    key: str  # opaque: equal keys of a rule are the same alert
    per: tuple[str, ...]  # call | customer | extension | team | account
    state: AlertState
    ended_as: EndReason | None
    severity: Severity
    level: int  # 0: the rule's base count, 1: its first level …
    needed: int  # the count that opened it, or that of its level
    within: int | None  # ms; the span in which `needed` calls counted
    call_count: int  # all that joined
    agent: str  # of the call that joined last: "main/209"
    first_call_at: int  # UTC ms
    last_call_at: int  # UTC ms
    opened_at: int  # UTC ms, when it was stored
    due_at: int | None  # UTC ms, when its `wait` is over; None where there is none
    last_joined_at: int  # UTC ms, when the last call was stored
    ended_at: int | None  # UTC ms
    version: int  # one more with every change that a reader should see
    dry_run: bool  # decided and stored, but never sent
    customer: str = ""  # E.164, whom it is about; "" where it is about several
    follows_up: bool = (
        False  # it goes on after somebody was told: until the customer is reached, or reminded of
    )
    open_since: int | None = None  # UTC ms, when it became open: escalations and reminders count from then
    escalated: int = 0  # steps of `escalate` that were taken
    reminded: int = 0  # reminders that were given
    handled_by: str = ""  # who acknowledged, snoozed, resolved or reached it last; as in `Event.who`
    handled_at: int | None = None  # UTC ms, when they did
    snoozed_until: int | None = None  # UTC ms
