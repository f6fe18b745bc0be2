"""How well the daemon does: what the loops report, and what systemd and the pages make of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from notifier.clock import Clock
from notifier.host.masking import clean

_MISSED_READS = 3  # so many periods without a good read are too many
_SHORTEST_SILENCE = (
    120.0  # seconds; a source that is read more often may be silent for this long all the same
)
_LONGEST_WAIT = 300.0  # seconds that a notification that is due may wait
_REASON_LIMIT = 200  # characters


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How reading one source goes."""

    ok: bool
    last_good_read: float | None  # seconds ago; None before the first
    problem: str  # of the last read; "" where it was good


@dataclass(frozen=True, slots=True)
class Readiness:
    """Does the daemon do its job at this moment?"""

    ok: bool
    problems: tuple[str, ...]  # why it does not
    notices: tuple[str, ...]  # what a person should look at all the same
    sources: Mapping[str, SourceHealth]
    oldest_due: float | None  # seconds that the oldest notification that is due has waited
    dead: int  # notifications that were given up
    store_problem: str  # "" where it works


@dataclass(slots=True)
class _Source:
    every: float  # seconds
    read_at: float | None = None  # monotonic seconds
    problem: str = ""
    refused: bool = False


class Health:
    """Remembers, in memory only, what the loops report; judges when it is asked.

    Names of loops and sources that are not expected are ignored: a pass may end after a reload removed it.

    Args:
        clock: by which ages are told.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._passes: dict[str, float] = {}
        self._sources: dict[str, _Source] = {}
        self._store_problems: dict[str, str] = {}  # by who met with it
        self._reload_problem = ""
        self._oldest_due_ms: int | None = None
        self._dead = 0

    def expect_loops(self, names: Iterable[str]) -> None:
        """These loops run from now on, and no others; what is known of those that stay is kept."""
        now = self._clock.monotonic()
        self._passes = {name: self._passes.get(name, now) for name in names}
        self._store_problems.clear()  # whoever goes on will meet with it again

    def expect_sources(self, every_ms: Mapping[str, int]) -> None:
        """These sources are read from now on, and no others; what is known of those that stay is kept.

        Args:
            every_ms: name → ms between two reads.
        """
        known = self._sources
        self._sources = {name: known.get(name, _Source(0.0)) for name in every_ms}
        for name, every in every_ms.items():
            self._sources[name].every = every / 1000

    def pass_finished(self, loop: str) -> None:
        """The loop finished a pass, be it a failed one: it is alive."""
        if loop in self._passes:
            self._passes[loop] = self._clock.monotonic()

    def read_ok(self, source: str) -> bool:
        """A read was complete; did that end a trouble?"""
        state = self._sources.get(source)
        if state is None:
            return False
        healed = state.problem != ""
        state.problem, state.refused, state.read_at = "", False, self._clock.monotonic()
        return healed

    def read_failed(self, source: str, reason: str, *, refused: bool) -> bool:
        """A read failed; is that news?

        News is the first failure after a good read, and the first refusal. A passing fault during a refusal
        does not hide what a person has to mend.

        Args:
            source: its name.
            reason: fit to be shown.
            refused: it will not pass by itself.
        """
        state = self._sources.get(source)
        if state is None:
            return False
        news = state.problem == "" or (refused and not state.refused)
        if refused or not state.refused:
            state.problem = clean(reason, limit=_REASON_LIMIT) or "failed"
        state.refused = state.refused or refused
        return news

    def store_ok(self, user: str = "") -> bool:
        """The store worked; did that end a trouble?

        Args:
            user: who used it. One that only reads does well on a full disk: the trouble ends when it worked
                for everybody who met with it.
        """
        had = self._store_problems.pop(user, None)
        return had is not None and not self._store_problems

    def store_failed(self, reason: str, user: str = "") -> bool:
        """The store did not work; is that news?

        Args:
            reason: fit to be shown.
            user: who used it.
        """
        news = not self._store_problems
        self._store_problems[user] = clean(reason, limit=_REASON_LIMIT) or "failed"
        return news

    def outbox(self, oldest_due_ms: int | None, dead: int) -> None:
        """What waits in the outbox.

        Args:
            oldest_due_ms: UTC ms since when the oldest notification that is due has been due; None where
                none is.
            dead: notifications that were given up and wait for a person.
        """
        self._oldest_due_ms = oldest_due_ms
        self._dead = dead

    def reload_refused(self, reason: str) -> None:
        """A new configuration was not taken; the old one goes on."""
        self._reload_problem = clean(reason, limit=_REASON_LIMIT) or "refused"

    def reload_ok(self) -> None:
        """The configuration that runs is the one in the file."""
        self._reload_problem = ""

    def stalled(self, limit: float) -> tuple[str, ...]:
        """The loops that finished no pass for more than so many seconds."""
        now = self._clock.monotonic()
        return tuple(name for name, finished in self._passes.items() if now - finished > limit)

    def progressing(self, limit: float) -> bool:
        """Did every loop finish a pass within so many seconds? The watchdog is fed only then."""
        return not self.stalled(limit)

    def ready(self) -> Readiness:
        """Judge: is every source read, every notification sent in time, and does the store work?"""
        now = self._clock.monotonic()
        sources = {name: _judged(state, now) for name, state in self._sources.items()}
        problems = [f"{name}: {_told(source)}" for name, source in sources.items() if not source.ok]
        waited = None
        if self._oldest_due_ms is not None:
            waited = max(0.0, (self._clock.now() - self._oldest_due_ms) / 1000)
            if waited > _LONGEST_WAIT:
                problems.append(f"outbox: a notification has been due for {_span(waited)}")
        store_problem = next(iter(self._store_problems.values()), "")
        if store_problem:
            problems.append(f"store: {store_problem}")
        return Readiness(
            ok=not problems,
            problems=tuple(problems),
            notices=self._notices(),
            sources=sources,
            oldest_due=waited,
            dead=self._dead,
            store_problem=store_problem,
        )

    def status_line(self) -> str:
        """All of that in one line, as `systemctl status` shows it."""
        state = self.ready()
        parts = [f"not ready: {'; '.join(state.problems)}" if state.problems else self._good_news(state)]
        return "; ".join([*parts, *state.notices])

    def _good_news(self, state: Readiness) -> str:
        ages = [one.last_good_read for one in state.sources.values() if one.last_good_read is not None]
        return f"ready; every source was read in the last {_span(max(ages, default=0.0))}"

    def _notices(self) -> tuple[str, ...]:
        notices = []
        if self._reload_problem:
            notices.append(f"reload refused: {self._reload_problem}")
        if self._dead:
            notices.append(f"dead letters: {self._dead}")
        return tuple(notices)


def _judged(state: _Source, now: float) -> SourceHealth:
    age = None if state.read_at is None else now - state.read_at
    limit = max(_MISSED_READS * state.every, _SHORTEST_SILENCE)
    ok = age is not None and age <= limit and not state.refused
    return SourceHealth(ok=ok, last_good_read=age, problem=state.problem)


def _told(source: SourceHealth) -> str:
    if source.last_good_read is None:
        silence = "no good read yet"
    else:
        silence = f"no good read for {_span(source.last_good_read)}"
    return f"{silence} ({source.problem})" if source.problem else silence


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < _SHORTEST_SILENCE else f"{seconds / 60:.0f} min"
