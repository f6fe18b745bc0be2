"""One telling that was claimed: say what is true now, and record what became of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.config.schema import Delivery
from notifier.errors import DeliveryError, DeliveryTransient, StoreUnavailable
from notifier.host.metrics import Letter, Metrics, Sent
from notifier.model import Notice
from notifier.notices.verdict import verdict
from notifier.store import notices
from notifier.store.database import Connection, Database
from notifier.store.notices import Phase, StoredNotice, Telling, TellingState

T = TypeVar("T")

log = structlog.get_logger("notifier.notices")

SEND_LIMIT = 30.0
"""Seconds for one request with all it needs."""

STORE_RETRY = 2.0
"""Seconds until the result of a request is written down again, where the store can't be used."""


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
        now = self.clock.now()
        letter = _Letter(notice, telling, self.zone, now)
        began = self.clock.monotonic()
        try:
            async with asyncio.timeout(self.limit):
                shown = await self._arrived(letter, channel, address)
                if shown is None:
                    await channel.send(address, letter.message, plain=telling.id in self._plain)
                    shown = letter.message
        except TimeoutError:
            error = DeliveryTransient("no answer in time", uncertain=True)
            await self._failed(letter, now, error, self.clock.monotonic() - began)
            return False
        except Exception as error:  # noqa: BLE001 - whatever a channel does, the others go on
            await self._failed(letter, now, error, self.clock.monotonic() - began)
            return False
        await self._sent(letter, shown, self.clock.monotonic() - began)
        return True

    @staticmethod
    async def _arrived(letter: "_Letter", channel: Channel, address: str) -> Notice | None:
        """The message that an earlier attempt has left there."""
        if letter.telling.uncertain_since is None:
            return None
        possible = {message.delivery_id: message for message in letter.possible}
        found = await channel.confirm(address, tuple(possible), letter.telling.uncertain_since)
        # Of two, the later one told more.
        return next((possible[one] for one in reversed(possible) if one in found), None)

    async def _sent(self, letter: "_Letter", shown: Notice, seconds: float) -> None:
        now = self.clock.now()
        telling = letter.telling

        def record(connection: Connection) -> None:
            notices.finish(connection, telling.id, TellingState.SENT, "", now)
            if shown.cleared_at is None:
                _follow(connection, telling, now)
            elif telling.phase is Phase.RAISED:
                notices.note_told(connection, telling.notice_id, telling.target, Phase.CLEARED, now)

        await self._insist(lambda: self.database.write(record))
        self._plain.discard(telling.id)
        self.metrics.sent(telling.target.receiver, Letter.NOTICE, Sent.SENT, seconds)
        log.info("ops were told", phase=telling.phase, **letter.where)

    async def _failed(self, letter: "_Letter", began: int, error: Exception, seconds: float) -> None:
        now = self.clock.now()
        telling = letter.telling
        plain = telling.id in self._plain
        judged = verdict(telling, error, now, self.delivery, self.jitter(), plain=plain)
        uncertain_since = telling.uncertain_since or (began if judged.uncertain else None)
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
        await self._insist(
            lambda: self.database.write(
                lambda connection: notices.release(
                    connection, telling.id, now + delay, judged.reason, uncertain_since
                )
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

        await self._insist(lambda: self.database.write(record))

    async def _insist(self, use: Callable[[], Awaitable[T]]) -> T:
        """As often as it takes: a result that is lost is told twice."""
        while True:
            try:
                return await use()
            except StoreUnavailable:
                if await self.clock.wait(self.stop, STORE_RETRY):
                    raise


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
