"""Comparing, now and then, what TeleCMI counts over a longer time with what the store holds.

Most of the time they agree, and that costs one request, which takes the place of a poll. Where they don't,
everything in the window is read once, part by part, and the polls go on between the parts.
"""

from dataclasses import dataclass

import structlog

from notifier.config.schema import Reconcile
from notifier.config.values import MINUTE, SECOND
from notifier.errors import SourceError, SourceTransient
from notifier.intake.reading import Reader, Reading
from notifier.model import Reject
from notifier.store import sources
from notifier.store.sources import Source
from notifier.telecmi import Interval

log = structlog.get_logger("notifier.intake")

TRY_AGAIN = 10 * MINUTE
"""After a comparison that failed; polls go on meanwhile, which may work where a long interval does not."""


@dataclass
class _UnderWay:
    """A comparison that did not agree at once. In memory only: after a restart it begins anew."""

    source: Source  # as it was when it began
    whole: Interval
    rest: Reading | None  # of what the polls don't cover; None where there is nothing
    timeless: dict[str, Reject]  # rejects that TeleCMI listed, and that no stored time tells of


@dataclass
class Comparer:
    """Compares one source."""

    reader: Reader
    reconcile: Reconcile
    not_before: float = 0.0  # monotonic seconds
    under_way: _UnderWay | None = None
    problem: str = ""  # why the last one failed; "" where it did not, or where no poll works either
    is_told: bool = False  # was that said since one worked?

    def is_due(self, source: Source, now: int) -> bool:
        """Is it time to begin? Never while one is under way.

        Args:
            source: as stored.
            now: UTC ms.
        """
        if self.under_way is not None or self.reader.clock.monotonic() < self.not_before:
            return False
        # One from the future was noted by a clock that ran ahead.
        return source.compared_at is None or not 0 <= now - source.compared_at < self.reconcile.every

    async def agrees(self, source: Source, usual: Interval, now: int) -> Reading | None:
        """Begin: ask for one page of the window and of what a poll would ask for.

        Args:
            source: as stored.
            usual: what a poll would ask for now.
            now: UTC ms.

        Returns:
            The read, where TeleCMI counts as many as we hold: there is nothing left to do. None: the poll is
            still to be done, and then `go_on`.

        Raises:
            SourceTransient: TeleCMI wants to be left alone for a while.
            StoreUnavailable: the store could not be used.
        """
        start = max(0, min(usual.start, now - self.reconcile.window))
        whole = Interval(start, usual.end)
        look = Reading(self.reader, source, whole, now)
        try:
            agrees = await look.look()
        except SourceError as error:
            self._failed(error)
            return None
        if agrees:
            await self._note(look)
            return look
        rest = Interval(start, usual.start)
        self.under_way = _UnderWay(
            source,
            whole,
            Reading(self.reader, source, rest, now, moves=False) if start < usual.start else None,
            dict(look.timeless),
        )
        return None

    def polled(self, reading: Reading) -> None:
        """A poll was complete, which the comparison that is under way builds on.

        One that failed before it failed on its own account: only now is that worth saying, and once.
        """
        if self.under_way is not None:
            self.under_way.timeless |= reading.timeless
        if self.problem and not self.is_told:
            self.is_told = True
            log.info(
                "calls could not be compared with TeleCMI's count; trying again",
                source=self.reader.name,
                reason=self.problem,
            )

    def poll_failed(self) -> None:
        """TeleCMI can't be read at all, which is said elsewhere, and is why a comparison failed, too."""
        self.problem = ""

    async def go_on(self, until: float) -> None:
        """Go on with what is under way: at least one part, then until the next poll is due.

        Args:
            until: monotonic seconds.

        Raises:
            SourceTransient: TeleCMI wants to be left alone for a while.
            StoreUnavailable: the store could not be used.
        """
        under_way = self.under_way
        if under_way is None:
            return
        rest = under_way.rest
        try:
            while rest is not None and not rest.is_over:
                await rest.go_on()
                if self.reader.clock.monotonic() >= until:
                    return
            # Calls came in meanwhile, and the counts of the parts overlap: so the whole is asked for again.
            last = Reading(
                self.reader, under_way.source, under_way.whole, self.reader.clock.now(), moves=False
            )
            timeless = under_way.timeless | (rest.timeless if rest is not None else {})
            await last.look(tuple(timeless.values()))
        except SourceError as error:
            self._failed(error)
            return
        self.under_way = None
        await self._note(last)

    async def _note(self, reading: Reading) -> None:
        reader, source = self.reader, reading.source
        if self.is_told:
            log.info("calls are compared with TeleCMI's count again", source=reader.name)
        self.problem, self.is_told = "", False
        now = reader.clock.now()
        since, counted, held = reading.whole.start, reading.counted, reading.held
        missing = None if counted is None else counted - held
        before = None if source.counted is None or source.held is None else source.counted - source.held
        # That TeleCMI forgets what we hold is normal.
        if missing is not None and missing > 0 and missing != before:
            log.warning("TeleCMI counts more calls than it lists", source=reader.name, more=missing)
        await reader.database.write(
            lambda connection: sources.note_compared(
                connection, source.id, since=since, counted=counted, held=held, now=now
            )
        )

    def _failed(self, error: SourceError) -> None:
        self.under_way = None
        seconds = min(self.reconcile.every, TRY_AGAIN) / SECOND
        self.not_before = self.reader.clock.monotonic() + seconds
        if isinstance(error, SourceTransient) and error.retry_after:
            raise error
        self.problem = str(error)
