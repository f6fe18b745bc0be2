"""What a simulation led to."""

from collections.abc import Mapping
from dataclasses import dataclass

from notifier.model import Alert, Endpoint, EndReason, Gathered, Kind, Target
from notifier.rules import Reason
from notifier.store.outbox import RowState


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one notification."""

    at: int  # UTC ms, when it was sent, or when it was settled that it is not
    due_at: int  # UTC ms, when it was written down
    state: RowState  # sent, dropped, redirected, dead; waiting: it is held beyond the end
    target: Target
    kind: Kind
    n: int  # the level, the step of `escalate`, the number of the reminder
    via: str  # rule | deputy | fallback | ops
    reason: str  # why it is not sent, or why others are told than the rule names
    alert: Alert  # as it was then
    message: int = 0  # those of one summary have the same; 0 where it was not sent
    together: Gathered | None = None  # why it was told together with others; None where it was told alone
    was_held: bool = False

    @property
    def is_sent(self) -> bool:
        """Did its target get it?"""
        return self.state is RowState.SENT


@dataclass(frozen=True, slots=True)
class Results:
    """All that the calls of a span led to."""

    since: int  # UTC ms, inclusive
    until: int  # UTC ms, inclusive
    calls: Mapping[Endpoint, int]  # placed in the span, each once
    warm_up: int  # calls from before: they count, and open nothing
    decided: Mapping[tuple[str, Reason], int]  # rule and reason → on how many calls of the span
    ended: Mapping[tuple[str, EndReason | None], int]  # rule and reason → alerts; None: active at the end
    fates: tuple[Fate, ...]  # in order of time
