"""Asks the store whether it works: never twice at a time, and never for longer than a caller may wait."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from notifier.errors import StoreError

Probe: TypeAlias = Callable[[], Awaitable[None]]
"""Returns where the store works, else raises StoreError."""


class StoreProbe:
    """Everybody who asks while a question is under way gets its answer.

    A store that hangs would otherwise gather one more waiting question with each request.

    Args:
        probe: asks the store.
        limit: seconds to wait for the answer.
    """

    def __init__(self, probe: Probe, limit: float) -> None:
        self._probe = probe
        self._limit = limit
        self._task: asyncio.Task[str] | None = None

    async def ask(self) -> str:
        """What is wrong with the store; "" where it works."""
        task = self._task
        if task is None or task.done():
            task = self._task = asyncio.create_task(self._outcome(), name="store probe")
        done, _ = await asyncio.wait([task], timeout=self._limit)
        return task.result() if done else f"no answer within {self._limit:g} s"

    async def cancel(self) -> None:
        """Give up a question that is under way."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _outcome(self) -> str:
        try:
            await self._probe()
        except StoreError as error:
            return str(error) or type(error).__name__
        except Exception as error:  # noqa: BLE001 - a fault of ours must show on the page, not break it
            return f"the question failed: {type(error).__name__}"
        return ""
