"""Polling one endpoint of one account: when, how far back, and what becomes of it when TeleCMI fails."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from notifier.clock import Clock
from notifier.config.instants import start_instant
from notifier.config.schema import Account, Poll, Reconcile
from notifier.config.values import DAY, SECOND
from notifier.errors import SourceError, SourceRefused, SourceTransient
from notifier.host.health import Health
from notifier.host.metrics import Read
from notifier.intake.again import read_again
from notifier.intake.comparing import Comparer
from notifier.intake.reading import Endless, Reader, Reading
from notifier.intake.take import Rulebook
from notifier.intake.watch import Watch
from notifier.loop import Wakes
from notifier.model import Endpoint
from notifier.store import calls, outbox, rejects, sources
from notifier.store.database import Connection, Database
from notifier.store.rejects import StoredReject
from notifier.store.sources import Source
from notifier.telecmi import Client, Interval, Verdict, next_interval

log = structlog.get_logger("notifier.intake")

LONGEST_BACKOFF = 300.0
"""Seconds between two tries while TeleCMI refuses us."""

ANSWERED = "missed calls are told all the same; without such lists, write `telecmi.follow_up: false`"
"""What follows where answered calls can't be read."""

RESTART = "a secret from the environment or a credential is read again only at a restart"


@dataclass
class Intake:
    """Reads one endpoint of one account."""

    account: Account
    endpoint: Endpoint
    poll: Poll
    reconcile: Reconcile
    client: Client
    database: Database
    clock: Clock
    book: Rulebook
    health: Health
    wakes: Wakes
    refusals: int = 0
    watch: Watch = field(init=False)
    reader: Reader = field(init=False)
    comparer: Comparer = field(init=False)

    def __post_init__(self) -> None:
        missed = f"{self.account.name}/{Endpoint.OUT_MISSED}"
        self.watch = Watch(
            self.name,
            self.account.name,
            self.poll.every,
            self.health.troubles,
            self.clock,
            partial(self.health.works_since, missed) if self.endpoint.is_answered else None,
        )
        self.reader = Reader(
            name=self.name,
            endpoint=self.endpoint,
            start_from=self.poll.start_from,
            client=self.client,
            database=self.database,
            clock=self.clock,
            book=self.book,
            health=self.health,
            watch=self.watch,
            wakes=self.wakes,
        )
        self.comparer = Comparer(self.reader, self.reconcile)

    @property
    def name(self) -> str:
        """As in the store, in logs and in health: "main/out_missed"."""
        return f"{self.account.name}/{self.endpoint}"

    @property
    def is_in_trouble(self) -> bool:
        """Did the last poll fail?"""
        return self.refusals > 0 or self.watch.failing_since is not None

    @property
    def is_comparing(self) -> bool:
        """Does a comparison with TeleCMI's count go on after the next poll?"""
        return self.comparer.under_way is not None

    async def step(self) -> float:
        """Poll once; whatever TeleCMI does, the next poll comes.

        Returns:
            Seconds until the next poll.
        """
        began = self.clock.monotonic()
        every = self.poll.every / SECOND
        try:
            await self._read(until=began + every)
        except SourceRefused as error:
            self._measured(Read.REFUSED, began)
            return await self._refused(error)
        except SourceTransient as error:
            self._measured(Read.ENDLESS if isinstance(error, Endless) else Read.FAILED, began)
            await self._failed(error)
            return max(every, error.retry_after or 0.0)
        return max(0.0, every - (self.clock.monotonic() - began))

    async def _read(self, until: float) -> None:
        """Read everything since the last complete read, or everything in the window where that is due."""
        now, began = self.clock.now(), self.clock.monotonic()
        source, marked = await self.database.write(lambda connection: self._begin(connection, now))
        usual = self._interval(source, now)
        await read_again(self.reader, source, marked, usual.start)
        begins = not self.is_in_trouble and self.comparer.is_due(source, now)
        if begins and (look := await self.comparer.agrees(source, usual, now)):
            await self._note_gap(look)
            await self._read_well(look, Read.COMPLETE, began)
            return
        # Where counts were just found not to fit, nothing is taken on trust: this read is a full one.
        is_full = begins and self.comparer.under_way is not None
        reading = Reading(self.reader, source, usual, now, None if is_full else self._known_gap(source, now))
        outcome = Read.COMPLETE
        while not reading.is_over:
            verdict = await reading.go_on()
            if verdict is Verdict.ENDLESS:
                raise Endless("TeleCMI's pages do not end; what was read is stored")
            if verdict is Verdict.KNOWN_GAP:
                outcome = Read.KNOWN_GAP
        await self._note_gap(reading)
        self.comparer.polled(reading)
        await self._read_well(reading, outcome, began)
        await self.comparer.go_on(until)

    def _begin(self, connection: Connection, now: int) -> tuple[Source, Sequence[StoredReject]]:
        source = sources.source(connection, self.account.name, self.endpoint)
        if source.started_at is None:
            # Before TeleCMI answers for the first time: calls that it then reports late were watched for.
            started_at = start_instant(self.poll.start_from, now)
            sources.start(connection, source.id, started_at)
            source = replace(source, started_at=started_at)
        return source, rejects.marked(connection, source.id)

    def _interval(self, source: Source, now: int) -> Interval:
        assert source.started_at is not None, "noted when the source was first looked at"
        overlap = self.poll.overlap_of(self.endpoint)
        return next_interval(source.watermark, now, overlap, now - source.started_at)

    def _known_gap(self, source: Source, now: int) -> int | None:
        if source.known_gap is None or source.gap_found_at is None:
            return None
        # A comparison that found the same reads everything, too.
        found_at = max(source.gap_found_at, source.compared_at or 0)
        return source.known_gap if 0 <= now - found_at < self.reconcile.every else None

    async def _note_gap(self, reading: Reading) -> None:
        source, whole, counted = reading.source, reading.whole, reading.counted
        held = await self.database.read(
            lambda connection: calls.held(connection, source.id, whole.start, whole.end, ())
        )
        gap = None if counted is None or held == counted else held - counted
        if gap is not None and not reading.is_steady:
            return  # it may be a call that came in while we read: the next poll shall look for it
        if gap == source.known_gap and (gap is None or reading.known_gap is not None):
            return
        began = reading.began
        await self.database.write(lambda connection: sources.note_gap(connection, source.id, gap, began))

    async def _read_well(self, reading: Reading, outcome: Read, began: float) -> None:
        self.refusals = 0
        self._measured(outcome, began)
        if not self.endpoint.is_answered:
            self.watch.clock_read(reading.skew)  # one list tells of the account's clock
        # The one tells that it works where it was told to be in trouble, the other where it was not yet.
        told = self.watch.good_read()
        if self.health.read_ok(self.name) and not told:
            log.info("TeleCMI answers again", source=self.name)
        if self.watch.has_rejects:
            since = self.clock.now() - DAY
            source_id = reading.source.id
            if not await self.database.read(
                lambda connection: rejects.any_since(connection, source_id, since)
            ):
                self.watch.no_more_rejects()

    def _measured(self, outcome: Read, began: float) -> None:
        self.health.metrics.read(self.name, outcome, self.clock.monotonic() - began)

    async def _refused(self, error: SourceRefused) -> float:
        reason = str(error)
        hint = ANSWERED if self.endpoint.is_answered else RESTART
        self.comparer.poll_failed()
        news = self.health.read_failed(self.name, reason, refused=True)
        if not self.watch.refused(f"{reason}; {hint}") and news:
            # An earlier run has told it; whoever reads the log of this one should know.
            log.warning("TeleCMI could not be read; trying again", source=self.name, reason=reason, hint=hint)
        await self._note_failure(reason)
        if self.account.secret.reread():
            log.info("the secret's file has changed; trying it", source=self.name)
            self.refusals = 0
            return 0.0
        self.refusals += 1
        seconds: float = self.poll.every / SECOND * 2 ** min(self.refusals, 20)
        return max(self.poll.every / SECOND, min(seconds, LONGEST_BACKOFF))

    async def _failed(self, error: SourceError) -> None:
        reason = str(error)
        self.comparer.poll_failed()
        news = self.health.read_failed(self.name, reason, refused=False)
        hint = f"; {ANSWERED}" if self.endpoint.is_answered else ""
        if not self.watch.failed(f"{reason}{hint}") and news:
            log.warning("TeleCMI could not be read; trying again", source=self.name, reason=reason)
        await self._note_failure(reason)

    async def _note_failure(self, reason: str) -> None:
        now = self.clock.now()

        def note(connection: Connection) -> int:
            source = sources.source(connection, self.account.name, self.endpoint)
            sources.fail(connection, source.id, reason, now)
            # Nobody knows when the backlog ends: what was read of it is told.
            return outbox.release(connection, source.id)

        if await self.database.write(note):
            self.wakes.wake("dispatch")
