"""The store breaks: it is said, nothing is changed that a person should look at, and nothing is lost."""

import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from tests.fault.disk import Disk, NoDisk, a_disk
from tests.fault.processes import HOUR
from tests.fault.scenario import Scenario, about
from tests.fault.setting import CANT_BE_ASKED, HEARD
from tests.fault.world import World

MANY = 1_000_000


def disk_for(world: World, stack: ExitStack) -> Disk:
    """A small disk, with the store on it from the next start on; skipped where none can be made."""
    try:
        disk = stack.enter_context(a_disk(world.folder))
    except NoDisk as error:
        world.skip(str(error))
    world.store_folder = disk.place
    world.configure()
    return disk


async def full(world: World) -> None:
    """The disk is full, several times, until there is room again."""
    with ExitStack() as stack:
        disk = disk_for(world, stack)
        await world.up()
        async with world.load():
            for _ in range(1 if world.quick else 3):
                await world.some_told()
                disk.fill()
                world.tries += 1
                await world.becomes(503)
                await world.clock.sleep(world.rng.uniform(1.0, 4.0))
                disk.make_room()
                await world.some_told()
        await world.see_to_the_end()


async def cannot_grow(world: World) -> None:
    """No file may grow, as on a disk that is full; for machines where none can be mounted."""
    daemon = await world.up()
    async with world.load():
        for _ in range(1 if world.quick else 3):
            await world.some_told()
            resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
            world.tries += 1
            await world.becomes(503)
            await world.clock.sleep(world.rng.uniform(1.0, 4.0))
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, unlimited)
            await world.some_told()


async def read_only(world: World) -> None:
    """The kernel finds an error and makes the disk read-only; ops stop us, repair it, and start us again."""
    # What was accepted could not be written down.
    for target in CANT_BE_ASKED:
        world.may_double[target] = lambda: world.tries
    with ExitStack() as stack:
        disk = disk_for(world, stack)
        async with world.load():
            for _ in range(1 if world.quick else 3):
                await world.up()
                await world.some_told()
                disk.fail()
                world.tries += 1
                await world.becomes(503)
                await world.down()
                disk.repair()
            await world.up()
        await world.see_to_the_end()


async def locked(world: World) -> None:
    """Another process holds a lock on the store, for long."""
    await world.up()
    async with world.load():
        for _ in range(1 if world.quick else 2):
            await world.some_told()
            with closing(sqlite3.connect(world.store, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                world.tries += 1
                await world.clock.sleep(world.seconds(20.0, 6.0))
                other.execute("ROLLBACK")
            await world.some_told()


async def from_yesterday(world: World) -> None:
    """Yesterday's copy is put back: what was told since is looked for in Slack, and not told there again."""
    world.watch_since(30 * HOUR)
    for target in CANT_BE_ASKED:
        world.may_double[target] = lambda: MANY
    copy = world.folder / "copy.db"
    # Yesterday, by its clock.
    world.run_by_a_clock(-20)
    for _ in range(5):
        _call(world, 20.0, 20.5)
    await world.up()
    await world.some_told(5)
    await world.command("backup", str(copy))
    await world.down()
    # Today it reads a day's calls, most of which it tells in summaries, since they are late.
    world.set_clock(0)
    for _ in range(40):
        _call(world, 0.0, 19.9)
    await world.up()
    async with world.load():
        await world.some_told(10 if world.quick else 30)
    await world.drain()
    await world.down()
    _forget(world)
    shutil.copy(copy, world.store)
    world.tries += 1
    before = len(world.sides.slack.posted)
    await world.up()
    async with world.load():
        await world.some_told()
    await world.drain()
    world.notes.append(
        f"{before} messages in Slack before it was put back, {len(world.sides.slack.posted)} at the end"
    )


def _call(world: World, *ago: float) -> None:
    """A call that was placed so many hours ago, least and most."""
    world.call(world.rng.choice(list(HEARD)), ago=world.rng.uniform(*ago) * HOUR)


async def damaged(world: World) -> None:
    """The file is damaged, in one way after another: refused with what to do, 1, and not a byte changed."""
    await world.up()
    async with world.load():
        await world.some_told(10)
    await world.drain()
    await world.down()
    good = world.store.read_bytes()
    for how in (_overwritten_head, _nonsense, _of_another_program):
        how(world.store)
        before = world.store.read_bytes()
        await world.start()
        await world.ended(1)
        world.tries += 1
        assert f"notifier: the store {world.store} is " in world.daemon.output or (
            f"notifier: {world.store} is " in world.daemon.output
        ), world.daemon.output
        assert "Traceback" not in world.daemon.output
        assert world.store.read_bytes() == before, f"changed: {how.__name__}"
        world.store.write_bytes(good)
    await world.up()
    async with world.load():
        await world.some_told()


def _overwritten_head(store: Path) -> None:
    with store.open("r+b") as file:
        file.write(b"garbage" * 1000)


def _nonsense(store: Path) -> None:
    store.write_bytes(b"garbage" * 100_000)


def _of_another_program(store: Path) -> None:
    store.unlink()
    with closing(sqlite3.connect(store)) as other:
        other.execute("CREATE TABLE theirs (id)")
        other.commit()


async def rotten(world: World) -> None:
    """Single pages of the file are garbage: it may not be seen at once, but ends us with 1 and what to do."""
    await world.up()
    async with world.load():
        await world.some_told(10)
    await world.drain()
    await world.down()
    good, ended = world.store.read_bytes(), 0
    page = int.from_bytes(good[16:18], "big")
    for _ in range(2 if world.quick else 6):
        bad = bytearray(good)
        for at in world.rng.sample(range(1, len(good) // page), 8):
            bad[at * page : (at + 1) * page] = world.rng.randbytes(page)
        world.store.write_bytes(bad)
        daemon = await world.start()
        world.tries += 1
        await world.clock.sleep(4.0)
        if daemon.process.returncode is None:
            await world.kill()
        else:
            await world.ended(1)
            assert f"notifier: the store {world.store} is " in daemon.output, daemon.output[-2000:]
            ended += 1
        assert "Traceback" not in daemon.output
        _forget(world)
    world.store.write_bytes(good)
    world.notes.append(f"{ended} of {world.tries} were noticed within 4 s")
    await world.up()
    async with world.load():
        await world.some_told()


async def deleted(world: World) -> None:
    """The file is deleted under the daemon, which goes on; after a restart it begins anew."""
    for target in CANT_BE_ASKED:
        world.may_double[target] = lambda: MANY
    await world.up()
    async with world.load():
        await world.some_told(5)
        _forget(world)
        world.tries += 1
        await world.some_told(5)
    await world.drain()
    await world.down()
    await world.up()
    async with world.load():
        await world.some_told()


def _forget(world: World) -> None:
    for suffix in ("", "-wal", "-shm"):
        world.store.with_name(world.store.name + suffix).unlink(missing_ok=True)


def scenarios() -> Iterator[Scenario]:
    """All about the store."""
    for play in (full, cannot_grow, read_only, locked, from_yesterday, damaged, rotten, deleted):
        yield Scenario(f"store-{play.__name__.replace('_', '-')}", play, about(play))
