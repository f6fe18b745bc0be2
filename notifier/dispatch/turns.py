"""What a worker does for its target: message by message, until nothing is due or others want their turn."""

import asyncio
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.dispatch.deliver import Deliver
from notifier.dispatch.lanes import Lane, Lanes
from notifier.dispatch.outages import Outages
from notifier.dispatch.verdict import Outcome
from notifier.model import Target
from notifier.rules import Directory
from notifier.store import outbox_claims, threads, told
from notifier.store.database import Connection, Database
from notifier.store.gathering import Limits
from notifier.store.outbox_claims import Claim
from notifier.store.threads import Thread
from notifier.store.told import Told

T = TypeVar("T")

TURNS = 20
"""Messages to one target before another target in the same lane gets its turn."""

REDIRECTED = 100
"""Notifications to a target that is gone that are handed on in one transaction."""


@dataclass(frozen=True)
class Turns:
    """Tells targets of the configuration it was made from, one of them at a time in each lane."""

    database: Database
    clock: Clock
    channels: Mapping[str, Channel]
    directory: Directory
    deliver: Deliver
    outages: Outages
    lanes: Lanes
    boot: str  # names this run of the loop; claims of another are uncertain
    stop: asyncio.Event
    store_works: Callable[[], None]  # called whenever it was written to
    is_wanted: Callable[[str], bool]  # does a message wait for this lane, of whoever is not in it?

    def lane(self, target: Target) -> str:
        """The lane that a target is told in."""
        channel = self.channels.get(target.receiver)
        address = self.directory.address(target)
        return f"nowhere {target}" if channel is None or address is None else channel.lane(address)

    async def take(self, target: Target, lane_name: str) -> None:
        """Tell a target what is due, or others in its place, in so many turns at the most.

        Args:
            target: for whom no other worker is at it.
            lane_name: of the lane that it is told in.

        Raises:
            StoreError: the store can't be used.
        """
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
            async with self.lanes.turn(lane_name) as lane:
                # Others may have found out meanwhile that their common service does not work.
                if self.stop.is_set() or self.outages.until(target) > self.clock.now():
                    return
                more = await self._one(target, channel, address, lane, lane_name)
            # Asked before the next turn: who has nothing more to do must not keep a worker waiting for it.
            if not more or self.stop.is_set() or not await self._is_due(target):
                return

    async def _one(self, target: Target, channel: Channel, address: str, lane: Lane, lane_name: str) -> bool:
        """Send or edit one message, or say more below one; go on at once?"""
        claim = await self._claim(target, channel)
        if claim is not None:
            spend = functools.partial(lane.spend, channel.pace)
            outcome = await self.deliver.send(claim, channel, address, spend)
            if outcome.has_arrived:
                self.outages.told(target)
            return self._go_on(target, outcome)
        if self.is_wanted(lane_name):
            return False  # what is new to somebody comes first
        item = await self._stale(target)
        if item is None:
            return await self._say_more(target, channel, lane)
        edits = self.deliver.edits
        if edits.can_edit(item, channel):
            lane.spend(channel.pace)
        outcome = await edits.bring_up_to_date(item, channel)
        if outcome.has_arrived:
            self.outages.edited(target)
        return self._go_on(target, outcome, editing=True)

    async def _say_more(self, target: Target, channel: Channel, lane: Lane) -> bool:
        """What happened is said below a message once nothing else is to be told; go on at once?"""
        thread = await self._owing(target)
        if thread is None:
            return False
        spend = functools.partial(lane.spend, channel.pace)
        outcome = await self.deliver.threads.go_on(thread, channel, spend)
        if outcome.has_arrived:
            self.outages.said(target)
        return self._go_on(target, outcome, editing=True)

    def _go_on(self, target: Target, outcome: Outcome, *, editing: bool = False) -> bool:
        return outcome.failure is None or self.outages.failed(target, outcome.failure, editing=editing)

    async def _is_due(self, target: Target) -> bool:
        now = self.clock.now()
        waits = await self.database.read(lambda connection: outbox_claims.is_due(connection, target, now))
        return waits or await self._stale(target) is not None or await self._owing(target) is not None

    async def _claim(self, target: Target, channel: Channel) -> Claim | None:
        limits = Limits(self.deliver.delivery.burst, channel.summary_size)
        now = self.clock.now()

        def claim(connection: Connection) -> Claim | None:
            self.deliver.gatekeeper.drop_settled(connection, target)
            return outbox_claims.claim(connection, target, self.boot, now, limits)

        return await self._written(target, claim)

    async def _written(self, target: Target, work: Callable[[Connection], T]) -> T:
        result = await self.database.write(work)
        self.outages.store_ok(target)
        self.store_works()
        return result

    async def _stale(self, target: Target) -> Told | None:
        now = self.clock.now()
        if self.outages.until(target, editing=True) > now:
            return None
        return await self.database.read(lambda connection: told.stale_for(connection, target, now))

    async def _owing(self, target: Target) -> Thread | None:
        now = self.clock.now()
        if self.outages.until(target, editing=True) > now:
            return None
        return await self.database.read(lambda connection: threads.due(connection, target, now))

    async def _redirect_all(self, target: Target) -> None:
        reason = "receiver is gone" if target.receiver not in self.channels else "no address any more"
        await self._redirect_due(target, reason)
        while (item := await self._stale(target)) is not None:
            await self.deliver.edits.leave(item)
        if await self._owing(target) is not None:
            await self._written(target, lambda connection: threads.rest_all(connection, target))

    async def _redirect_due(self, target: Target, reason: str, *, to_deputy: bool = False) -> None:
        now = self.clock.now()
        while rows := await self._written(
            target,
            lambda connection: outbox_claims.claim_many(connection, target, self.boot, now, REDIRECTED),
        ):
            await self.deliver.redirect(rows, reason, to_deputy=to_deputy)
