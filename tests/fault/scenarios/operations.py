"""Backed up, upgraded, restored and rolled back by the very lines of docs/operations.md."""

import re
from collections.abc import Iterator

from tests.fault.container.machine import Machine
from tests.fault.container.service import ENVIRON, UNIT, active, installed, lines_of
from tests.fault.scenario import Scenario, about
from tests.fault.setting import CANT_BE_ASKED
from tests.fault.world import World

BOOK = "docs/operations.md"
MANY = 1_000_000
STORE = "/var/lib/notifier/notifier.db"


async def by_the_book(world: World) -> None:
    """Backed up, upgraded, restored and rolled back by the lines of docs/operations.md, under systemd."""
    for target in CANT_BE_ASKED:
        world.may_double[target] = lambda: MANY
    async with installed(world) as machine:
        async with world.load():
            await world.some_told(5)
            await _follow(world, machine, "Back up")
            await world.some_told(5)
            await _follow(world, machine, "Upgrade")
            await world.some_told(5)
            await _follow(world, machine, "Restore")
            await world.some_told(5)
            # What an upgrade that changes the schema would have left.
            await machine.must(f"sqlite_copy={STORE}.before-0002; notifier backup $sqlite_copy")
            await machine.must(f"chown notifier:notifier {STORE}.before-0002")
            await world.some_told(5)
            await _follow(world, machine, "Roll back")
            await world.some_told(5)
        await world.drain()
        await machine.must(f"systemctl stop {UNIT}")
        leftovers = await machine.must("ls /var/lib/notifier")
        assert {"notifier.db.old", "notifier.db.newer", "backup.db"} <= set(leftovers.split())


async def _follow(world: World, machine: Machine, heading: str) -> None:
    for line in lines_of(BOOK, heading):
        today = re.sub(r"notifier-[0-9]{4}-[0-9]{2}-[0-9]{2}", "notifier-$(date +%F)", line)
        await machine.must(f"cd /src\n{today}", environ=ENVIRON)
    world.tries += 1
    await active(world, machine)


def scenarios() -> Iterator[Scenario]:
    """All about what ops do with the store."""
    yield Scenario("by-the-book", by_the_book, about(by_the_book), mail_is_open=True)
