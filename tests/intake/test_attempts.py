"""How often a customer was tried since they were last reached."""

from tests.support.reached import AT_ONCE, OTHER
from tests.support.world import MINUTE
from tests.support.worlds import MakeWorld


async def test_attempts_count_the_misses_since_the_customer_was_last_reached(a_world: MakeWorld) -> None:
    third = {**AT_ONCE, "match": {"attempts": ">=3"}}
    world = a_world(third, follow_up=True, accounts=("main", "second"))
    await world.watch()
    world.call("one")
    await world.round()
    world.exchanges["second"].call(world.clock.now(), name="two")
    await world.round()
    assert world.told() == []
    world.call("three")
    await world.round()
    assert world.told() == ["three"]
    world.clock.advance(5 * MINUTE)
    world.answer()
    await world.round()
    world.clock.advance(5 * MINUTE)
    world.call("one again")
    world.call("two again")
    await world.round()
    assert world.told() == ["three"]
    world.call("three again")
    await world.round()
    assert world.told() == ["three", "three again"]


async def test_a_miss_that_arrives_after_a_later_one_counts_with_it(a_world: MakeWorld) -> None:
    world = a_world({**AT_ONCE, "match": {"attempts": ">=2"}}, follow_up=True)
    await world.watch()
    world.clock.advance(10 * MINUTE)
    world.call("second")
    await world.round()
    assert world.told() == []
    world.call("first", ago=5 * MINUTE)
    await world.round()
    assert world.told() == ["first"]


async def test_attempts_count_where_answered_calls_are_not_read(a_world: MakeWorld) -> None:
    world = a_world({**AT_ONCE, "match": {"attempts": ">=2"}})
    await world.watch()
    world.call("one")
    world.call("other", to=OTHER)
    await world.round()
    assert world.told() == []
    world.call("two")
    await world.round()
    assert world.told() == ["two"]
