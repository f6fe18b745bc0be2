"""What is in trouble comes into the store, and from there to ops: one message at a time for each target."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.host.health import Health
from notifier.host.troubles import Trouble
from notifier.loop import Wakes
from notifier.model import NoticeKind, Target
from notifier.notices.lookout import EVERY, Lookout
from notifier.notices.obstacles import Obstacles
from notifier.notices.record import Record, Waiting
from notifier.notices.teller import Teller
from notifier.rules import Directory
from notifier.sending.verdict import longest_wait
from notifier.sending.workers import Workers
from notifier.store import notices
from notifier.store.database import Connection, Database
from notifier.store.notices import StoredNotice, Telling

log = structlog.get_logger("notifier.notices")

NAME = "notices"

PACE = 1_000
"""ms between two messages to one target."""

_OF_SOURCES = frozenset(
    {
        NoticeKind.SOURCE_REFUSED,
        NoticeKind.SOURCE_FAILING,
        NoticeKind.SOURCE_SILENT,
        NoticeKind.CLOCK_SKEW,  # of an account
        NoticeKind.REJECTS,
    }
)


@dataclass
class Notices:
    """Keeps the store and ops up with what is in trouble; without ops, or in a dry run, the store alone."""

    database: Database
    clock: Clock
    health: Health
    wakes: Wakes
    channels: Mapping[str, Channel]
    directory: Directory
    audience: Collection[Target]
    lookout: Lookout
    teller: Teller
    stop: asyncio.Event
    _look_at: int = 0  # UTC ms
    _tried_at: dict[Target, int] = field(default_factory=dict)  # UTC ms
    _workers: Workers = field(init=False)

    def __post_init__(self) -> None:
        self._workers = Workers(NAME, lambda: self.wakes.wake(NAME))

    async def adopt(self) -> None:
        """Take over what an earlier run or configuration left; nothing is sent by it.

        Raises:
            StoreUnavailable: the store can't be used now; may be tried again.
        """
        now = self.clock.now()
        count = await self.database.write(lambda connection: notices.release_all(connection, now))
        if count:
            log.warning("messages to ops with unknown outcome found", count=count)
        troubles = self.health.troubles
        stored = await self.database.read(notices.raised)
        troubles.adopt(Trouble(one.kind, one.subject, one.reason, one.raised_at) for one in stored)
        for trouble in troubles.active():
            if self._is_gone(trouble):
                troubles.clear(trouble.kind, trouble.subject)

    async def step(self) -> int | None:
        """Look around, write down what has changed, and begin to tell whom it concerns.

        Returns:
            When something is due next, UTC ms. A worker that ends wakes the loop.
        """
        self._workers.raise_if_broken()
        now = self.clock.now()
        if not self._look_at - EVERY <= now < self._look_at:  # also where the clock was set back
            self._look_at = now + EVERY
            await self.lookout.look()
        troubles = self.health.troubles
        ended = troubles.ended()
        record = Record(troubles.active(), ended, self.audience, now)
        waiting = await self.database.write(record.write)
        troubles.forget(ended)
        due, next_at = self._sorted_out(waiting, now)
        if due:
            await self._start(due, now)
        return min(self._look_at, next_at)

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
        self.stop.set()
        await self._workers.aclose(seconds)

    def _is_gone(self, trouble: Trouble) -> bool:
        """Is it one of a source that is read no more? Of targets and services, dispatch knows."""
        if trouble.kind is NoticeKind.SOURCE_SILENT and self.lookout.quiet_after is None:
            return True
        accounts = {source.partition("/")[0] for source in self.lookout.sources}
        return trouble.kind in _OF_SOURCES and trouble.subject not in {*self.lookout.sources, *accounts}

    def _sorted_out(self, waiting: Collection[Waiting], now: int) -> tuple[list[int], int]:
        """The tellings that are due, one for each target; and when the next is due, UTC ms."""
        due: dict[Target, int] = {}
        next_at = now + EVERY
        for one in sorted(waiting, key=lambda each: (each.telling.next_at, each.telling.id)):
            target = one.telling.target
            at = self._due_at(one, now)
            if at is None or target in self._workers or target in due:
                continue
            if at <= now:
                due[target] = one.telling.id
            else:
                next_at = min(next_at, at)
        return list(due.values()), next_at

    async def _start(self, due: Collection[int], now: int) -> None:
        """Claim them, and let workers tell them."""

        def claim(connection: Connection) -> list[tuple[StoredNotice, Telling]]:
            claimed = (notices.claim(connection, telling_id, now) for telling_id in due)
            return [found for found in claimed if found is not None]

        for notice, telling in await self.database.write(claim):
            target = telling.target
            self._tried_at[target] = now
            self._workers.start(target, self._work(notice, telling))

    def _due_at(self, one: Waiting, now: int) -> int | None:
        """When it may be sent; None: when something else has happened."""
        target, next_at = one.telling.target, one.telling.next_at
        tried_at = self._tried_at.get(target, 0)
        # What lies too far ahead is of a clock that was set back.
        if tried_at > now:
            tried_at = 0
        if next_at > now + longest_wait(self.teller.delivery):
            next_at = now
        free_at = self._obstacles(target).free_at(one.kind, one.subject, tried_at, now)
        return None if free_at is None else max(next_at, tried_at + PACE, free_at)

    def _obstacles(self, target: Target) -> Obstacles:
        return Obstacles.of(target, self.channels[target.receiver].service, self.health.troubles.active())

    async def _work(self, notice: StoredNotice, telling: Telling) -> None:
        target = telling.target
        address = self.directory.address(target)
        assert address is not None, "the audience has addresses"
        if await self.teller.tell(notice, telling, self.channels[target.receiver], address):
            for trouble in self._obstacles(target).troubles:
                self.health.troubles.clear(trouble.kind, trouble.subject)
