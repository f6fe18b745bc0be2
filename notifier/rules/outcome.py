"""What a batch of calls leads to: a decision on each of them, alerts opened and changed, messages due."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from notifier.model import Alert, Kind
from notifier.rules.window import Overlay


class Reason(StrEnum):
    """Why a call did what it did; stored where a rule matched."""

    OPENED = "opened"
    JOINED = "joined"
    LEVEL_RAISED = "level_raised"
    BELOW_THRESHOLD = "below_threshold"
    BASELINE = "baseline"
    SPURIOUS = "spurious"  # a leg of a call that was answered
    REACHED_BEFORE_WAIT = "reached_before_wait"  # the customer was spoken with since


class Decision(NamedTuple):
    """What one rule made of a call, or of several with one key that came to the same."""

    rows: Sequence[int]  # of the calls
    rule: str
    reason: Reason
    change: int  # index into Outcome.changes, -1 where no alert was touched


class Telling(NamedTuple):
    """A message that an alert gives rise to; who gets it is the audience's business."""

    kind: Kind
    n: int  # tells messages of one kind apart: the level for `level`, 1 for an `open` after a trial, else 0
    level: int  # everybody up to this level is told; for `level`, with its own receivers


@dataclass(frozen=True, slots=True)
class AlertChange:
    """An alert as it is after the batch; new ones have id 0 and no uid until they are stored."""

    alert: Alert
    joined: tuple[int, ...]  # rows of the calls
    telling: Telling | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a batch of calls leads to."""

    decisions: list[Decision]
    changes: list[AlertChange]
    windows: Overlay
