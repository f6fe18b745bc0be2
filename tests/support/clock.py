"""A clock that stands still until it is told to move."""

import asyncio

START = 1_790_000_000_000  # UTC ms: an instant in September 2026


class FakeClock:
    """Sleeping moves it on at once; what was slept is kept in `slept`."""

    def __init__(self, now: int = START) -> None:
        self.ms = now
        self.elapsed = 0.0
        self.slept: list[float] = []

    def now(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.elapsed

    def advance(self, ms: int) -> None:
        self.ms += ms
        self.elapsed += ms / 1000

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(round(seconds * 1000))
        await asyncio.sleep(0)  # noqa: TID251 - gives way, waits for nothing

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        await asyncio.sleep(0)  # noqa: TID251 - gives way, waits for nothing
        if event.is_set():
            return True
        await self.sleep(seconds)
        return event.is_set()
