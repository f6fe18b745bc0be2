"""Does the daemon do its job? Judged from what the loops reported. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from notifier.host.troubles import ABOUT_BUTTONS, STORE, Trouble
from notifier.model import NoticeKind

_MISSED_READS = 3  # so many periods without a good read are too many
_SHORTEST_SILENCE = (
    120.0  # seconds; a source that is read more often may be silent for this long all the same
)
_LONGEST_WAIT = 300.0  # seconds that a notification that is due may wait

# While one of these is raised, somebody may not hear of a call.
_HINDERS = frozenset(
    {
        NoticeKind.SOURCE_REFUSED,
        NoticeKind.SOURCE_FAILING,
        NoticeKind.SOURCE_SILENT,
        NoticeKind.CREDENTIALS_BROKEN,
        NoticeKind.DISK,
    }
)


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How reading one source goes."""

    ok: bool
    last_good_read: float | None  # seconds ago; None before the first
    problem: str  # of the last read; "" where it was good
    is_needed: bool = True  # does somebody not hear of a call while it can't be read?


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in the outbox."""

    oldest_due: float | None = None  # seconds that the oldest notification that is due has waited
    reason: str = ""  # why it does; "" where nothing is known
    dead: int = 0  # notifications that were given up


@dataclass(frozen=True, slots=True)
class Readiness:
    """Does the daemon do its job at this moment?"""

    problems: tuple[str, ...]  # why it does not, the most severe first
    notices: tuple[Trouble, ...]  # all that is raised, likewise
    sources: Mapping[str, SourceHealth]
    oldest_due: float | None  # seconds that the oldest notification that is due has waited
    dead: int  # notifications that were given up
    store_problem: str  # "" where it works
    minor: tuple[Trouble, ...] = ()  # notices that hinder nothing now: a person should look all the same

    @property
    def ok(self) -> bool:
        """It does."""
        return not self.problems

    def __str__(self) -> str:
        """All of it in one line, the most severe first."""
        parts = [f"not ready: {'; '.join(self.problems)}" if self.problems else self._good_news()]
        return "; ".join([*parts, *map(str, self.minor)])

    def _good_news(self) -> str:
        good = [one for one in self.sources.values() if one.ok]
        every = "every source" if len(good) == len(self.sources) else "every source of missed calls"
        ages = [one.last_good_read or 0.0 for one in good]
        return f"ready; {every} was read in the last {_span(max(ages, default=0.0))}"


def judge_source(
    every: float, age: float | None, problem: str, *, refused: bool, is_needed: bool = True
) -> SourceHealth:
    """Judge how reading one source goes.

    Args:
        every: seconds between two reads.
        age: seconds since the last good one; None before the first.
        problem: of the last read; "" where it was good.
        refused: TeleCMI refuses us since then.
        is_needed: does somebody not hear of a call while it can't be read?
    """
    limit = max(_MISSED_READS * every, _SHORTEST_SILENCE)
    return SourceHealth(
        ok=age is not None and age <= limit and not refused,
        last_good_read=age,
        problem=problem,
        is_needed=is_needed,
    )


def judge(
    sources: Mapping[str, SourceHealth], waiting: Waiting, notices: tuple[Trouble, ...], store_problem: str
) -> Readiness:
    """Judge: is every source read that is needed, every notification sent in time, and does the store work?

    Args:
        sources: by name.
        waiting: in the outbox.
        notices: all that is raised, the most severe first.
        store_problem: why the store can't be used; "" where it can.
    """
    store = (f"store: {store_problem}",) if store_problem else ()
    told = {STORE} if store_problem else set()
    bad = {name: source for name, source in sources.items() if source.is_needed and not source.ok}
    for name in bad:
        told |= {(NoticeKind.SOURCE_REFUSED, name), (NoticeKind.SOURCE_FAILING, name)}
    hindering = [one for one in notices if _hinders(one, sources, waiting)]
    problems = (
        *(str(one) for one in hindering if (one.kind, one.subject) not in told),
        *store,
        *(f"{name}: {_told(source)}" for name, source in bad.items()),
        *_late(waiting),
    )
    minor = tuple(one for one in notices if one not in hindering)
    return Readiness(problems, notices, sources, waiting.oldest_due, waiting.dead, store_problem, minor)


def _hinders(notice: Trouble, sources: Mapping[str, SourceHealth], waiting: Waiting) -> bool:
    """May somebody not hear of a call while this is raised?"""
    if (notice.kind, notice.subject) in ABOUT_BUTTONS:
        return False
    # Whether credentials were mended shows only when somebody is to be told.
    if notice.kind is NoticeKind.CREDENTIALS_BROKEN and waiting.oldest_due is None and not waiting.dead:
        return False
    source = sources.get(notice.subject)
    return notice.kind in _HINDERS and (source is None or source.is_needed)


def _late(waiting: Waiting) -> Iterator[str]:
    if waiting.oldest_due is not None and waiting.oldest_due > _LONGEST_WAIT:
        why = f" ({waiting.reason})" if waiting.reason else ""
        yield f"outbox: a notification has been due for {_span(waiting.oldest_due)}{why}"


def _told(source: SourceHealth) -> str:
    if source.last_good_read is None:
        silence = "no good read yet"
    else:
        silence = f"no good read for {_span(source.last_good_read)}"
    return f"{silence} ({source.problem})" if source.problem else silence


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < _SHORTEST_SILENCE else f"{seconds / 60:.0f} min"
