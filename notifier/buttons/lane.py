"""What is done one after another, apart from whoever asks for it; there is room for so much only."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger("notifier.buttons")

T = TypeVar("T")


class Lane(Generic[T]):
    """A queue, and who works on it.

    Args:
        name: of its tasks.
        work: does one thing; what it raises is logged, and harms nothing else.
        workers: how many are done at a time.
        size: how many may wait.
    """

    def __init__(self, name: str, work: Callable[[T], Awaitable[None]], *, workers: int, size: int) -> None:
        self._name = name
        self._work = work
        self._most_workers = workers
        self._queue: asyncio.Queue[T] = asyncio.Queue(size)
        self._workers: list[asyncio.Task[None]] = []
        self._under_way: list[T] = []
        self._is_closed = False

    def offer(self, item: T) -> bool:
        """Let it be done; False where there is no room, or it is closed."""
        if self._is_closed:
            return False
        try:
            self._queue.put_nowait(item)
        except asyncio.QueueFull:
            return False
        if len(self._workers) < self._most_workers:
            self._workers.append(asyncio.create_task(self._go_on(), name=self._name))
        return True

    async def drain(self) -> None:
        """Wait until all is done."""
        await self._queue.join()

    async def aclose(self) -> list[T]:
        """Cut off what is not done, and return it; what was under way may have been done all the same."""
        self._is_closed = True
        left = list(self._under_way)
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        while not self._queue.empty():
            left.append(self._queue.get_nowait())
        return left

    async def _go_on(self) -> None:
        while True:
            item = await self._queue.get()
            self._under_way.append(item)
            try:
                await self._work(item)
            except Exception:
                log.exception("a press of a button could not be seen to")
            finally:
                self._under_way.remove(item)
                self._queue.task_done()
