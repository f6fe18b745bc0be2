"""One report that was claimed for one target: send it, and record what became of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.config.schema import Delivery
from notifier.config.values import MINUTE
from notifier.digests.reports import for_delivery
from notifier.errors import DeliveryError
from notifier.host.metrics import Letter, Metrics, Sent
from notifier.host.troubles import Troubles
from notifier.model import DigestReport, NoticeKind
from notifier.rules import Directory
from notifier.sending.attempt import SEND_LIMIT, Courier, Tried
from notifier.sending.patience import PatientStore
from notifier.sending.verdict import Attempt, Blame, Next, Verdict, longest_wait, verdict
from notifier.sending.words import in_words
from notifier.store import digests
from notifier.store.database import Connection, Database
from notifier.store.digests import DigestRow
from notifier.store.outbox import RowState

log = structlog.get_logger("notifier.digests")

LASTING = 5 * MINUTE
"""ms that a target must have failed for before ops hear of it, where it may work again by itself."""

LASTING_FAILURES = 5
"""So many in a row, at the least."""

_GONE = frozenset({RowState.DEAD, RowState.REDIRECTED, RowState.DROPPED})


@dataclass
class Sender:
    """Sends, for the configuration it was made from."""

    database: Database
    clock: Clock
    delivery: Delivery
    directory: Directory
    metrics: Metrics
    troubles: Troubles
    jitter: Callable[[], float]  # from 0 to 1
    stop: asyncio.Event  # give up on a store that can't be used: the process ends
    limit: float = SEND_LIMIT
    _plain: set[int] = field(default_factory=set)  # rows whose form was refused
    _store: PatientStore = field(init=False)

    def __post_init__(self) -> None:
        self._store = PatientStore(self.database, self.clock, self.stop, self.delivery.retry.first)

    async def send(self, row: DigestRow, report: DigestReport, channel: Channel, address: str) -> None:
        """Send it.

        Args:
            row: as it was before it was claimed.
            report: what is true now.
            channel: of the target's receiver.
            address: of the target.

        Raises:
            StoreUnavailable: the result could not be recorded until everything stopped.
        """
        tried = await Courier(self.clock, self.limit).bring(
            for_delivery(
                report,
                row.delivery_id,
                mask_numbers=row.target.receiver in self.directory.masked,
            ),
            channel,
            address,
            plain=row.id in self._plain,
            since=row.uncertain_since,
        )
        if tried.error is not None:
            await self._failed(row, tried, tried.error)
            return
        await self._finish(row, RowState.SENT, "")
        self._count(row, Sent.SENT, tried.seconds)
        self.troubles.clear(NoticeKind.TARGET_BROKEN, str(row.target))
        log.info("digest sent", **_where(row))

    async def redirect(self, row: DigestRow, reason: str) -> None:
        """A target can't be told: tell ops, and where they can't be either, give up."""
        now = self.clock.now()

        def record(connection: Connection) -> RowState:
            ops = self.directory.targets(self.directory.ops, "", now)
            others = [target for target in ops if target != row.target]
            why = f"in place of {row.target}: {reason}"
            digests.enqueue(connection, row.name, row.due_at, others, now, reason=why)
            told = digests.of_report(connection, row.name, row.due_at)
            is_told = any(one.target in others and one.state not in _GONE for one in told)
            state = RowState.REDIRECTED if is_told else RowState.DEAD
            digests.finish(connection, [row.id], state, reason, now)
            return state

        state = await self._store.write(record)
        self._plain.discard(row.id)
        if state is RowState.DEAD:
            log.error("a digest can't be sent to anybody", reason=reason, **_where(row))
        else:
            log.warning("a digest is sent to ops instead", reason=reason, **_where(row))
        self._count(row, Sent.DEAD if state is RowState.DEAD else Sent.REDIRECTED)

    async def _failed(self, row: DigestRow, tried: Tried[DigestReport], error: Exception) -> None:
        attempt = Attempt(row.attempts, row.created_at, row.id in self._plain)
        judged = verdict(attempt, error, self.clock.now(), self.delivery, self.jitter())
        self._blame(row, judged)
        if judged.next is Next.REDIRECT:
            await self.redirect(row, judged.reason)
            return
        unknown = None if isinstance(error, DeliveryError) else error
        where = {**_where(row), "reason": judged.reason}
        if judged.next is Next.DEAD:
            log.error("a digest could not be sent; given up", exc_info=unknown, **where)
            await self._finish(row, RowState.DEAD, judged.reason)
            self._count(row, Sent.DEAD, tried.seconds)
            return
        if row.attempts == 0:
            log.warning("a digest could not be sent; will try again", exc_info=unknown, **where)
        await self._retry(row, judged, tried)

    async def _retry(self, row: DigestRow, judged: Verdict, tried: Tried[DigestReport]) -> None:
        if judged.plain:
            self._plain.add(row.id)
        next_at = self.clock.now() + min(judged.delay, longest_wait(self.delivery))
        since = row.uncertain_since or (tried.began_at if judged.uncertain else None)
        await self._store.write(
            lambda connection: digests.release(connection, row.id, next_at, judged.reason, since)
        )
        self.metrics.sent(row.target.receiver, Letter.DIGEST, Sent.RETRIED, tried.seconds)

    async def _finish(self, row: DigestRow, state: RowState, reason: str) -> None:
        now = self.clock.now()
        await self._store.write(lambda connection: digests.finish(connection, [row.id], state, reason, now))
        self._plain.discard(row.id)

    def _blame(self, row: DigestRow, judged: Verdict) -> None:
        """Ops hear of a target that needs a person, or has failed for long; dispatch tells of services."""
        lasts = self.clock.now() - row.created_at >= LASTING and row.attempts + 1 >= LASTING_FAILURES
        needs_person = judged.blame in {Blame.ADDRESS, Blame.SERVICE}
        if needs_person or (judged.blame is Blame.TARGET and lasts):
            reason = in_words(judged.for_ops or judged.reason, row.target, self.directory)
            self.troubles.raise_(NoticeKind.TARGET_BROKEN, str(row.target), reason)

    def _count(self, row: DigestRow, outcome: Sent, seconds: float | None = None) -> None:
        self.metrics.sent(row.target.receiver, Letter.DIGEST, outcome, seconds)
        self.metrics.digest(row.name, outcome)


def _where(row: DigestRow) -> dict[str, str]:
    return {"digest": row.name, "target": str(row.target)}
