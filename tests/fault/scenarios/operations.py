"""Backed up, upgraded, restored and rolled back by the very lines of docs/operations.md."""

import re
from collections.abc import Iterator

from tests.fault.container.machine import Machine
from tests.fault.container.service import ENVIRON, UNIT, active, installed, lines_of
from tests.fault.scenario import Scenario, about
from tests.fault.scenarios.spells import MOST_LATE
from tests.fault.setting import CANT_BE_ASKED, TELLS_EACH
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
            await machine.must(f"sqlite_copy={STORE}.before-0004; notifier backup $sqlite_copy")
            await machine.must(f"chown notifier:notifier {STORE}.before-0004")
            await world.some_told(5)
            await _follow(world, machine, "Roll back")
            await world.some_told(5)
        await world.drain()
        await machine.must(f"systemctl stop {UNIT}")
        leftovers = await machine.must("ls /var/lib/notifier")
        assert {"notifier.db.old", "notifier.db.newer", "backup.db"} <= set(leftovers.split())


COMMANDS = (  # but for `calls`, `alerts` and `explain`, which show numbers by right
    "check",
    "check --live",
    "status",
    "status --json",
    "outbox",
    "outbox --json",
    "rejects",
    "send-test room",
    "send-test leads",
    "purge --older-than 3650d --yes",
)


async def asked(world: World) -> None:
    """Every command that ops use, beside the daemon: none shows a secret or a number, or gets in its way."""
    await world.up()
    async with world.load():
        for command in COMMANDS:
            await world.some_told(1)
            await world.command(*command.split())
            world.tries += 1
    world.expect_in_time(MOST_LATE, TELLS_EACH)


async def _follow(world: World, machine: Machine, heading: str) -> None:
    for line in lines_of(BOOK, heading):
        today = re.sub(r"notifier-[0-9]{4}-[0-9]{2}-[0-9]{2}", "notifier-$(date +%F)", line)
        await machine.must(f"cd /src\n{today}", environ=ENVIRON)
    world.tries += 1
    await active(world, machine)


def scenarios() -> Iterator[Scenario]:
    """All about what ops do with the store."""
    yield Scenario("by-the-book", by_the_book, about(by_the_book), mail_is_open=True)
    yield Scenario("asked", asked, about(asked))
