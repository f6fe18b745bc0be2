"""Many calls at once: memory stays flat, and being killed in between loses no progress."""

import httpx
import pytest
from sqlalchemy import func, select

from notifier.store.schema import calls
from tests.support.clock import START
from tests.support.exchange import Killed
from tests.support.world import MINUTE, World
from tests.support.worlds import MakeWorld

COUNT = 1_200
SINCE = {"start_from": "2d"}
NEVER = {"name": "never", "per": "account", "count": 10_000, "within": "2d", "notify": "room"}


def crowd(world: World) -> None:
    """One call a minute up to now."""
    for n in range(COUNT):
        world.call(str(n), ago=(COUNT - n) * MINUTE, to=f"9198123{n:05}")


def all_are_decided_on_once(world: World) -> bool:
    return (world.stored(), world.reasons()) == (COUNT, ["below_threshold"] * COUNT)


def newest_stored(world: World) -> int:
    return world.database.look(lambda connection: connection.scalar(select(func.max(calls.c.placed_at)))) or 0


async def test_more_than_a_thousand_calls_are_committed_in_parts(a_world: MakeWorld) -> None:
    world = a_world(NEVER, poll=SINCE)
    crowd(world)
    await world.poll()
    assert all_are_decided_on_once(world)
    asked = {(asked["start_date"], asked["end_date"]) for asked in world.exchange.asked}
    assert len(asked) > 3  # the whole, and halves of it
    assert world.source().watermark == START


async def test_being_killed_between_parts_loses_no_progress_and_decides_nothing_twice(
    a_world: MakeWorld,
) -> None:
    world = a_world(NEVER, poll=SINCE)
    crowd(world)
    world.exchange.die_at = 10
    with pytest.raises(Killed):
        await world.poll()
    after_one = world.stored()
    watermark = world.source().watermark
    assert 0 < after_one < COUNT
    assert watermark is not None
    # Oldest first: what is missing comes after what is there.
    assert newest_stored(world) == START - (COUNT - after_one + 1) * MINUTE
    assert newest_stored(world) <= watermark < START

    world.exchange.die_at = None
    world.exchange.requests()
    await world.restart()
    await world.poll()
    # First the count since yesterday is asked for, then what a poll reads.
    assert world.exchange.asked[1]["start_date"] == watermark - 15 * MINUTE
    assert all_are_decided_on_once(world)


async def test_a_fault_between_parts_loses_no_progress_either(a_world: MakeWorld) -> None:
    world = a_world(NEVER, poll=SINCE)
    crowd(world)
    world.exchange.die_at = 10
    with pytest.raises(Killed):
        await world.poll()
    world.exchange.die_at = None
    world.exchange.failures.extend([httpx.Response(500)] * 50)
    await world.poll()
    world.exchange.failures.clear()
    await world.poll()
    assert all_are_decided_on_once(world)


async def test_a_threshold_is_counted_across_the_border_of_two_parts(a_world: MakeWorld) -> None:
    many = {"name": "many", "per": "account", "count": COUNT, "within": "2d", "notify": "room"}
    world = a_world(many, poll={"start_from": "3d"})
    crowd(world)
    await world.round()
    assert world.told() == [str(COUNT - 1)]
    assert world.alerts()[0].call_count == COUNT


async def test_a_thousand_calls_in_one_millisecond_are_read_all_the_same(a_world: MakeWorld) -> None:
    world = a_world(NEVER)
    await world.watch()
    for n in range(1_100):
        world.call(str(n))
    await world.poll()
    assert world.stored() == 1_100


async def test_a_server_that_ignores_the_times_is_not_asked_over_and_over(a_world: MakeWorld) -> None:
    world = a_world()
    for n in range(1_200):
        world.call(str(n), ago=n)
    world.exchange.ignores_times = True
    await world.poll()
    assert world.stored() == 1_200
    assert world.exchange.requests() < 1_000
    await world.poll()
    assert world.exchange.requests() == 1


async def test_more_calls_than_one_part_may_hold_are_all_read_where_telecmi_gives_no_count(
    a_world: MakeWorld,
) -> None:
    world = a_world(NEVER, poll=SINCE)
    count = 5_200
    for n in range(count):
        world.call(str(n), ago=(n + 1) * 10_000, to=f"9198123{n:05}")
    world.exchange.counts = False
    await world.poll()
    assert world.stored() == count
    assert world.source().watermark == START
