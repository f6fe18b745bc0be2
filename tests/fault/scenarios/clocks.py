"""Our clock jumps, to both sides and back: it may delay, and loses nothing."""

from collections.abc import Iterator

from tests.fault.breaks import LoseAnswer, Refuse
from tests.fault.scenario import Scenario, about
from tests.fault.setting import CANT_BE_ASKED
from tests.fault.world import World

AWAY = 8.0
"""Seconds for which the clock is wrong."""


async def jumps(world: World) -> None:
    """Three hours ahead and three hours behind, and back each time, under load."""
    world.run_by_a_clock()
    await world.up()
    async with world.load():
        await world.some_told()
        for hours in (3, -3) if world.quick else (3, -3, 3, -3):
            world.set_clock(hours)
            world.tries += 1
            await world.clock.sleep(world.rng.uniform(2.0, world.seconds(AWAY, 3.0)))
            world.set_clock(0)
            world.tries += 1
            await world.some_told()


async def wrong_from_the_start(world: World) -> None:
    """It starts three hours ahead, is set right, and later starts three hours behind."""
    world.run_by_a_clock()
    for hours in (3, -3):
        world.set_clock(hours)
        await world.up()
        async with world.load():
            world.tries += 1
            await world.clock.sleep(world.rng.uniform(2.0, 5.0))
            world.set_clock(0)
            await world.some_told()
        await world.down()
    await world.up()


async def while_slack_is_down(world: World) -> None:
    """Jumps while Slack is away: what was to be tried again by the wrong clock is tried by the right one."""
    world.run_by_a_clock()
    await world.up()
    async with world.load():
        await world.some_told()
        for hours in (3, -3):
            async with world.sides.to_slack.broken(Refuse()):
                await world.clock.sleep(2.0)
                world.set_clock(hours)
                world.tries += 1
                await world.clock.sleep(world.rng.uniform(2.0, 5.0))
            world.set_clock(0)
            world.tries += 1
            await world.some_told()


async def killed_meanwhile(world: World) -> None:
    """Answers are lost and we are killed while our clock is hours ahead; set right, we find what was told."""
    world.run_by_a_clock()
    for target in CANT_BE_ASKED:
        world.may_double[target] = lambda: world.tries + world.sides.to_slack.traffic.lost
    async with world.load():
        for _ in range(3 if world.quick else 6):
            world.set_clock(3)
            await world.up()
            async with world.sides.to_slack.broken(LoseAnswer(silent=True)):
                lost = world.sides.to_slack.traffic.lost
                await world.wait(lambda: world.sides.to_slack.traffic.lost > lost, "a lost answer")  # noqa: B023 - awaited here
                await world.kill()
                world.tries += 1
            world.set_clock(0)
            await world.up()
            await world.some_told(2)
            await world.kill()
        await world.up()


def scenarios() -> Iterator[Scenario]:
    """All about clocks."""
    for play in (jumps, wrong_from_the_start, while_slack_is_down, killed_meanwhile):
        yield Scenario(f"clock-{play.__name__.replace('_', '-')}", play, about(play))
