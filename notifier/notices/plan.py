"""What one target should be told next of one notice. Pure.

What is told follows from what is true now and what the target knows, not from what happened in between: so a
trouble that came and went, a kill, or a target that could not be reached for a while leave nobody with a
message that is not true any more.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from notifier.config.values import MINUTE
from notifier.store.notices import Phase, StoredNotice, Telling, TellingState

FLAPPING = 10 * MINUTE
"""ms between two messages of one phase: what comes and goes is not told each time."""

WORTH_TELLING = 5 * MINUTE
"""ms; what was over before it was told is told only where it lasted so long."""

_ENDS = frozenset({TellingState.SENT, TellingState.DEAD})


@dataclass(frozen=True, slots=True)
class Drop:
    """Do not send it: it is not true any more."""

    telling: Telling
    reason: str


@dataclass(frozen=True, slots=True)
class Give:
    """Give up what will never be sent to this target, and tell it of this trouble no more."""

    telling: Telling
    reason: str


@dataclass(frozen=True, slots=True)
class Expect:
    """Send it, but not before `at`, UTC ms."""

    phase: Phase
    at: int


Change = Drop | Give | Expect


@dataclass(frozen=True, slots=True)
class Known:
    """The two tellings of one notice to one target, where they exist."""

    raised: Telling | None = None
    cleared: Telling | None = None

    @classmethod
    def of(cls, tellings: Iterable[Telling]) -> "Known":
        """Those of one target."""
        by_phase = {telling.phase: telling for telling in tellings}
        return cls(by_phase.get(Phase.RAISED), by_phase.get(Phase.CLEARED))

    @property
    def pending(self) -> Telling | None:
        """What is still to be sent; never two at a time."""
        return next((one for one in (self.raised, self.cleared) if one and one.finished_at is None), None)

    @property
    def is_raised(self) -> bool:
        """Was the last that the target heard that there is trouble? What may have arrived counts as heard."""
        heard = _heard_at(self.raised)
        over = self.cleared.finished_at if self.cleared and self.cleared.state in _ENDS else None
        return heard is not None and (over is None or over < heard)


def _heard_at(telling: Telling | None) -> int | None:
    if telling is None or telling.finished_at is None:
        return None
    may_have = telling.state is TellingState.DEAD and telling.uncertain_since is not None
    return telling.finished_at if telling.state is TellingState.SENT or may_have else None


def plan(notice: StoredNotice, known: Known, now: int, *, is_told: bool) -> Iterator[Change]:
    """Decide.

    Args:
        notice: raised, or cleared.
        known: what the target was told of it.
        now: UTC ms.
        is_told: does the configuration name the target, and is anything to be sent at all?
    """
    pending = known.pending
    if pending is not None and pending.state is TellingState.CLAIMED:
        return  # its outcome decides
    if not is_told:
        if pending is not None:
            yield Give(pending, "not told any more by the configuration")
        return
    if pending is not None and pending.uncertain_since is not None:
        return  # likewise: it must be looked for, or sent once more
    wanted = _wanted(notice, known)
    if pending is not None and pending.phase is not wanted:
        yield Drop(pending, "not true any more")
        pending = None
    if wanted is not None and pending is None:
        yield Expect(wanted, _earliest(known, wanted, now))


def _wanted(notice: StoredNotice, known: Known) -> Phase | None:
    raised = known.raised
    if notice.cleared_at is None:
        # Who was never to be told of it, or could not be, is left alone.
        is_due = raised is not None and raised.state is not TellingState.DEAD and not known.is_raised
        return Phase.RAISED if is_due else None
    if known.is_raised:
        return Phase.CLEARED
    is_untold = raised is not None and raised.finished_at is None
    lasted = notice.cleared_at - notice.raised_at
    return Phase.RAISED if is_untold and lasted >= WORTH_TELLING else None


def _earliest(known: Known, phase: Phase, now: int) -> int:
    """One message of a phase within a while; and a new trouble not right after the end of the last."""
    before = (known.raised, known.cleared) if phase is Phase.RAISED else (known.cleared,)
    gates = [now]
    for telling in before:
        if telling is not None and telling.finished_at is not None:
            sent = telling.state is TellingState.SENT
            gates.append(telling.finished_at + FLAPPING if sent else telling.next_at)
    # A clock that was set back must not silence it for as long.
    return min(max(gates), now + FLAPPING)
