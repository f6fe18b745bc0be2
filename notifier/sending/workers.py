"""Tasks that send, one at a time for each target: a target that hangs never delays another."""

import asyncio
import functools
from collections.abc import Callable, Coroutine, Iterator

from notifier.model import Target


class Workers:
    """Those that are at work.

    Args:
        name: of the loop that they work for.
        ended: called when one has ended.
    """

    def __init__(self, name: str, ended: Callable[[], None]) -> None:
        self._name = name
        self._ended = ended
        self._tasks: dict[Target, asyncio.Task[None]] = {}
        self._broken: BaseException | None = None

    def __contains__(self, target: object) -> bool:
        return target in self._tasks

    def __iter__(self) -> Iterator[Target]:
        return iter(tuple(self._tasks))

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, target: Target, work: Coroutine[None, None, None]) -> None:
        """Let one begin for a target that has none."""
        task = asyncio.create_task(work, name=f"{self._name} for {target}")
        self._tasks[target] = task
        task.add_done_callback(functools.partial(self._end, target))

    def raise_if_broken(self) -> None:
        """Raise what one of them has died of."""
        if self._broken is not None:
            raise self._broken

    async def drain(self) -> None:
        """Wait until what is under way has ended."""
        while self._tasks:
            await asyncio.wait(self._tasks.values())

    async def settle(self, seconds: float, hurry: asyncio.Event) -> None:
        """Let what is under way end, for so long or until there is a hurry."""
        ended = asyncio.create_task(self.drain(), name=f"drain {self._name}")
        hurried = asyncio.create_task(hurry.wait(), name=f"hurry {self._name}")
        await asyncio.wait({ended, hurried}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in (ended, hurried):
            task.cancel()
        await asyncio.gather(ended, hurried, return_exceptions=True)

    async def aclose(self, seconds: float) -> None:
        """What is under way may end within so many seconds; what does not is cut off."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks.values(), timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _end(self, target: Target, task: asyncio.Task[None]) -> None:
        del self._tasks[target]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken = error
        self._ended()
