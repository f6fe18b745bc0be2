"""An alert's whole life under kills, reloads and a disk that is full: told, escalated, reached, seen to."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from tests.fault.breaks import Refuse
from tests.fault.life.customers import Fate
from tests.fault.life.setting import BOSS, HUSHED, PLAIN, WAIT
from tests.fault.life.town import Town
from tests.fault.scenario import Scenario, about
from tests.fault.scenarios.store import disk_for
from tests.fault.world import World

IN_TIME = 30_000
"""ms; so late may anything be told at the most, where nothing is wrong; many may be due for one room."""

SPOKEN_OF = (PLAIN, HUSHED)
"""Extensions, one of them silenced from time to time."""


async def undisturbed(world: World) -> None:
    """Customers are told of, escalated, reminded of, reached, acknowledged, snoozed: all of it in time."""
    town = Town(world, prompt=IN_TIME)
    await world.up()
    async with town.silencing(), town.living(extensions=SPOKEN_OF):
        await world.clock.sleep(world.seconds(120.0, 45.0))
    await town.drain()
    town.note()


async def killed(count: int, world: World) -> None:
    """SIGKILL at random instants of customers' lives; people act meanwhile, and some commands are killed."""
    town = Town(world)
    world.may_double[BOSS] = lambda: count
    async with town.silencing(), town.living(extensions=SPOKEN_OF):
        for _ in range(count):
            daemon = await world.start()
            if world.rng.random() < 0.8:
                await daemon.until_ready()
            await world.clock.sleep(world.rng.choice((0.8, 2.0, 8.0)) * world.rng.random())
            await world.kill()
            world.tries += 1
            await world.clock.sleep(world.rng.choice((0.0, 0.0, 0.5, 4.0)) * world.rng.random())
        await world.up()
    await town.drain()
    town.note()


async def cut_off(world: World) -> None:
    """Slack and the mail server are away while customers are reached: then only others are told of."""
    town = Town(world)
    doors = (world.sides.to_slack, world.sides.to_mail)
    await world.up()
    async with town.silencing(), town.living(extensions=SPOKEN_OF):
        for _ in range(2 if world.quick else 5):
            async with doors[0].broken(Refuse()), doors[1].broken(Refuse()):
                world.tries += 1
                await _reached_untold(town)
            await world.clock.sleep(world.rng.uniform(5.0, 12.0))
    await town.drain()
    town.note()


async def _reached_untold(town: Town) -> None:
    """What is to be told of some waits to be sent, when they are reached or somebody sees to them."""
    missed = [town.miss(Fate.LATER, PLAIN, ago=2.0) for _ in range(6)]
    await town.world.clock.sleep(WAIT / 1000)
    for customer in missed[:3]:
        town.answer(customer)
    for customer, action in zip(missed[3:5], (Fate.RESOLVE, Fate.ACK), strict=True):
        await town.see_to(customer, action)
    names = {customer.name for customer in missed}
    await town.world.wait(lambda: not names.intersection(town.unread()), "their answers are read")


async def reloaded(world: World) -> None:
    """SIGHUP again and again while steps and reminders fall due: all is told once, and in time."""
    town = Town(world, prompt=IN_TIME)
    daemon = await world.up()
    good = world.config.read_text()
    async with town.silencing(), town.living(extensions=SPOKEN_OF):
        ends = world.clock.monotonic() + world.seconds(150.0, 90.0)
        while world.clock.monotonic() < ends:
            is_bad = world.tries % 5 == 4
            world.config.write_text(good + ("rulez: []\n" if is_bad else f"# {world.tries}\n"))
            before = daemon.manager.told.count("READY=1")
            daemon.signal(signal.SIGHUP)
            world.tries += 1
            await world.wait(lambda: daemon.manager.told.count("READY=1") > before, "the end of the reload")  # noqa: B023 - awaited here
            world.config.write_text(good)  # people's commands read it, too
            await world.clock.sleep(world.rng.uniform(0.0, 1.5))
        daemon.signal(signal.SIGHUP)
    await town.drain()
    town.note()


async def full(world: World) -> None:
    """The disk is full, several times, while customers are reached and people act: whole, or not at all."""
    town = Town(world)
    with ExitStack() as stack:
        disk = disk_for(world, stack)
        await world.up()
        async with town.living(extensions=(PLAIN,)):
            for _ in range(1 if world.quick else 3):
                await world.clock.sleep(world.rng.uniform(10.0, 15.0))
                disk.fill()
                world.tries += 1
                await world.becomes(503)
                await world.clock.sleep(world.rng.uniform(5.0, 20.0))
                disk.make_room()
                await world.becomes(200)
        await town.drain()
        await world.see_to_the_end()
        town.note()


def scenarios(kills: int) -> Iterator[Scenario]:
    """All about lives.

    Args:
        kills: SIGKILLs.
    """
    yield Scenario("life-undisturbed", undisturbed, about(undisturbed))
    yield Scenario("life-killed", partial(killed, kills), about(killed))
    for play in (cut_off, reloaded, full):
        yield Scenario(f"life-{play.__name__.replace('_', '-')}", play, about(play))
