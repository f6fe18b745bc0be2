"""One read of an interval: in parts where it is long, and one transaction for each part."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from notifier.clock import Clock
from notifier.errors import SourceTransient
from notifier.host.health import Health
from notifier.intake.take import Reach, Rulebook, Take
from notifier.intake.watch import Watch
from notifier.loop import Wakes
from notifier.model import Call, Endpoint, Reject
from notifier.store import calls
from notifier.store.database import Database
from notifier.store.sources import Source
from notifier.telecmi import Client, Interval, Pages, Parts, Verdict

log = structlog.get_logger("notifier.intake")


MOST_TIMELESS = 1_000
"""Rejects without a readable time that one read remembers."""


class Endless(SourceTransient):
    """TeleCMI's pages do not end. What was read is stored."""


@dataclass
class Reader:
    """What every read of one source works with."""

    name: str  # of the source
    endpoint: Endpoint
    start_from: str
    client: Client
    database: Database
    clock: Clock
    book: Rulebook
    health: Health
    watch: Watch
    wakes: Wakes

    async def commit(self, take: Take) -> None:
        """One transaction: store, decide, enqueue, move the watermark.

        Raises:
            StoreUnavailable: nothing of it was done.
        """
        try:
            taken = await self.database.write(take.write, take.after)
        except BaseException:
            # Whether it was committed is not known: the windows are rebuilt from what is stored.
            self.book.counts.forget()
            raise
        if take.rejected:
            reason, count = take.rejected[0].reason, len(take.rejected)
            if not self.watch.rejected(count, reason):
                log.warning(
                    "records could not be read; they are kept", source=self.name, count=count, first=reason
                )
        if taken:
            log.info("new calls", source=self.name, count=taken, **take.tally())
        if take.reached:
            log.info(
                "customers were reached", source=self.name, alerts=[f"A{one.id}" for one in take.reached]
            )
        if taken or any(take.released):
            self.wakes.wake("dispatch", "lifecycle")
        self._count(take)

    def _count(self, take: Take) -> None:
        baseline = sum(one.baseline for one in take.stored)
        self.health.metrics.stored(
            self.name,
            watched=len(take.stored) - baseline,
            baseline=baseline,
            rejects=len(take.rejected),
        )
        self.health.metrics.decided(take.decided())


@dataclass
class Reading:
    """A read that is under way; it goes on part by part, oldest first."""

    reader: Reader
    source: Source  # as it was when the read began
    whole: Interval
    began: int  # UTC ms, by our clock
    known_gap: int | None = None  # what TeleCMI's count may be off by
    moves: bool = True  # does the watermark move?
    counted: int | None = None  # by TeleCMI in the whole interval
    is_steady: bool = True  # was that the same on each page?
    held: int = 0  # here, in what was asked for last
    skew: int | None = None  # ms that TeleCMI's clock is ahead of ours
    timeless: dict[str, Reject] = field(default_factory=dict)  # rejects that no stored time tells of
    parts: Parts = field(init=False)
    dates: list[int] = field(default_factory=list)  # UTC ms, by TeleCMI's clock

    def __post_init__(self) -> None:
        self.parts = Parts(self.whole)

    @property
    def is_over(self) -> bool:
        """Everything was read."""
        return self.parts.current is None

    async def look(self, timeless: Sequence[Reject] = ()) -> bool:
        """Ask for the first page of the whole, and take it in if we hold all that TeleCMI counts; do we?

        Args:
            timeless: rejects that TeleCMI listed for this interval and that no stored time tells of.

        Raises:
            SourceError: TeleCMI did not answer usefully.
            StoreUnavailable: the store could not be used.
        """
        pages = Pages()
        await self._page(self.whole, pages, timeless)
        self.counted = pages.count
        if pages.gap(self.held) != 0:
            return False
        await self._commit(self.whole, pages, Verdict.AGREES)
        return True

    async def go_on(self) -> Verdict:
        """Read the next part, and commit it.

        Raises:
            SourceError: TeleCMI did not answer usefully; the parts that were committed stay.
            StoreUnavailable: the store could not be used; likewise.
        """
        while True:
            part = self.parts.current
            assert part is not None, "a read that is over does not go on"
            pages = Pages(self.known_gap if part == self.whole else None)
            verdict = await self._pages(part, pages)
            if verdict is None:
                if part != self.whole and not pages.keeps_to(part):
                    self.parts.split_no_more()
                if self.parts.split():
                    continue
                verdict = await self._pages(part, pages, halve=False)
            assert verdict is not None, "without halving, a read ends"
            await self._commit(part, pages, verdict)
            self.parts.done()
            return verdict

    async def _pages(self, part: Interval, pages: Pages, *, halve: bool = True) -> Verdict | None:
        """Read pages until the part is complete.

        Returns:
            The verdict; None: too many calls, halve the part.
        """
        while True:
            await self._page(part, pages)
            if part == self.whole:
                self.counted, self.is_steady = pages.count, pages.is_steady
            verdict = pages.verdict(self.held)
            if verdict is not None:
                return verdict
            if halve and pages.has_too_many:
                return None

    async def _page(self, part: Interval, pages: Pages, more: Sequence[Reject] = ()) -> None:
        """Read one more page, and note what is held with it and when it is by TeleCMI's clock."""
        reader = self.reader
        reader.health.metrics.requested(reader.name)
        page = await reader.client.page(reader.endpoint, part, pages.next_page)
        pages.add(page.answer)
        if page.server_date is not None:
            self.dates.append(page.server_date)
            self.skew = page.server_date - reader.clock.now()
        reader.health.pass_finished(reader.name)  # a long read is progress, too
        records: list[Call | Reject] = [*pages.records, *more]
        for one in pages.records:
            if isinstance(one, Reject) and one.placed_at is None and len(self.timeless) < MOST_TIMELESS:
                self.timeless[one.digest] = one._replace(raw="")
        self.held = await reader.database.read(
            lambda connection: calls.held(connection, self.source.id, part.start, part.end, records)
        )

    async def _commit(self, part: Interval, pages: Pages, verdict: Verdict) -> None:
        reader = self.reader
        reach = Reach(
            since=part.start,
            began=self.began,
            date=min(self.dates, default=None),
            upto=self._upto(part, verdict),
            is_complete=self.moves and verdict.is_complete,
            is_last=self.parts.is_last,
        )
        now = reader.clock.now()
        await reader.commit(Take(reader.book, self.source, pages.records, reader.start_from, reach, now))

    def _upto(self, part: Interval, verdict: Verdict) -> int | None:
        if verdict is Verdict.KNOWN_GAP:
            # A count that is off by as much as before may hide a call, where what it was off by is gone at
            # the same time. So nothing counts as read before the next full read, which then covers it all.
            return self.source.watermark
        return None if self.moves and self.parts.is_last else part.end
