"""Asks the store: never twice at a time, and never for longer than a caller may wait."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from notifier.errors import StoreError

T = TypeVar("T")


class StoreProbe(Generic[T]):
    """Everybody who asks while a question is under way gets its answer.

    A store that hangs would otherwise gather one more waiting question with each request.

    Args:
        question: what the store is asked; raises StoreError where it does not work.
        limit: seconds to wait for the answer.
    """

    def __init__(self, question: Callable[[], Awaitable[T]], limit: float) -> None:
        self._question = question
        self._limit = limit
        self._task: asyncio.Task[tuple[T | None, str]] | None = None

    async def ask(self) -> tuple[T | None, str]:
        """The answer, and what is wrong with the store; "" where it works."""
        task = self._task
        if task is None or task.done():
            task = self._task = asyncio.create_task(self._outcome(), name="store probe")
        done, _ = await asyncio.wait([task], timeout=self._limit)
        return task.result() if done else (None, f"no answer within {self._limit:g} s")

    async def cancel(self) -> None:
        """Give up a question that is under way."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _outcome(self) -> tuple[T | None, str]:
        try:
            return await self._question(), ""
        except StoreError as error:
            return None, str(error) or type(error).__name__
        except Exception as error:  # noqa: BLE001 - a fault of ours must show on the page, not break it
            return None, f"the question failed: {type(error).__name__}"
