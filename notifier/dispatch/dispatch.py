"""Which targets are due, and one worker for each: a target that hangs never delays another."""

import asyncio
import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.dispatch.deliver import Deliver
from notifier.dispatch.elsewhere import Elsewhere
from notifier.dispatch.lanes import Lanes
from notifier.dispatch.outages import Outages
from notifier.dispatch.set_back import SetBack
from notifier.dispatch.turns import Turns
from notifier.errors import StoreUnavailable
from notifier.host.health import Health
from notifier.loop import Wakes
from notifier.model import Target
from notifier.rules import Directory
from notifier.store import doubts, outbox_claims, outbox_held, outbox_views
from notifier.store.database import Connection, Database

log = structlog.get_logger("notifier.dispatch")

NAME = "dispatch"

WORKERS = 100
"""Targets that are told at the same time."""

SENDING = "sending"
"""Who met with a store that can't be used, for the health."""


@dataclass
class Dispatch:
    """Keeps one worker per target that something waits for."""

    database: Database
    clock: Clock
    channels: Mapping[str, Channel]
    directory: Directory
    deliver: Deliver
    health: Health
    wakes: Wakes
    boot: str  # names this run of the loop; claims of another are uncertain
    stop: asyncio.Event
    outages: Outages = field(init=False)
    set_back: SetBack = field(init=False)
    elsewhere: Elsewhere = field(init=False)
    turns: Turns = field(init=False)
    _workers: dict[Target, asyncio.Task[None]] = field(default_factory=dict)
    _busy: dict[Target, str] = field(default_factory=dict)  # the lanes that the workers are in
    _wanted: set[str] = field(default_factory=set)  # lanes in which others wait to tell something new
    _turns_had: dict[Target, int] = field(default_factory=dict)  # by those who are due again: their last one
    _count: int = 0  # of turns
    _store_failed: bool = False  # a worker met with it, and none has used it since
    _broken: BaseException | None = None

    def __post_init__(self) -> None:
        self.set_back = SetBack(self.database, self.clock, self.deliver.delivery)
        self.outages = Outages(
            clock=self.clock,
            delivery=self.deliver.delivery,
            jitter=self.deliver.jitter,
            channels=self.channels,
            directory=self.directory,
            troubles=self.health.troubles,
        )
        self.elsewhere = Elsewhere(
            self.database, self.clock, self.deliver.tell, self.outages, self.health.metrics
        )
        self.turns = Turns(
            database=self.database,
            clock=self.clock,
            channels=self.channels,
            directory=self.directory,
            deliver=self.deliver,
            outages=self.outages,
            lanes=Lanes(self.clock, self.stop),
            boot=self.boot,
            stop=self.stop,
            store_works=self._store_works,
            is_wanted=self._wanted.__contains__,
        )

    async def adopt(self) -> None:
        """Take over what an earlier run had under way."""
        now = self.clock.now()

        def release(connection: Connection) -> int:
            count = outbox_claims.release_claims(connection, self.boot, now)
            outbox_held.doubt_held(connection, self.deliver.tell.boot_at)
            doubts.doubt(connection, self.deliver.tell.boot_at)
            # The rules and calendars in force may be others than those that held it.
            outbox_held.hasten_held(connection, now)
            return count

        count = await self.database.write(release)
        if count:
            log.warning("notifications with unknown outcome found", count=count)

    async def step(self) -> int | None:
        """Start workers for what is due.

        Returns:
            When something is due next, UTC ms; None where nothing waits. A worker that ends wakes the loop.
        """
        self._raise_if_broken()
        now = self.clock.now()
        latest = self.set_back.latest()
        self.outages.hasten(latest)
        waiting, stale = await self.set_back.waiting(latest)
        if await self.elsewhere.look(target for target, _ in waiting if target not in self._workers):
            waiting, stale = await self.set_back.waiting(latest)
        await self._report(now)
        due = {target: max(at, self.outages.until(target)) for target, at in waiting}
        urgent = {target for target, at in due.items() if at <= now}
        for target, at in stale:
            ready_at = max(at, self.outages.until(target, editing=True))
            due[target] = min(ready_at, due.get(target, ready_at))
        next_at = self._start(due, urgent, now)
        return min(filter(None, (next_at, self.elsewhere.due_at)), default=None)

    async def _report(self, now: int) -> None:
        """How full the outbox is, and why, where somebody waits for long."""

        def look(connection: Connection) -> tuple[outbox_views.Depth, Target | None, str]:
            depth = outbox_views.depth(connection, now)
            oldest = outbox_views.oldest_due(connection, now)
            if oldest is None:
                return depth, None, ""
            return depth, oldest.target, outbox_views.trouble_of(connection, oldest.target)

        depth, target, reason = await self.database.read(look)
        held_up_by = f"{target}: {self.outages.reason(target) or reason}" if target else ""
        self.health.outbox(depth.oldest_due, depth.dead, held_up_by.removesuffix(": "))
        if self._store_failed and depth.waiting == 0 and not self._workers:
            self._store_works()  # nothing is left to send that would find it out
        self.outages.look(depth.dead)

    @property
    def is_working(self) -> bool:
        """Is anything being sent?"""
        return bool(self._workers)

    async def drain(self) -> None:
        """Wait until every worker has nothing more to do."""
        while self._workers:
            await asyncio.wait(self._workers.values())
        self._raise_if_broken()

    async def settle(self, seconds: float, hurry: asyncio.Event) -> None:
        """Begin nothing more, and let what is under way end, for so long or until there is a hurry."""
        self.stop.set()
        if not self._workers:
            return
        ended = asyncio.create_task(self.drain(), name="drain")
        hurried = asyncio.create_task(hurry.wait(), name="hurry")
        await asyncio.wait({ended, hurried}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in (ended, hurried):
            task.cancel()
        await asyncio.gather(ended, hurried, return_exceptions=True)

    async def aclose(self, seconds: float) -> None:
        """Stop: what is under way may end within so many seconds; what does not is uncertain."""
        self.stop.set()
        self.deliver.stop.set()
        if self._workers:
            _, late = await asyncio.wait(self._workers.values(), timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _raise_if_broken(self) -> None:
        if self._broken is not None:
            raise self._broken

    def _start(self, due: Mapping[Target, int], urgent: Collection[Target], now: int) -> int | None:
        """Those for whom messages are due come before those whose messages are only brought up to date."""
        self._wanted.clear()
        # Where all wait for one lane or service, each has its turn: a service may fail for one of them only.
        present = due.keys() | self._workers.keys()
        self._turns_had = {target: turn for target, turn in self._turns_had.items() if target in present}
        idle = {target: at for target, at in due.items() if target not in self._workers}
        ready = [target for target, at in idle.items() if at <= now]
        had = self._turns_had
        for target in sorted(ready, key=lambda one: (one not in urgent, had.get(one, 0), idle[one])):
            lane = self.turns.lane(target)
            # One worker per lane: those behind it must not keep others from theirs.
            is_free = len(self._workers) < WORKERS and lane not in self._busy.values()
            if is_free and not self._waits_for_trial(target):
                self._count += 1
                self._turns_had[target] = self._count
                self._busy[target] = lane
                task = asyncio.create_task(self.turns.take(target, lane), name=f"tell {target}")
                self._workers[target] = task
                task.add_done_callback(functools.partial(self._ended, target))
            elif target in urgent and not self._waits_for_trial(target):
                self._wanted.add(lane)
        return min((at for at in idle.values() if at > now), default=None)

    def _waits_for_trial(self, target: Target) -> bool:
        """Does another target find out just now whether their service works again?"""
        service = self.outages.service(target)
        return self.outages.is_trial(target) and any(
            self.outages.service(other) == service for other in self._workers
        )

    def _ended(self, target: Target, task: asyncio.Task[None]) -> None:
        del self._workers[target], self._busy[target]
        if not task.cancelled() and (error := task.exception()) is not None:
            self.outages.store_failed(target)
            self._store_failed = isinstance(error, StoreUnavailable)
            if not self._store_failed:
                self._broken = error
            elif self.health.store_failed(str(error), SENDING):
                log.warning("the store can't be used; sending waits", reason=str(error))
        self.wakes.wake(NAME)

    def _store_works(self) -> None:
        self._store_failed = False
        if self.health.store_ok(SENDING):
            log.info("the store works again")
