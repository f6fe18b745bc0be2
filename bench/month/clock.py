"""Time that passes as soon as nothing else is to be done: a month of loops, timers and timeouts in minutes.

The event loop's own time is virtual, so that whatever waits by asyncio does so in it: nothing of notifier is
replaced but the clock that it is given.
"""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any


class NothingLeft(RuntimeError):
    """Everybody waits for somebody else."""


class _Skipping(selectors.SelectSelector):
    """Never waits: where it would, the time is over at once."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0  # seconds

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise NothingLeft("nothing is left to happen, and somebody waits for it")
        self.passed += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs what is ready, then jumps to the next timer. There are no sockets in it, and no threads.

    What would run on another thread runs at once: the order of everything is the same in every run.
    """

    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.passed

    def run_in_executor(  # type: ignore[override] # the base's return type is narrower than its own contract
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        del executor
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whoever awaits it gets it, as from a thread
            future.set_exception(error)
        return future


class VirtualClock:
    """A ``Clock`` by the time of the loop that runs.

    Args:
        begin: when the loop began, UTC ms.
    """

    def __init__(self, begin: int) -> None:
        self._begin = begin

    def now(self) -> int:
        return self._begin + round(self.monotonic() * 1000)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def until(self, instant: int) -> None:
        """Wait for an instant, UTC ms; not at all where it is past."""
        await asyncio.sleep(max(0, instant - self.now()) / 1000)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        return True
