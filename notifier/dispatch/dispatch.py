"""Which targets are due, and one worker for each: a target that hangs never delays another."""

import asyncio
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.dispatch.deliver import Deliver
from notifier.dispatch.holds import Holds
from notifier.dispatch.lanes import Lane, Lanes
from notifier.dispatch.verdict import Blame, Verdict, backoff
from notifier.errors import StoreUnavailable
from notifier.host.health import Health
from notifier.loop import Wakes
from notifier.model import Target
from notifier.rules import Directory
from notifier.store import outbox, outbox_views, told
from notifier.store.database import Database
from notifier.store.outbox import OutboxRow
from notifier.store.told import Told

log = structlog.get_logger("notifier.dispatch")

NAME = "dispatch"

WORKERS = 100
"""Targets that are told at the same time."""

TURNS = 20
"""Messages to one target before another target in the same lane gets its turn."""

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
    _workers: dict[Target, asyncio.Task[None]] = field(default_factory=dict)
    _busy: dict[Target, str] = field(default_factory=dict)  # the lanes that the workers are in
    _holds: Holds = field(default_factory=Holds)
    _broken: BaseException | None = None

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.clock, self.stop)

    async def adopt(self) -> None:
        """Take over what an earlier run had under way."""
        now = self.clock.now()
        count = await self.database.write(
            lambda connection: outbox.release_claims(connection, self.boot, now)
        )
        if count:
            log.warning("notifications with unknown outcome found", count=count)

    async def step(self) -> int | None:
        """Start workers for what is due.

        Returns:
            When something is due next, UTC ms; None where nothing waits. A worker that ends wakes the loop.
        """
        self._raise_if_broken()
        now = self.clock.now()
        waiting = await self.database.read(outbox.waiting_targets)
        stale = await self.database.read(told.stale_targets)
        depth = await self.database.read(lambda connection: outbox_views.depth(connection, now))
        self.health.outbox(depth.oldest_due, depth.dead)
        due = {target: max(at, self._holds.until(target, target.receiver)) for target, at in waiting}
        for target, at in stale:
            ready_at = max(at, self._holds.until(target, target.receiver, _editing(target)))
            due[target] = min(ready_at, due.get(target, ready_at))
        return self._start(due, now)

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
        for target, at in sorted(due.items(), key=lambda item: item[1]):
            if target in self._workers:
                continue
            if at > now:
                next_at = at
                break
            lane = self._lane(target)
            # One worker per lane: those behind it must not keep others from theirs.
            if len(self._workers) < WORKERS and lane not in self._busy.values():
                self._busy[target] = lane
                task = asyncio.create_task(self._work(target), name=f"tell {target}")
                self._workers[target] = task
                task.add_done_callback(functools.partial(self._ended, target))
        return next_at

    def _ended(self, target: Target, task: asyncio.Task[None]) -> None:
        del self._workers[target], self._busy[target]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._hold(target)
            if not isinstance(error, StoreUnavailable):
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
        for _ in range(TURNS):
            async with self.lanes.turn(self._busy[target]) as lane:
                if self.stop.is_set():
                    return
                more = await self._one(target, channel, address, lane)
            # Asked before the next turn: who has nothing more to do must not keep a worker waiting for it.
            if not more or self.stop.is_set() or not await self._is_due(target):
                return

    async def _one(self, target: Target, channel: Channel, address: str, lane: Lane) -> bool:
        """Send or edit one message; go on at once?"""
        row = await self._claim(target)
        if row is not None:
            lane.spend(channel.pace)
            return self._go_on(target, target, await self.deliver.send(row, channel, address))
        item = await self._stale(target)
        if item is None:
            return False
        if channel.can_edit:
            lane.spend(channel.pace)
        judged = await self.deliver.edits.bring_up_to_date(item, channel)
        return self._go_on(target, _editing(target), judged)

    def _lane(self, target: Target) -> str:
        channel = self.channels.get(target.receiver)
        address = self.directory.address(target)
        return f"nowhere {target}" if channel is None or address is None else channel.lane(address)

    async def _is_due(self, target: Target) -> bool:
        now = self.clock.now()
        waits = await self.database.read(lambda connection: outbox.is_due(connection, target, now))
        return waits or await self._stale(target) is not None

    async def _claim(self, target: Target) -> OutboxRow | None:
        now = self.clock.now()
        row = await self.database.write(lambda connection: outbox.claim(connection, target, self.boot, now))
        if self.health.store_ok(SENDING):
            log.info("the store works again")
        return row

    async def _stale(self, target: Target) -> Told | None:
        now = self.clock.now()
        if self._holds.until(_editing(target)) > now:
            return None
        return await self.database.read(lambda connection: told.stale_for(connection, target, now))

    def _go_on(self, target: Target, what: object, judged: Verdict | None) -> bool:
        if judged is None or judged.blame is Blame.NOTHING:
            self._holds.release(what, target.receiver)
            return True
        self._hold(target.receiver if judged.blame is Blame.CHANNEL else what, judged.delay)
        return False

    def _hold(self, what: object, least: int = 0) -> None:
        wait = backoff(self._holds.failures(what) + 1, self.deliver.delivery, self.deliver.jitter())
        self._holds.hold(what, self.clock.now() + max(wait, least))

    async def _redirect_all(self, target: Target) -> None:
        reason = "receiver is gone" if target.receiver not in self.channels else "no address any more"
        while (row := await self._claim(target)) is not None:
            await self.deliver.redirect(row, reason)
        while (item := await self._stale(target)) is not None:
            await self.deliver.edits.leave(item)


def _editing(target: Target) -> tuple[str, Target]:
    """What is held where a target's messages can't be edited for now; new ones go on."""
    return ("edit", target)
