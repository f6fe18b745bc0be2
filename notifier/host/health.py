"""How well the daemon does: what the loops report, and what systemd and the pages make of it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from notifier.clock import Clock
from notifier.host.masking import clean
from notifier.host.metrics import Metrics
from notifier.host.readiness import Readiness, SourceHealth, Waiting, judge, judge_source
from notifier.host.troubles import CONFIGURATION, STORE, Troubles

_REASON_LIMIT = 600  # characters
_STORE_PATIENCE = 60.0  # seconds that the store may fail before ops are told: a backup may lock it


@dataclass(slots=True)
class _Source:
    every: float  # seconds
    is_needed: bool = True
    read_at: float | None = None  # monotonic seconds
    problem: str = ""
    refused: bool = False


class Health:
    """Remembers, in memory only, what the loops report; judges when it is asked.

    Names of loops and sources that are not expected are ignored: a pass may end after a reload removed it.

    Args:
        clock: by which ages are told.
        metrics: told by the loops what happened; the ones that count nothing where none are given.
    """

    def __init__(self, clock: Clock, metrics: Metrics | None = None) -> None:
        self.metrics = metrics or Metrics()
        self.troubles = Troubles(clock)
        self._clock = clock
        self._passes: dict[str, float] = {}
        self._sources: dict[str, _Source] = {}
        self._store_problems: dict[str, str] = {}  # by who met with it
        self._store_failed_at: float | None = None  # monotonic seconds; None while it works
        self._oldest_due_ms: int | None = None
        self._waits_for = ""
        self._dead = 0

    def expect_loops(self, names: Iterable[str]) -> None:
        """These loops run from now on, and no others; what is known of those that stay is kept."""
        now = self._clock.monotonic()
        self._passes = {name: self._passes.get(name, now) for name in names}
        self._store_problems.clear()  # whoever goes on will meet with it again

    def expect_sources(self, every_ms: Mapping[str, int], spared: Collection[str] = ()) -> None:
        """These sources are read from now on, and no others; what is known of those that stay is kept.

        Args:
            every_ms: name → ms between two reads.
            spared: names of those without which nobody misses hearing of a call.
        """
        known = self._sources
        self._sources = {name: known.get(name, _Source(0.0)) for name in every_ms}
        for name, every in every_ms.items():
            self._sources[name].every = every / 1000
            self._sources[name].is_needed = name not in spared

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

    def works_since(self, source: str, instant: float) -> bool:
        """Was a source read well since then, in seconds of the monotonic clock, and has not failed after?"""
        state = self._sources.get(source)
        if state is None or state.read_at is None:
            return False
        return not state.problem and state.read_at >= instant

    def store_ok(self, user: str = "") -> bool:
        """The store worked; did that end a trouble?

        Args:
            user: who used it. One that only reads does well on a full disk: the trouble ends when it worked
                for everybody who met with it.
        """
        had = self._store_problems.pop(user, None)
        if self._store_problems:
            return False
        self._store_failed_at = None
        self.troubles.clear(*STORE)
        return had is not None

    def store_failed(self, reason: str, user: str = "") -> bool:
        """The store did not work; is that news?

        Args:
            reason: fit to be shown.
            user: who used it.
        """
        news = not self._store_problems
        self._store_problems[user] = clean(reason, limit=_REASON_LIMIT) or "failed"
        now = self._clock.monotonic()
        if self._store_failed_at is None:
            self._store_failed_at = now
        if now - self._store_failed_at >= _STORE_PATIENCE:
            self.troubles.raise_(*STORE, reason)
        return news

    def outbox(self, oldest_due_ms: int | None, dead: int, waits_for: str = "") -> None:
        """What waits in the outbox.

        Args:
            oldest_due_ms: UTC ms since when the oldest notification that is due has been due; None where
                none is.
            dead: notifications that were given up and wait for a person.
            waits_for: why the oldest was not sent yet, and to whom; "" where nothing is known.
        """
        self._oldest_due_ms = oldest_due_ms
        self._dead = dead
        self._waits_for = clean(waits_for, limit=_REASON_LIMIT)

    def reload_refused(self, reason: str) -> None:
        """A new configuration was not taken; the old one goes on."""
        self.troubles.raise_(*CONFIGURATION, reason or "refused")
        self.metrics.reloaded(ok=False)

    def reload_ok(self) -> None:
        """The configuration that runs is the one in the file."""
        self.troubles.clear(*CONFIGURATION)
        self.metrics.reloaded(ok=True)

    def since_last_pass(self) -> Mapping[str, float]:
        """How many seconds ago each loop finished a pass."""
        now = self._clock.monotonic()
        return {name: now - finished for name, finished in self._passes.items()}

    def passed_since(self, instant: float) -> bool:
        """Did every loop finish a pass since then, in seconds of the monotonic clock?"""
        return all(finished > instant for finished in self._passes.values())

    def stalled(self, limit: float) -> tuple[str, ...]:
        """The loops that finished no pass for more than so many seconds."""
        now = self._clock.monotonic()
        return tuple(name for name, finished in self._passes.items() if now - finished > limit)

    def progressing(self, limit: float) -> bool:
        """Did every loop finish a pass within so many seconds? The watchdog is fed only then."""
        return not self.stalled(limit)

    def ready(self) -> Readiness:
        """Judge: is every source read, every notification sent in time, and does the store work?"""
        waited = None
        if self._oldest_due_ms is not None:
            waited = max(0.0, (self._clock.now() - self._oldest_due_ms) / 1000)
        return judge(
            {name: self._judged(source) for name, source in self._sources.items()},
            Waiting(waited, self._waits_for, self._dead),
            self.troubles.active(),
            next(iter(self._store_problems.values()), ""),
        )

    def status_line(self) -> str:
        """All of that in one line, as `systemctl status` shows it, the most severe first."""
        return str(self.ready())

    def _judged(self, source: _Source) -> SourceHealth:
        age = None if source.read_at is None else self._clock.monotonic() - source.read_at
        return judge_source(
            source.every, age, source.problem, refused=source.refused, is_needed=source.is_needed
        )
