"""Stopping ends with nothing half done."""

import asyncio

from tests.support.clock import FakeClock
from tests.support.world import MINUTE
from tests.support.worlds import MakeWorld


async def test_what_is_under_way_may_end_before_it_stops(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.call("0")
    world.call("1")
    await world.poll()
    world.room.gate = asyncio.Event()
    await world.dispatch.step()
    while world.room.tries == 0:
        await world.clock.sleep(0)
    closing = asyncio.ensure_future(world.dispatch.aclose(5))
    await world.clock.sleep(0)
    world.room.gate.set()
    await closing
    assert world.told() == ["0"]  # the second is not begun
    assert world.fates() == [("room", "sent"), ("room", "waiting")]


async def test_what_takes_too_long_is_cut_off_and_uncertain_at_the_next_start(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.call("Suresh")
    await world.poll()
    world.room.gate = asyncio.Event()
    await world.dispatch.step()
    while world.room.tries == 0:
        await world.clock.sleep(0)
    await world.dispatch.aclose(0)
    assert world.fates() == [("room", "claimed")]
    world.room.gate = None
    await world.restart()
    await world.send()
    assert world.told() == ["Suresh"]
    assert len(world.room.looked) == 1


async def test_a_stop_ends_the_wait_for_a_turn(a_world: MakeWorld) -> None:
    world = a_world()
    world.room.pace = 60.0
    await world.watch()
    world.call("0")
    world.call("1")
    await world.poll()

    class Stopping(FakeClock):
        async def wait(self, event: asyncio.Event, seconds: float) -> bool:
            world.stop.set()
            return True

    world.clock = Stopping(world.clock.now() + MINUTE)
    await world.restart()
    await world.dispatch.step()
    await world.dispatch.drain()
    assert world.told() == ["0"]
    assert world.fates() == [("room", "sent"), ("room", "waiting")]


async def test_stopping_with_nothing_to_do_is_done_at_once(a_world: MakeWorld) -> None:
    world = a_world()
    await world.dispatch.aclose(5)
    assert world.stop.is_set()


async def test_before_a_reload_what_is_under_way_may_end_however_long_a_stop_would_give_it(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    await world.watch()
    world.call("0")
    world.call("1")
    await world.poll()
    world.room.gate = asyncio.Event()
    await world.dispatch.step()
    while world.room.tries == 0:
        await world.clock.sleep(0)
    settling = asyncio.ensure_future(world.dispatch.settle(60, asyncio.Event()))
    await world.clock.sleep(0)
    world.room.gate.set()
    await settling
    assert world.told() == ["0"]  # the second is left to the next configuration
    assert world.fates() == [("room", "sent"), ("room", "waiting")]


async def test_a_stop_during_a_reload_does_not_wait_for_what_is_under_way(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.call("0")
    await world.poll()
    world.room.gate = asyncio.Event()
    await world.dispatch.step()
    while world.room.tries == 0:
        await world.clock.sleep(0)
    hurry = asyncio.Event()
    hurry.set()
    async with asyncio.timeout(5):
        await world.dispatch.settle(60, hurry)
        await world.dispatch.aclose(0)
    assert world.fates() == [("room", "claimed")]
