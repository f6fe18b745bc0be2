"""Time that runs faster, so that minutes of the rules are seconds of whoever watches."""

import asyncio

from notifier.clock import Clock


class FastClock:
    """A clock for all that takes part: only whoever looks at another one sees that it is fast.

    Args:
        clock: the real one.
        speed: seconds that pass for each second of it, more than 0.
    """

    def __init__(self, clock: Clock, speed: float) -> None:
        self._clock = clock
        self._speed = speed
        self._began_at = clock.now()
        self._began = clock.monotonic()

    def now(self) -> int:
        """UTC, in ms; right when it was made, and more and more ahead."""
        return self._began_at + round((self._clock.now() - self._began_at) * self._speed)

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return self._began + (self._clock.monotonic() - self._began) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Wait for so many of its seconds."""
        await self._clock.sleep(seconds / self._speed)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait until the event is set, but no longer than so many of its seconds; was it set?"""
        return await self._clock.wait(event, seconds / self._speed)
