"""One telling that was claimed: say what is true now, and record what became of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.config.schema import Delivery
from notifier.errors import DeliveryError
from notifier.host.metrics import Letter, Metrics, Sent
from notifier.model import Notice
from notifier.notices.verdict import verdict
from notifier.sending.attempt import SEND_LIMIT, Courier, Tried
from notifier.sending.patience import PatientStore
from notifier.store import notices
from notifier.store.database import Connection, Database
from notifier.store.notices import Phase, StoredNotice, Telling, TellingState

log = structlog.get_logger("notifier.notices")

STORE_RETRY = 2_000
"""ms until the result of a request is written down again, where the store can't be used."""


@dataclass
class Teller:
    """Tells ops, for the configuration it was made from."""

    database: Database
    clock: Clock
    delivery: Delivery
    zone: ZoneInfo
    metrics: Metrics
    jitter: Callable[[], float]  # from 0 to 1
    stop: asyncio.Event  # give up on a store that can't be used: the process ends
    limit: float = SEND_LIMIT
    _plain: set[int] = field(default_factory=set)  # tellings whose form was refused
    _store: PatientStore = field(init=False)

    def __post_init__(self) -> None:
        # As often as it takes: a result that is lost is told twice.
        self._store = PatientStore(self.database, self.clock, self.stop, STORE_RETRY)

    async def tell(self, notice: StoredNotice, telling: Telling, channel: Channel, address: str) -> bool:
        """Send it.

        Args:
            notice: as it is now.
            telling: as it was before it was claimed.
            channel: of the target's receiver.
            address: of the target.

        Returns:
            Did it arrive?

        Raises:
            StoreUnavailable: the result could not be recorded until everything stopped.
        """
        letter = _Letter(notice, telling, self.zone, self.clock.now())
        tried = await Courier(self.clock, self.limit).bring(
            letter.message,
            channel,
            address,
            plain=telling.id in self._plain,
            since=telling.uncertain_since,
            possible=letter.possible,
        )
        if tried.shown is None:
            await self._failed(letter, tried)
            return False
        await self._sent(letter, tried.shown, tried.seconds)
        return True

    async def _sent(self, letter: "_Letter", shown: Notice, seconds: float) -> None:
        now = self.clock.now()
        telling = letter.telling

        def record(connection: Connection) -> None:
            notices.finish(connection, telling.id, TellingState.SENT, "", now)
            if shown.cleared_at is None:
                _follow(connection, telling, now)
            elif telling.phase is Phase.RAISED:
                notices.note_told(connection, telling.notice_id, telling.target, Phase.CLEARED, now)

        await self._store.write(record)
        self._plain.discard(telling.id)
        self.metrics.sent(telling.target.receiver, Letter.NOTICE, Sent.SENT, seconds)
        log.info("ops were told", phase=telling.phase, **letter.where)

    async def _failed(self, letter: "_Letter", tried: Tried[Notice]) -> None:
        now = self.clock.now()
        telling, error, seconds = letter.telling, tried.error, tried.seconds
        assert error is not None, "nothing arrived"
        plain = telling.id in self._plain
        judged = verdict(telling, error, now, self.delivery, self.jitter(), plain=plain)
        uncertain_since = telling.uncertain_since or (tried.began_at if judged.uncertain else None)
        where = {**letter.where, "reason": judged.reason}
        unknown = None if isinstance(error, DeliveryError) else error
        delay = judged.delay
        if delay is None:
            log.error("ops could not be told; given up", exc_info=unknown, **where)
            self.metrics.sent(telling.target.receiver, Letter.NOTICE, Sent.DEAD, seconds)
            await self._give_up(telling, judged.reason, uncertain_since)
            self._plain.discard(telling.id)
            return
        if telling.attempts == 0:
            log.warning("ops could not be told; will try again", exc_info=unknown, **where)
        if delay == 0:
            self._plain.add(telling.id)
        self.metrics.sent(telling.target.receiver, Letter.NOTICE, Sent.RETRIED, seconds)
        await self._store.write(
            lambda connection: notices.release(
                connection, telling.id, now + delay, judged.reason, uncertain_since
            )
        )

    async def _give_up(self, telling: Telling, reason: str, uncertain_since: int | None) -> None:
        now = self.clock.now()

        def record(connection: Connection) -> None:
            notices.finish(
                connection, telling.id, TellingState.DEAD, reason, now, uncertain_since=uncertain_since
            )
            if uncertain_since is not None:
                _follow(connection, telling, now)

        await self._store.write(record)


def _follow(connection: Connection, telling: Telling, now: int) -> None:
    """Who heard that it was raised, after it had ended, is told of the end: nobody may ask again for days."""
    if telling.phase is Phase.RAISED and notices.is_over(connection, telling.notice_id):
        notices.expect(connection, telling.notice_id, telling.target, Phase.CLEARED, now, now)


class _Letter:
    """What is to be said, and what an earlier attempt may have said."""

    def __init__(self, notice: StoredNotice, telling: Telling, zone: ZoneInfo, now: int) -> None:
        self.telling = telling
        self.where = {"kind": notice.kind, "subject": notice.subject, "target": str(telling.target)}

        def message(delivery_id: str, cleared_at: int | None) -> Notice:
            return Notice(
                delivery_id=delivery_id,
                uid=notice.uid,
                kind=notice.kind,
                subject=notice.subject,
                reason=notice.reason,
                raised_at=notice.raised_at,
                cleared_at=cleared_at,
                zone=zone,
                now=now,
            )

        if telling.phase is Phase.CLEARED:
            # Where it was raised again meanwhile, that is told next.
            over = telling.created_at if notice.cleared_at is None else notice.cleared_at
            self.possible: tuple[Notice, ...] = (message(telling.delivery_id, max(over, notice.raised_at)),)
            self.message = self.possible[0]
            return
        # Mail with a known id would count as the same mail, whatever it says.
        both = message(f"{telling.delivery_id}0", notice.cleared_at or now)
        raised = message(telling.delivery_id, None)
        self.possible = (raised, both)
        self.message = raised if notice.cleared_at is None else both
