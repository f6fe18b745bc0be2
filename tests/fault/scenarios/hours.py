"""Hours go by: the daemon is dead while a calendar opens, silences end and a digest is due; clocks jump."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.fault.breaks import Delay
from tests.fault.life.customers import Fate
from tests.fault.life.facts import Kind, Span
from tests.fault.life.heard import reports
from tests.fault.life.setting import BOSS, HELD, HUSHED, PLAIN, ROOM
from tests.fault.life.town import Town
from tests.fault.processes import HOUR
from tests.fault.scenario import Scenario, about
from tests.fault.world import World

_ZONE = ZoneInfo("Asia/Kolkata")


async def slept_through(world: World) -> None:
    """Dead while the calendar opens and a digest falls due: held is told once, the digest up to 2 h late."""
    now = world.clock.now()
    opens, closes, digest = (now + round(hours * HOUR * 1000) for hours in (2.0, 10.0, 2.5))
    world.run_by_a_clock()
    town = Town(world, hours=f"{_local(opens)}-{_local(closes)}", digest_at=_local(digest))
    town.closed = [Span(0, opens - opens % 60_000)]
    world.may_double[BOSS] = lambda: world.tries
    await world.up()
    held = [town.miss(fate, HELD) for fate in (Fate.NOBODY, Fate.NOBODY, Fate.NOBODY, Fate.LATER, Fate.LATER)]
    await world.clock.sleep(10.0)
    town.answer(held[-1])  # known before we die
    await world.clock.sleep(5.0)
    await world.kill()
    assert not town.said(), "the calendar is closed"
    world.let_pass(3.0)
    town.answer(held[-2])  # while we were away
    async with world.sides.to_telecmi.broken(Delay(0.3)):
        await _up_and_down(world, 4 if world.quick else 10)
    await world.wait(lambda: len(reports(world.sides.workspace)) == 1, "the digest, half an hour late")
    first = {one.customer: one for one in town.said() if (one.target, one.kind) == (ROOM, Kind.FIRST)}
    assert {one.name for one in held[:3]} <= first.keys()
    needless = [one for one in town.said() if one.customer == held[-2].name and not one.is_marked]
    assert not needless, f"{len(needless)} messages about who was reached while we were away"
    await town.drain()
    await world.kill()
    world.let_pass(26.5)  # to three hours after the next one
    await _up_and_down(world, 3)
    await world.clock.sleep(8.0)
    told = [report.delivery_id for report in reports(world.sides.workspace)]
    assert len(told) == 1, f"digests: {told}; the second was three hours late"
    await town.drain()
    town.note()


async def _up_and_down(world: World, times: int) -> None:
    """It is killed so often while it begins to tell what fell due; then it lives."""
    for _ in range(times):
        daemon = await world.start()
        if world.rng.random() < 0.7:
            await daemon.until_ready()
        await world.clock.sleep(world.rng.uniform(0.0, 2.5))
        await world.kill()
        world.tries += 1
    await world.up()


async def jump(world: World) -> None:
    """Our clock jumps by hours over waits, steps, reminders and the ends of silences, and back each time."""
    world.run_by_a_clock()
    town = Town(world, has_right_clock=False)
    await world.up()
    fates = (Fate.NOBODY, Fate.NOBODY, Fate.LATER, Fate.EARLY, Fate.ACK, Fate.RESOLVE)
    async with town.silencing(), town.living(fates=fates, extensions=(PLAIN, PLAIN, HUSHED)):
        for hours in (3, -3) if world.quick else (3, -3, 3, -3):
            await world.clock.sleep(world.rng.uniform(10.0, 20.0))
            world.set_clock(hours)
            world.tries += 1
            await world.clock.sleep(world.rng.uniform(5.0, world.seconds(20.0, 10.0)))
            world.set_clock(0)
            world.tries += 1
    await town.drain()
    town.note()


def _local(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, _ZONE).strftime("%H:%M")


def scenarios() -> Iterator[Scenario]:
    """All about hours."""
    yield Scenario("life-slept-through", slept_through, about(slept_through))
    yield Scenario("life-clock-jumps", jump, about(jump))
