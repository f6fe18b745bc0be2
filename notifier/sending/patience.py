"""Using the store for what is under way, however long the store takes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from notifier.clock import Clock
from notifier.errors import StoreUnavailable
from notifier.store.database import Connection, Database

T = TypeVar("T")

log = structlog.get_logger("notifier.sending")


@dataclass(frozen=True)
class PatientStore:
    """The store for a claimed message: it is ours until its result is recorded.

    Nobody else would take it up before a restart, and a result that is lost is sent twice.
    """

    database: Database
    clock: Clock
    stop: asyncio.Event
    every: int  # ms between two tries

    async def read(self, view: Callable[[Connection], T]) -> T:
        """Like ``Database.read``, as often as it takes.

        Raises:
            StoreUnavailable: it could not be used until everything stopped.
        """
        return await self._insist(lambda: self.database.read(view))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Like ``Database.write``, as often as it takes.

        Raises:
            StoreUnavailable: it could not be used until everything stopped.
        """
        return await self._insist(lambda: self.database.write(work))

    async def _insist(self, use: Callable[[], Awaitable[T]]) -> T:
        tries = 0
        while True:
            try:
                return await use()
            except StoreUnavailable as error:
                tries += 1
                if tries == 1:
                    log.warning("the store can't be used in mid-delivery; trying again", reason=str(error))
                if await self.clock.wait(self.stop, self.every / 1000):
                    raise
