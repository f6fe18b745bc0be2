"""Reading one endpoint of one account: an interval of calls, one transaction for each part of it."""

from dataclasses import dataclass, replace

import structlog

from notifier.clock import Clock
from notifier.config.instants import start_instant
from notifier.config.schema import Account, Poll
from notifier.errors import SourceError, SourceRefused, SourceTransient
from notifier.host.health import Health
from notifier.host.masking import protect
from notifier.intake.take import Reach, Rulebook, Take
from notifier.loop import Wakes
from notifier.model import Endpoint
from notifier.store import calls, sources
from notifier.store.database import Connection, Database
from notifier.store.sources import Source
from notifier.telecmi import Client, Interval, Pages, Parts, Verdict, next_interval

log = structlog.get_logger("notifier.intake")

RECOUNT_EVERY = 3_600_000
"""ms after which a count that did not fit is worth a full read again."""

LONGEST_BACKOFF = 300.0
"""Seconds between two tries while TeleCMI refuses us."""


@dataclass
class Intake:
    """Reads one endpoint of one account."""

    account: Account
    endpoint: Endpoint
    poll: Poll
    client: Client
    database: Database
    clock: Clock
    book: Rulebook
    health: Health
    wakes: Wakes
    refusals: int = 0

    @property
    def name(self) -> str:
        """As in the store, in logs and in health: "main/out_missed"."""
        return f"{self.account.name}/{self.endpoint}"

    async def step(self) -> float:
        """Poll once; whatever TeleCMI does, the next poll comes.

        Returns:
            Seconds until the next poll.
        """
        began = self.clock.monotonic()
        try:
            await self.read()
        except SourceRefused as error:
            return await self._refused(error)
        except SourceTransient as error:
            await self._failed(error, refused=False)
            return max(self.poll.every / 1000, error.retry_after or 0.0)
        self.refusals = 0
        if self.health.read_ok(self.name):
            log.info("TeleCMI answers again", source=self.name)
        return max(0.0, self.poll.every / 1000 - (self.clock.monotonic() - began))

    async def read(self) -> int:
        """Read everything since the last complete read.

        Returns:
            How many calls were new.

        Raises:
            SourceError: TeleCMI did not answer usefully; the parts that were committed stay.
            StoreUnavailable: the store could not be used; likewise.
        """
        began = self.clock.now()
        source = await self.database.write(lambda connection: self._source(connection, began))
        whole = self._interval(source, began)
        parts = Parts(whole)
        dates: list[int] = []
        counted: int | None = None
        is_steady = True
        total = 0
        while (part := parts.current) is not None:
            pages = Pages(self._known_gap(source, began) if part == whole else None)
            verdict = await self._pages(source, part, pages, dates)
            if part == whole:
                counted, is_steady = pages.count, pages.is_steady
            if verdict is None:
                if part != whole and not pages.keeps_to(part):
                    parts.split_no_more()
                if parts.split():
                    continue
                verdict = await self._pages(source, part, pages, dates, halve=False)
            assert verdict is not None, "without halving, a read ends"
            reach = Reach(
                since=part.start,
                began=began,
                date=min(dates, default=None),
                upto=self._upto(source, verdict, None if parts.is_last else part.end),
                is_complete=verdict.is_complete,
            )
            total += await self._commit(source, pages, reach)
            parts.done()
        await self._note_gap(source, whole, counted, began, is_steady=is_steady)
        return total

    def _source(self, connection: Connection, now: int) -> Source:
        source = sources.source(connection, self.account.name, self.endpoint)
        if source.started_at is not None:
            return source
        # Before TeleCMI answers for the first time: calls that it then reports late were watched for.
        started_at = start_instant(self.poll.start_from, now)
        sources.start(connection, source.id, started_at)
        return replace(source, started_at=started_at)

    def _interval(self, source: Source, now: int) -> Interval:
        assert source.started_at is not None, "noted when the source was first looked at"
        return next_interval(source.watermark, now, self.poll.overlap, now - source.started_at)

    @staticmethod
    def _upto(source: Source, verdict: Verdict, part_end: int | None) -> int | None:
        # A count that is off by as much as before may hide a call, where what it was off by is gone at the
        # same time. So nothing counts as read before the next full read, which then covers it all.
        return source.watermark if verdict is Verdict.KNOWN_GAP else part_end

    @staticmethod
    def _known_gap(source: Source, now: int) -> int | None:
        if source.known_gap is None or source.gap_found_at is None:
            return None
        return source.known_gap if 0 <= now - source.gap_found_at < RECOUNT_EVERY else None

    async def _pages(
        self, source: Source, part: Interval, pages: Pages, dates: list[int], *, halve: bool = True
    ) -> Verdict | None:
        """Read pages until the read is complete, and note the server's dates, UTC ms.

        Returns:
            The verdict; None: too many calls, halve the part.
        """
        while True:
            page = await self.client.page(self.endpoint, part, pages.next_page)
            pages.add(page.answer)
            if page.server_date is not None:
                dates.append(page.server_date)
            self.health.pass_finished(self.name)  # a long read is progress, too
            records = pages.records
            held = await self.database.read(
                lambda connection: calls.held(connection, source.id, part.start, part.end, records)  # noqa: B023 - run at once
            )
            verdict = pages.verdict(held)
            if verdict is not None:
                return verdict
            if halve and pages.has_too_many:
                return None

    async def _commit(self, source: Source, pages: Pages, reach: Reach) -> int:
        """One transaction: store, decide, enqueue, move the watermark. Returns how many calls were new."""
        take = Take(self.book, source, pages.records, self.poll.start_from, reach, self.clock.now())
        try:
            taken = await self.database.write(take.write, take.after)
        except BaseException:
            # Whether it was committed is not known: the windows are rebuilt from what is stored.
            self.book.counts.forget()
            raise
        if take.rejected:
            reason, count = take.rejected[0].reason, len(take.rejected)
            log.warning(
                "records could not be read; they are kept", source=self.name, count=count, first=reason
            )
        if taken:
            log.info("new calls", source=self.name, count=taken, **take.tally())
            self.wakes.wake("dispatch", "lifecycle")
        if not reach.is_complete:
            raise SourceTransient("TeleCMI's pages do not end; what was read is stored")
        return taken

    async def _note_gap(
        self, source: Source, whole: Interval, counted: int | None, began: int, *, is_steady: bool
    ) -> None:
        held = await self.database.read(
            lambda connection: calls.held(connection, source.id, whole.start, whole.end, ())
        )
        gap = None if counted is None or held == counted else held - counted
        if gap is not None and not is_steady:
            return  # it may be a call that came in while we read: the next poll shall look for it
        if gap == source.known_gap and (gap is None or self._known_gap(source, began) is not None):
            return
        if gap is not None:
            log.info("TeleCMI's count does not fit what it lists", source=self.name, listed_more_by=gap)
        await self.database.write(lambda connection: sources.note_gap(connection, source.id, gap, began))

    async def _refused(self, error: SourceRefused) -> float:
        await self._failed(error, refused=True)
        if self.account.secret.reread():
            protect([self.account.secret.get()])
            log.info("the secret's file has changed; trying it", source=self.name)
            self.refusals = 0
            return 0.0
        self.refusals += 1
        seconds: float = self.poll.every / 1000 * 2 ** min(self.refusals, 20)
        return max(self.poll.every / 1000, min(seconds, LONGEST_BACKOFF))

    async def _failed(self, error: SourceError, *, refused: bool) -> None:
        reason = str(error)
        now = self.clock.now()
        if self.health.read_failed(self.name, reason, refused=refused):
            hint = "a secret from the environment or a credential is read again only at a restart"
            extra = {"hint": hint} if refused else {}
            log.warning("TeleCMI could not be read; trying again", source=self.name, reason=reason, **extra)

        def note(connection: Connection) -> None:
            source = sources.source(connection, self.account.name, self.endpoint)
            sources.fail(connection, source.id, reason, now)

        await self.database.write(note)
