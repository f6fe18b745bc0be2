"""Where a channel can't edit, calls that join come as one new message, at most one per five minutes."""

from itertools import pairwise
from typing import Any

from notifier.errors import DeliveryTransient
from notifier.model import Kind
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

HOOK = {"room": {"slack": {"webhook_url": "https://hooks.example.com/x"}}}
CUSTOMERS = {"name": "customers", "per": "customer", "notify": "room"}


async def told_of_one(a_world: MakeWorld, rule: dict[str, Any] = CUSTOMERS) -> World:
    world = a_world(rule, receivers=HOOK)
    await world.watch()
    world.call("1")
    await world.round()
    assert [one.names for one in world.sent] == [("1",)]
    assert not world.room.can_edit
    return world


async def test_calls_that_join_within_five_minutes_come_as_one_new_message(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    told_at = world.sent[0].at
    for name in ("2", "3", "4"):
        world.clock.advance(MINUTE)
        world.call(name)
        await world.round()
    assert len(world.sent) == 1
    await world.send_until(told_at + 5 * MINUTE)
    assert [(one.kind, one.names, one.at - told_at) for one in world.sent[1:]] == [
        (Kind.UPDATE, ("1", "2", "3", "4"), 5 * MINUTE)
    ]


async def test_however_many_join_there_is_one_message_per_five_minutes(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    for n in range(2, 22):
        world.call(str(n))
        await world.poll()
        await world.send_until(world.clock.now() + MINUTE)
    await world.send_until(world.clock.now() + 6 * MINUTE)
    times = [one.at for one in world.sent]
    assert all(later - earlier >= 5 * MINUTE for earlier, later in pairwise(times))
    assert world.sent[-1].names == tuple(str(n) for n in range(1, 22))


async def test_the_last_calls_before_the_end_are_told_too(a_world: MakeWorld) -> None:
    rule = {"name": "many", "per": "extension", "count": 1, "within": "2m", "notify": "room"}
    world = await told_of_one(a_world, rule)
    told_at = world.sent[0].at
    world.call("2")
    await world.poll()
    await world.send()
    world.clock.advance(3 * MINUTE)
    await world.poll()
    await world.tick()
    assert [alert.ended_as for alert in world.alerts()] == ["quiet"]
    await world.send_until(told_at + HOUR)
    assert [(one.kind, one.names) for one in world.sent[1:]] == [(Kind.UPDATE, ("1", "2"))]


async def test_the_end_alone_is_no_message(a_world: MakeWorld) -> None:
    rule = {"name": "many", "per": "extension", "count": 1, "within": "10m", "notify": "room"}
    world = await told_of_one(a_world, rule)
    world.clock.advance(11 * MINUTE)
    await world.poll()
    await world.tick()
    await world.send_until(world.clock.now() + HOUR)
    assert len(world.sent) == 1


async def test_while_a_message_waits_no_further_ones_pile_up_behind_it(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.always = DeliveryTransient("down")
    world.clock.advance(6 * MINUTE)
    for n in range(2, 8):
        world.call(str(n))
        await world.poll()
        await world.send_until(world.clock.now() + 7 * MINUTE)
    world.room.always = None
    await world.send_until(world.clock.now() + HOUR)
    assert [one.names[-1] for one in world.sent] == ["1", "7"]


async def test_after_a_restart_too_what_waits_for_its_retry_tells_of_what_joined(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.sends.append(DeliveryTransient("down"))
    world.clock.advance(6 * MINUTE)
    world.call("2")
    await world.round()
    await world.restart()
    world.call("3")
    await world.round()
    assert world.fates() == [("room", "sent"), ("room", "waiting")]
    await world.send_until(world.clock.now() + HOUR)
    assert [one.names for one in world.sent] == [("1",), ("1", "2", "3")]
