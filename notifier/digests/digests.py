"""Reports that fall due are written down, made, and sent: one message at a time for each target."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.config.values import SECOND
from notifier.digests.plan import waits_until
from notifier.digests.record import Dropped, Record, Standing
from notifier.digests.reports import Reports
from notifier.digests.sender import Sender
from notifier.host.metrics import Letter, Metrics, Sent
from notifier.loop import Wakes
from notifier.model import DigestReport, Target
from notifier.sending.verdict import longest_wait
from notifier.sending.workers import Workers
from notifier.store import digests
from notifier.store.database import Connection, Database
from notifier.store.digests import DigestRow
from notifier.store.outbox import RowState

log = structlog.get_logger("notifier.digests")

NAME = "digests"

PACE = SECOND
"""ms between two messages to one target."""

LOOK_AGAIN = 5 * SECOND
"""ms after which it is looked whether TeleCMI was read."""

NOTHING_MISSED = "nobody was missed"


@dataclass
class Digests:
    """Sends the digests of one configuration."""

    database: Database
    clock: Clock
    metrics: Metrics
    wakes: Wakes
    channels: Mapping[str, Channel]
    reports: Reports
    record: Record
    sender: Sender
    sources: Collection[str]  # that are read: "main/out_missed"
    _began_at: int = 0  # UTC ms
    _tried_at: dict[Target, int] = field(default_factory=dict)  # UTC ms
    _workers: Workers = field(init=False)

    def __post_init__(self) -> None:
        self._workers = Workers(NAME, lambda: self.wakes.wake(NAME))

    async def adopt(self) -> None:
        """Take over what an earlier run or configuration left; nothing is sent by it.

        Raises:
            StoreUnavailable: the store can't be used now; may be tried again.
        """
        now = self._began_at = self.clock.now()
        count = await self.database.write(lambda connection: digests.release_all(connection, now))
        if count:
            log.warning("digests with unknown outcome found", count=count)
        await self._written(now)

    async def step(self) -> int | None:
        """Write down what fell due, and begin to send what may be sent.

        Returns:
            When something is due next, UTC ms; None where there are no digests. A worker that ends wakes the
            loop.
        """
        self._workers.raise_if_broken()
        if not self.reports.digests:
            return None
        now = self.clock.now()
        standing = await self._written(now)
        due, next_at = self._sorted_out(standing, now)
        by_report: dict[tuple[str, int], list[DigestRow]] = defaultdict(list)
        for row in due:
            by_report[row.name, row.due_at].append(row)
        for (name, due_at), rows in by_report.items():
            await self._send(await self.reports.make(name, due_at, now), rows)
        schedules = self.record.schedules.values()
        return min(next_at, *(schedule.after(now) for schedule in schedules))

    @property
    def is_working(self) -> bool:
        """Is anything being sent?"""
        return len(self._workers) > 0

    async def drain(self) -> None:
        """Wait until what is under way has ended."""
        await self._workers.drain()

    async def settle(self, seconds: float, hurry: asyncio.Event) -> None:
        """Let what is under way end, for so long or until there is a hurry."""
        await self._workers.settle(seconds, hurry)

    async def aclose(self, seconds: float) -> None:
        """Stop: what is under way may end within so many seconds; what does not is uncertain."""
        self.sender.stop.set()
        await self._workers.aclose(seconds)

    async def _written(self, now: int) -> Standing:
        standing = await self.database.write(lambda connection: self.record.write(connection, now))
        self._dropped(standing.dropped)
        return standing

    def _sorted_out(self, standing: Standing, now: int) -> tuple[list[DigestRow], int]:
        """The rows that are due, one for each target; and when to look again, UTC ms."""
        due: dict[Target, DigestRow] = {}
        next_at = now + longest_wait(self.sender.delivery)
        for row in standing.waiting:
            if row.target in self._workers or row.target in due:
                continue
            at = self._due_at(row, now)
            if waits_until(row.due_at, self._began_at, self.sources, standing.sources, now) > now:
                at = max(at, now + LOOK_AGAIN)
            if at <= now:
                due[row.target] = row
            else:
                next_at = min(next_at, at)
        return list(due.values()), next_at

    def _due_at(self, row: DigestRow, now: int) -> int:
        # What lies too far ahead is of a clock that was set back.
        next_at = row.next_at if row.next_at <= now + longest_wait(self.sender.delivery) else now
        tried_at = self._tried_at.get(row.target, 0)
        return max(next_at, tried_at + PACE if tried_at <= now else 0)

    async def _send(self, report: DigestReport, rows: Iterable[DigestRow]) -> None:
        """Claim them, and let workers send them."""
        now = self.clock.now()
        is_empty = report.figures.is_empty and report.figures.is_complete  # else nobody knows
        if is_empty and self.reports.digests[report.name].skip_empty:
            empty = list(rows)
            await self.database.write(
                lambda connection: digests.finish(
                    connection, [row.id for row in empty], RowState.DROPPED, NOTHING_MISSED, now
                )
            )
            self._dropped(Dropped(row.name, row.target, NOTHING_MISSED) for row in empty)
            return

        def claim(connection: Connection) -> list[DigestRow]:
            claimed = (digests.claim(connection, row.id, now) for row in rows)
            return [row for row in claimed if row is not None]

        for row in await self.database.write(claim):
            self._tried_at[row.target] = now
            self._workers.start(row.target, self._work(row, report))

    async def _work(self, row: DigestRow, report: DigestReport) -> None:
        channel = self.channels.get(row.target.receiver)
        address = self.sender.directory.address(row.target)
        if channel is None or address is None:
            reason = "receiver is gone" if channel is None else "no address any more"
            await self.sender.redirect(row, reason)
        else:
            await self.sender.send(row, report, channel, address)

    def _dropped(self, dropped: Iterable[Dropped]) -> None:
        for one in dropped:
            log.info("digest not sent", digest=one.name, target=str(one.target), reason=one.reason)
            self.metrics.sent(one.target.receiver, Letter.DIGEST, Sent.DROPPED)
            self.metrics.digest(one.name, Sent.DROPPED)
