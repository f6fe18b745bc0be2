"""Time as an argument: the only place that reads a clock or waits."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What the loops know of time. Tests pass one that stands still until it is told to move."""

    def now(self) -> int:
        """The wall clock, UTC, in ms since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards, for intervals within this process."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        ...

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait until the event is set, but no longer than so many seconds; was it set?"""
        ...


class Offset:
    """Between a clock's two times: by it one sees that the wall clock was set."""

    NOTICED = 1_000
    """ms; less is no matter, and clocks are adjusted by little all the time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accepted = self._measured()

    def was_set_back(self) -> bool:
        """Does the wall clock show less than it would, had it gone on since this was accepted last?"""
        return self._measured() < self._accepted - self.NOTICED

    def accept(self) -> None:
        """From now on the wall clock counts as right."""
        self._accepted = self._measured()

    def _measured(self) -> float:
        return self._clock.now() - self._clock.monotonic() * 1000


class SystemClock:
    """The real one."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        return True
