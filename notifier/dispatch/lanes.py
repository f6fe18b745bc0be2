"""Pace: messages of one lane go one after another, so far apart as its channel asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from notifier.clock import Clock


@dataclass
class Lane:
    """One queue towards the remote side."""

    clock: Clock
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0  # monotonic seconds

    def spend(self, pace: float) -> None:
        """A request is about to be made: the next turn comes so many seconds later."""
        self.free_at = self.clock.monotonic() + pace


class Lanes:
    """All lanes, by name."""

    def __init__(self, clock: Clock, stop: asyncio.Event) -> None:
        self._clock = clock
        self._stop = stop
        self._lanes: dict[str, Lane] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[Lane]:
        """Wait for this lane's next turn, or until everything stops. A turn that nobody spends is free."""
        lane = self._lanes.setdefault(name, Lane(self._clock))
        async with lane.lock:
            wait = lane.free_at - self._clock.monotonic()
            if wait > 0:
                await self._clock.wait(self._stop, wait)
            yield lane
