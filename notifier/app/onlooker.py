"""What another process writes to the store is seen to at once, not only when a loop would look anyway."""

from dataclasses import dataclass

from notifier.loop import Wakes
from notifier.store.database import Database

NAME = "onlooker"

EVERY = 2.0
"""Seconds between two looks, each of which takes microseconds."""


@dataclass
class Onlooker:
    """Wakes the loops that a person's commands make work for."""

    database: Database
    wakes: Wakes

    async def step(self) -> float:
        """Look once; returns how many seconds to wait until the next."""
        if await self.database.changed_elsewhere():
            self.wakes.wake("lifecycle", "dispatch")
        return EVERY
