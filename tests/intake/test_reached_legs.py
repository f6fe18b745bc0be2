"""A leg of a call that was answered is no miss, and counts in no window."""

import pytest

from tests.support.reached import AT_ONCE, EVERY, MANY, NOT_REACHED, OTHER, REACHED, ends
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld


@pytest.fixture
async def world(a_world: MakeWorld) -> World:
    """A rule per customer that waits ten minutes."""
    made = a_world(NOT_REACHED, follow_up=True)
    await made.watch()
    made.clock.advance(HOUR)
    return made


@pytest.mark.parametrize("ago", [1, 2])
async def test_a_leg_that_comes_before_the_answered_call_never_alerts(world: World, ago: int) -> None:
    world.call("leg", ago=ago * MINUTE)
    await world.round()
    world.clock.advance(9 * MINUTE)  # they spoke for nine minutes
    world.answer(ago=9 * MINUTE)
    await world.round()
    world.clock.advance(HOUR)
    await world.round()
    assert (world.told(), ends(world)) == ([], [REACHED])


@pytest.mark.parametrize("ago", [2, 3, 4])
async def test_a_leg_that_comes_after_the_answered_call_opens_nothing(a_world: MakeWorld, ago: int) -> None:
    world = a_world(AT_ONCE, EVERY, MANY, follow_up=True)
    await world.watch()
    world.answer(ago=3 * MINUTE)
    await world.follow()
    world.call("leg", ago=ago * MINUTE)
    await world.round()
    assert world.reasons() == ["spurious"] * 3
    assert (world.told(), world.alerts()) == ([], [])


async def test_a_leg_that_had_counted_counts_no_more_once_the_answered_call_is_known(
    a_world: MakeWorld,
) -> None:
    for restarts in (False, True):
        world = a_world(MANY, follow_up=True)
        await world.watch()
        world.call("leg")
        world.call("two", to=OTHER)
        await world.round()
        world.answer()
        await world.follow()
        if restarts:
            await world.restart()
        world.call("three", to=OTHER)
        await world.round()
        assert world.told() == [], f"restarts: {restarts}"
        world.call("four", to=OTHER)
        await world.round()
        assert world.told() == ["four"]
        assert [alert.call_count for alert in world.alerts()] == [3]


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_leg_that_came_after_the_answered_call_counts_in_no_window_nor_after_a_rebuild(
    a_world: MakeWorld, *, restarts: bool
) -> None:
    world = a_world(MANY, follow_up=True)
    await world.watch()
    world.answer(ago=MINUTE)
    await world.follow()
    for number in range(4):
        world.call(f"leg {number}")
    world.call("one", to=OTHER)
    await world.round()
    if restarts:
        await world.restart()
    world.call("two", to=OTHER)
    await world.round()
    assert world.told() == []
    world.call("three", to=OTHER)
    await world.round()
    assert world.told() == ["three"]


async def test_an_agent_who_took_their_own_leg_was_no_customer(a_world: MakeWorld) -> None:
    world = a_world(AT_ONCE, follow_up=True)
    await world.watch()
    world.clock.advance(HOUR)
    leg = "209_1111113"
    world.call("leg", to=leg)
    world.call("customer", to="912091111113")
    await world.poll()
    world.answer(to=leg)
    await world.follow()
    assert [(alert.customer, alert.ended_as) for alert in world.alerts()] == [
        (leg, None),
        ("+912091111113", None),
    ]


async def test_answered_calls_count_in_no_window(a_world: MakeWorld) -> None:
    world = a_world(MANY, follow_up=True)
    await world.watch()
    for _ in range(5):
        world.answer(to=OTHER)
    await world.follow()
    await world.restart()
    world.call("one")
    world.call("two")
    await world.round()
    assert world.reasons() == ["below_threshold"] * 2
