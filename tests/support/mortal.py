"""A process that is killed between two transactions: which one is for the test to choose."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from notifier.store.database import Connection, Database
from tests.support.exchange import Killed
from tests.support.world import World
from tests.support.writing import pragma

T = TypeVar("T")


class MortalDatabase(Database):
    """The store; the process is killed just before it commits for the n-th time, and lives on after that."""

    lives_for: int | None = None  # transactions

    async def write(self, work: Callable[[Connection], T], after: Callable[[], None] | None = None) -> T:
        if self.lives_for is not None:
            self.lives_for -= 1
            if self.lives_for < 0:
                self.lives_for = None
                raise Killed
        return await super().write(work, after)


async def mortal(world: World) -> MortalDatabase:
    """Give a world such a store."""
    world.database.close()
    database = MortalDatabase(world.path)
    world.database = database
    pragma(world.database, "synchronous=OFF")
    await world.restart()
    return database


async def survive(world: World, *steps: Callable[[], Awaitable[object]]) -> bool:
    """Do these; killed on the way, start again and do all of them once more. Was it?"""
    try:
        for step in steps:
            await step()
    except Killed:
        await world.restart()
        for step in steps:
            await step()
        return True
    return False
