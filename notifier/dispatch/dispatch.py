"""Which targets are due, and one worker for each: a target that hangs never delays another."""

import asyncio
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.dispatch.deliver import Deliver
from notifier.dispatch.lanes import Lane, Lanes
from notifier.dispatch.outages import Outages
from notifier.dispatch.set_back import SetBack
from notifier.dispatch.verdict import Outcome
from notifier.errors import StoreUnavailable
from notifier.host.health import Health
from notifier.loop import Wakes
from notifier.model import Target
from notifier.rules import Directory
from notifier.store import doubts, outbox_claims, outbox_held, outbox_views, told
from notifier.store.database import Connection, Database
from notifier.store.gathering import Limits
from notifier.store.outbox_claims import Claim
from notifier.store.told import Told

T = TypeVar("T")

log = structlog.get_logger("notifier.dispatch")

NAME = "dispatch"

WORKERS = 100
"""Targets that are told at the same time."""

TURNS = 20
"""Messages to one target before another target in the same lane gets its turn."""

REDIRECTED = 100
"""Notifications to a target that is gone that are handed on in one transaction."""

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
    lanes: Lanes = field(init=False)
    outages: Outages = field(init=False)
    set_back: SetBack = field(init=False)
    _workers: dict[Target, asyncio.Task[None]] = field(default_factory=dict)
    _busy: dict[Target, str] = field(default_factory=dict)  # the lanes that the workers are in
    _trials: dict[Target, int] = field(default_factory=dict)  # who tried a service that fails: its last turn
    _store_failed: bool = False  # a worker met with it, and none has used it since
    _broken: BaseException | None = None

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.clock, self.stop)
        self.set_back = SetBack(self.database, self.clock, self.deliver.delivery)
        self.outages = Outages(
            clock=self.clock,
            delivery=self.deliver.delivery,
            jitter=self.deliver.jitter,
            channels=self.channels,
            directory=self.directory,
            troubles=self.health.troubles,
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
        await self._report(now)
        due = {target: max(at, self.outages.until(target)) for target, at in waiting}
        for target, at in stale:
            ready_at = max(at, self.outages.until(target, editing=True))
            due[target] = min(ready_at, due.get(target, ready_at))
        return self._start(due, now)

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

    def _start(self, due: Mapping[Target, int], now: int) -> int | None:
        next_at: int | None = None
        # Where all wait for one service, each has its turn: it may fail for one of them only.
        self._trials = {target: turn for target, turn in self._trials.items() if target in due}
        for target, at in sorted(due.items(), key=lambda item: (item[1], self._trials.get(item[0], 0))):
            if target in self._workers:
                continue
            if at > now:
                next_at = at
                break
            lane = self._lane(target)
            # One worker per lane: those behind it must not keep others from theirs.
            is_free = len(self._workers) < WORKERS and lane not in self._busy.values()
            if is_free and not self._waits_for_trial(target):
                if self.outages.is_trial(target):
                    self._trials[target] = max(self._trials.values(), default=0) + 1
                self._busy[target] = lane
                task = asyncio.create_task(self._work(target), name=f"tell {target}")
                self._workers[target] = task
                task.add_done_callback(functools.partial(self._ended, target))
        return next_at

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

    async def _work(self, target: Target) -> None:
        channel = self.channels.get(target.receiver)
        address = self.directory.address(target)
        if channel is None or address is None:
            await self._redirect_all(target)
            return
        away = self.directory.absence(target, self.clock.now())
        if away:
            # What they were told before is still kept up to date.
            await self._redirect_due(target, away, to_deputy=True)
        for _ in range(TURNS):
            async with self.lanes.turn(self._busy[target]) as lane:
                # Others may have found out meanwhile that their common service does not work.
                if self.stop.is_set() or self.outages.until(target) > self.clock.now():
                    return
                more = await self._one(target, channel, address, lane)
            # Asked before the next turn: who has nothing more to do must not keep a worker waiting for it.
            if not more or self.stop.is_set() or not await self._is_due(target):
                return

    async def _one(self, target: Target, channel: Channel, address: str, lane: Lane) -> bool:
        """Send or edit one message; go on at once?"""
        claim = await self._claim(target, channel)
        if claim is not None:
            spend = functools.partial(lane.spend, channel.pace)
            outcome = await self.deliver.send(claim, channel, address, spend)
            if outcome.has_arrived:
                self.outages.told(target)
            return self._go_on(target, outcome)
        item = await self._stale(target)
        if item is None:
            return False
        edits = self.deliver.edits
        if edits.can_edit(item, channel):
            lane.spend(channel.pace)
        outcome = await edits.bring_up_to_date(item, channel)
        if outcome.has_arrived:
            self.outages.edited(target)
        return self._go_on(target, outcome, editing=True)

    def _go_on(self, target: Target, outcome: Outcome, *, editing: bool = False) -> bool:
        return outcome.failure is None or self.outages.failed(target, outcome.failure, editing=editing)

    def _lane(self, target: Target) -> str:
        channel = self.channels.get(target.receiver)
        address = self.directory.address(target)
        return f"nowhere {target}" if channel is None or address is None else channel.lane(address)

    async def _is_due(self, target: Target) -> bool:
        now = self.clock.now()
        waits = await self.database.read(lambda connection: outbox_claims.is_due(connection, target, now))
        return waits or await self._stale(target) is not None

    async def _claim(self, target: Target, channel: Channel) -> Claim | None:
        limits = Limits(self.deliver.delivery.burst, channel.summary_size)
        now = self.clock.now()

        def claim(connection: Connection) -> Claim | None:
            self.deliver.gatekeeper.drop_settled(connection, target)
            return outbox_claims.claim(connection, target, self.boot, now, limits)

        return await self._take(target, claim)

    async def _take(self, target: Target, work: Callable[[Connection], T]) -> T:
        taken = await self.database.write(work)
        self.outages.store_ok(target)
        self._store_works()
        return taken

    def _store_works(self) -> None:
        self._store_failed = False
        if self.health.store_ok(SENDING):
            log.info("the store works again")

    async def _stale(self, target: Target) -> Told | None:
        now = self.clock.now()
        if self.outages.until(target, editing=True) > now:
            return None
        return await self.database.read(lambda connection: told.stale_for(connection, target, now))

    async def _redirect_all(self, target: Target) -> None:
        reason = "receiver is gone" if target.receiver not in self.channels else "no address any more"
        await self._redirect_due(target, reason)
        while (item := await self._stale(target)) is not None:
            await self.deliver.edits.leave(item)

    async def _redirect_due(self, target: Target, reason: str, *, to_deputy: bool = False) -> None:
        now = self.clock.now()
        while rows := await self._take(
            target,
            lambda connection: outbox_claims.claim_many(connection, target, self.boot, now, REDIRECTED),
        ):
            await self.deliver.redirect(rows, reason, to_deputy=to_deputy)
