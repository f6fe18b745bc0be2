"""A world with digests: their loop is stepped by hand, beside those that read TeleCMI."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from notifier.digests import Digests, digests_of
from notifier.store import schema
from notifier.store.digests import DigestRow, _row
from tests.support.channel import SentDigest
from tests.support.world import World
from tests.support.worlds import MakeWorld

MINUTE = 60_000  # ms
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EVENING: dict[str, Any] = {"name": "evening", "at": "20:00", "notify": ["room"]}
"""Due 16 min 40 s after START, which is 19:43:20 in India."""


def ms(text: str) -> int:
    """An instant in India, "2026-09-21 20:00", in UTC ms."""
    return round(datetime.fromisoformat(f"{text}+05:30").timestamp() * 1000)


DUE = ms("2026-09-21 20:00")


class DigestRoom:
    """One world, and the loop that sends its digests."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = world.clock
        self.loop = self._build()

    @classmethod
    async def open(cls, a_world: MakeWorld, *digests: dict[str, Any], **sections: Any) -> "DigestRoom":
        """With the evening's digest where no other is given; TeleCMI was read once, and the loop begins."""
        sections.setdefault("receivers", {})
        sections.setdefault("timezone", "Asia/Kolkata")
        world = a_world(digests=list(digests or (EVENING,)), **sections)
        await world.watch()
        room = cls(world)
        await room.loop.adopt()
        await room.go()
        return room

    def _build(self) -> Digests:
        world = self.world
        return digests_of(
            world.config,
            world.database,
            world.clock,
            world.health,
            world.wakes,
            world.channels,
            world.directory,
            boot_at=world.boot_at,
            jitter=lambda: 1.0,
        )

    async def go(self) -> int | None:
        """Passes of the loop, with what they send, until nothing is due; when something will be, UTC ms."""
        for _ in range(50):
            due = await self.loop.step()
            if self.loop.is_working:
                await self.loop.drain()
            elif due is None or due > self.clock.now():
                return due
        raise AssertionError("it never comes to rest")

    async def until(self, instant: int, *, poll: bool = True) -> None:
        """Let time pass up to an instant, UTC ms: all that falls due is done, and TeleCMI is read."""
        while True:
            if poll:
                await self.world.poll()
                for one in self.world.followers:
                    await one.step()
            due = await self.go()
            if self.clock.ms >= instant:
                return
            steps = [instant, self.clock.ms + HOUR // 2]
            if due is not None:
                steps.append(max(due, self.clock.ms + 1))
            self.clock.advance(min(steps) - self.clock.ms)

    async def restart(self, *, boot: bool = True, **sections: Any) -> None:
        """As after a crash, or a reload: only the store is left, and a section may have changed."""
        await self.loop.aclose(0)
        boot_at = self.world.boot_at
        await self.world.restart(**sections)
        if not boot:
            self.world.boot_at = boot_at
        self.loop = self._build()
        await self.loop.adopt()

    def away(self, instant: int) -> None:
        """Time passes up to an instant, and nobody is there."""
        self.clock.advance(instant - self.clock.ms)

    def told(self, receiver: str = "room") -> list[SentDigest]:
        """What arrived through a receiver."""
        return self.world.channels[receiver].digests

    def rows(self) -> list[DigestRow]:
        """All that was written down, the oldest report first."""
        rows = self.world.database.look(
            lambda connection: (
                connection.execute(
                    select(schema.digests).order_by(schema.digests.c.due_at, schema.digests.c.id)
                )
                .mappings()
                .all()
            )
        )
        return [_row(row) for row in rows]

    def fates(self) -> list[tuple[str, str, str]]:
        """Target, state and reason of each row, likewise."""
        return [(str(row.target), row.state.value, row.reason) for row in self.rows()]
