"""Nothing moves where a transaction fails, and nothing is lost by it."""

import pytest

from notifier.errors import StoreUnavailable
from tests.support.world import World
from tests.support.worlds import MakeWorld

MANY = {"name": "many", "per": "extension", "count": 3, "within": "1h", "notify": "room"}


def what_is_stored(world: World) -> tuple[object, ...]:
    return world.source(), world.stored(), world.reasons(), world.alerts(), world.outbox()


async def test_a_full_disk_in_mid_transaction_moves_nothing_and_loses_no_call(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    for n in range(80):
        world.call("x" * 200 + str(n))
    before = what_is_stored(world)
    world.fill_disk()
    with pytest.raises(StoreUnavailable):
        await world.poll()
    assert what_is_stored(world) == before
    world.mend_store()
    await world.round()
    assert world.stored() == len(world.told()) == 80


async def test_windows_are_right_after_a_transaction_that_failed(a_world: MakeWorld) -> None:
    world = a_world(MANY)
    await world.watch()
    world.call("one")
    await world.round()
    world.call("two")
    world.break_store()
    with pytest.raises(StoreUnavailable):
        await world.poll()
    world.mend_store()
    await world.round()
    assert world.told() == []  # counted once each: two
    world.call("three")
    await world.round()
    assert world.told() == ["three"]
    assert world.alerts()[0].call_count == 3


async def test_windows_are_right_where_it_failed_after_deciding(a_world: MakeWorld) -> None:
    world = a_world({**MANY, "count": 81})
    await world.watch()
    for n in range(80):
        world.call("x" * 200 + str(n))
    world.fill_disk()
    with pytest.raises(StoreUnavailable):
        await world.poll()
    world.mend_store()
    await world.round()
    assert world.told() == []
    world.call("the one that matters")
    await world.round()
    assert world.told() == ["the one that matters"]
    assert world.alerts()[0].call_count == 81


async def test_a_store_that_cannot_be_written_costs_telecmi_no_request(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.exchange.requests()
    world.break_store()
    with pytest.raises(StoreUnavailable):
        await world.poll()
    assert world.exchange.requests() == 0
