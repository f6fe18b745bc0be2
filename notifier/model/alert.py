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
    ENDED = "ended"


class EndReason(StrEnum):
    """Why an alert ended."""

    TOLD = "told"  # one call, one message, nothing to follow
    QUIET = "quiet"  # a threshold alert: `within` passed without a match
    EXPIRED = "expired"  # `expire_after` since the last call joined
    RULE_REMOVED = "rule_removed"


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
