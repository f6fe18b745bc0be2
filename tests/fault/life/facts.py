"""What happened to one customer, and what was said of them. Times are true ones: UTC ms."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Why somebody is told."""

    FIRST = "first"
    STEP = "step"  # of the escalation
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Said:
    """One message that named one customer."""

    customer: str
    target: str  # a Slack channel's id, an e-mail address
    kind: Kind
    at: int  # when the remote side accepted it
    message: str = ""  # which
    is_alone: bool = True  # no summary: it can be edited
    is_marked: bool = False  # it said from the start that it is done
    now: str | None = ""  # what it says after all its edits; None where it is never edited
    has_news: bool = False  # it said from the start what had become of it by then


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did at the command line."""

    action: str  # ack | resolve | snooze
    began: int
    ended: int  # by then it is in the store, or never will be
    is_done: bool  # the store says so
    until: int | None = None  # of a snooze


@dataclass(frozen=True, slots=True)
class Span:
    """From and until."""

    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Life:
    """A customer who was missed once, and what became of it."""

    customer: str
    due_at: int  # when the first message fell due
    known_at: int | None = None  # when the daemon had read that somebody reached them
    acts: tuple[Act, ...] = ()
    hushed: tuple[Span, ...] = ()  # silenced, or its calendar closed: nothing may be told of it

    def done(self, *actions: str) -> tuple[Act, ...]:
        """What was done of these."""
        return tuple(act for act in self.acts if act.is_done and act.action in actions)

    @property
    def settled_at(self) -> int | None:
        """From then on nobody needs to hear of it; None where it never came to that."""
        ends = [act.ended for act in self.done("resolve")]
        return min([*ends, *([] if self.known_at is None else [self.known_at])], default=None)

    @property
    def handled_from(self) -> int | None:
        """From then on something may not be told any more; None where all of it is owed."""
        began = [act.began for act in self.done("resolve", "ack")]
        return min([*began, *([] if self.known_at is None else [self.known_at])], default=None)

    @property
    def words(self) -> tuple[str, ...]:
        """One of these stands in a message that is true."""
        if self.settled_at is not None:
            return ("Reached", "Resolved")
        return ("is on it",) if self.done("ack") else ("",)

    def free_from(self, at: int, leeway: int) -> int:
        """When what falls due then may be told, where it need not be told for so many ms anyway."""
        for span in sorted((*self.hushed, *self._snoozes()), key=lambda span: span.begins):
            if span.begins - leeway <= at < span.ends:
                at = span.ends
        return at

    def _snoozes(self) -> tuple[Span, ...]:
        return tuple(Span(act.began, act.until) for act in self.done("snooze") if act.until is not None)
