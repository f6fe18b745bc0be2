"""The thread below a message keeps the history: what happened since is said there, once, and pings nobody.

It follows the message's edit. What is about to be said is written down before, so that it can be looked for
where a process died, or no answer came.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.config.schema import Delivery
from notifier.config.values import DAY
from notifier.dispatch.past import Past, past
from notifier.dispatch.present import Present
from notifier.dispatch.verdict import Outcome, reply_verdict
from notifier.errors import DeliveryError, DeliveryTransient, EditRefused, PayloadBroken, RateLimited
from notifier.host.metrics import Letter, Metrics, Sent
from notifier.model import Event, History
from notifier.sending.patience import PatientStore
from notifier.sending.verdict import Blame, Next
from notifier.store import events, threads
from notifier.store.database import Connection
from notifier.store.outbox import delivery_id
from notifier.store.threads import Mark, Thread
from notifier.tell import Tell

log = structlog.get_logger("notifier.dispatch")

T = TypeVar("T")

REMEMBERED = 10_000
"""Threads of which it is known that an earlier run said no more in them."""


@dataclass(frozen=True)
class Threads:
    """Says what happened, for the configuration it was made from."""

    store: PatientStore
    clock: Clock
    delivery: Delivery
    present: Present
    tell: Tell
    metrics: Metrics
    jitter: Callable[[], float]
    limit: float  # seconds for one request
    _sure: dict[tuple[int, str], None] = field(default_factory=dict)  # threads, by alert and receipt

    async def go_on(self, thread: Thread, channel: Channel, spend: Callable[[], None]) -> Outcome:
        """Do what one thread needs next: look for a reply that may be there, or post one.

        Args:
            thread: in which something is to be said.
            channel: of its target.
            spend: called before a request is made.
        """
        if not channel.has_threads:
            await self._rest(thread)
            return Outcome()
        if thread.tried is not None and thread.tried_at is not None:
            spend()
            name = await self.store.read(lambda connection: _tried(connection, thread))
            return await self._look(thread, thread.tried, name, channel, thread.tried_at, thread.tried_at)
        found = await self.store.read(lambda connection: self._past(connection, thread))
        if found is None:
            await self._rest(thread)
            return Outcome()
        spend()
        if self._is_doubted(thread, found):
            name = _name(thread, found.mark, found.now.events)
            since = found.now.alert.opened_at
            return await self._look(thread, found.mark, name, channel, since, found.newest)
        return await self._say(thread, found, channel)

    def _is_doubted(self, thread: Thread, found: Past) -> bool:
        """May it have been said without our knowing? A copy of the store may have been put back."""
        key = (thread.alert_id, thread.receipt)
        return found.now.alert.opened_at < self.tell.boot_at and key not in self._sure

    def _be_sure(self, thread: Thread) -> None:
        """That was looked for which an earlier run may have said: what follows is ours."""
        if len(self._sure) >= REMEMBERED:
            self._sure.pop(next(iter(self._sure)))
        self._sure[thread.alert_id, thread.receipt] = None

    def _past(self, connection: Connection, thread: Thread) -> Past | None:
        now = self.present.of_alert(connection, thread.alert_id, thread.target)
        if now is None or self.tell.is_dry(now.alert):
            return None
        return past(connection, now, thread)

    async def _rest(self, thread: Thread) -> None:
        await self.store.write(lambda connection: threads.rest(connection, thread))

    async def _look(
        self, thread: Thread, tried: Mark, name: str, channel: Channel, since: int, happened_at: int
    ) -> Outcome:
        # Our clock may have been ahead then.
        looking = channel.has_reply(thread.receipt, name, min(since, self.clock.now()) - DAY)
        found = await self._try(looking, uncertain=False)
        if isinstance(found, Exception):
            # It may still be there, and nobody says it twice.
            return await self._failed(thread, found, happened_at, is_uncertain=True)
        if found:
            await self.store.write(lambda connection: threads.told(connection, thread, tried))
        else:
            self._be_sure(thread)
            await self.store.write(lambda connection: threads.absent(connection, thread))
        return Outcome(has_arrived=found)

    async def _say(self, thread: Thread, found: Past, channel: Channel) -> Outcome:
        now, began = self.clock.now(), self.clock.monotonic()
        history = found.history(_name(thread, found.mark, found.now.events))
        await self.store.write(lambda connection: threads.trying(connection, thread, found.mark, now))
        failure = await self._try(_reply(channel, thread.receipt, history), uncertain=True)
        seconds = self.clock.monotonic() - began
        if isinstance(failure, Exception):
            return await self._failed(thread, failure, found.newest, seconds=seconds)

        def record(connection: Connection) -> None:
            threads.told(connection, thread, found.mark)
            threads.rest(connection, thread)

        await self.store.write(record)
        self.metrics.sent(thread.target.receiver, Letter.HISTORY, Sent.SENT, seconds)
        return Outcome(has_arrived=True)

    async def _try(self, doing: Awaitable[T], *, uncertain: bool) -> T | Exception:
        try:
            async with asyncio.timeout(self.limit):
                return await doing
        except TimeoutError:
            return DeliveryTransient("no answer in time", uncertain=uncertain)
        except Exception as error:  # noqa: BLE001 - a reply that fails must not stop the sending
            return error

    async def _failed(
        self,
        thread: Thread,
        error: Exception,
        happened_at: int,
        *,
        is_uncertain: bool = False,
        seconds: float | None = None,
    ) -> Outcome:
        now = self.clock.now()
        judged = reply_verdict(thread.failures, happened_at, error, now, self.delivery, self.jitter())
        is_given_up = judged.next is not Next.RETRY

        def record(connection: Connection) -> None:
            if isinstance(error, EditRefused):
                threads.end(connection, thread)
                return
            if not (judged.uncertain or is_uncertain):
                threads.absent(connection, thread)
            if is_given_up:
                threads.rest(connection, thread)
            else:
                threads.postpone(connection, thread, now + judged.delay)
                # The others would meet with the same: one of them finds out when it has passed.
                pause = judged.delay if isinstance(error, RateLimited) else self.delivery.update_every
                threads.postpone_all(connection, thread.target, now + pause)

        await self.store.write(record)
        # Nobody misses a message by it.
        log.info(
            "what happened could not be said in a thread",
            alert=f"A{thread.alert_id}",
            target=str(thread.target),
            reason=judged.reason,
            next=judged.next.name.lower(),
            exc_info=None if isinstance(error, DeliveryError) else error,
        )
        outcome = Sent.DROPPED if is_given_up else Sent.RETRIED
        self.metrics.sent(thread.target.receiver, Letter.HISTORY, outcome, seconds)
        # What is refused here says nothing of the messages themselves, but for the credentials.
        return Outcome(failure=judged if judged.blame is Blame.SERVICE else None)


def _tried(connection: Connection, thread: Thread) -> str:
    assert thread.tried is not None, "nothing was tried"
    return _name(thread, thread.tried, events.events_of(connection, thread.alert_id))


def _name(thread: Thread, mark: Mark, story: Sequence[Event]) -> str:
    """The delivery id of a reply: the same for the same history below the same message."""
    said = [(event.kind, event.who, event.note) for event in story[thread.told.events : mark.events]]
    about = (thread.receipt, thread.alert_id, mark.events, mark.calls, mark.level)
    return delivery_id("history", *about, *said)


async def _reply(channel: Channel, receipt: str, history: History) -> None:
    try:
        await channel.reply(receipt, history)
    except PayloadBroken:
        await channel.reply(receipt, history, plain=True)
