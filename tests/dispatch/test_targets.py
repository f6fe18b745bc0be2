"""Each target has its own queue, pace and troubles: one never delays another."""

import asyncio
from itertools import pairwise

from notifier.dispatch.dispatch import WORKERS
from notifier.dispatch.turns import TURNS
from notifier.errors import CredentialsBroken, DeliveryTransient, RateLimited
from tests.support.world import MINUTE, World
from tests.support.worlds import MakeWorld

TWO = {"name": "every", "notify": ["room", "other"]}
RECEIVERS = {"other": {"slack": {"to": "#other"}}}


async def two_targets(a_world: MakeWorld, calls: int = 1) -> World:
    world = a_world(TWO, receivers=RECEIVERS)
    await world.watch()
    for n in range(calls):
        world.call(str(n))
    await world.poll()
    return world


async def test_one_hanging_target_does_not_delay_another(a_world: MakeWorld) -> None:
    world = await two_targets(a_world, 3)
    world.room.gate = asyncio.Event()
    await world.dispatch.step()
    while world.told("other") != ["0", "1", "2"]:
        await world.clock.sleep(0)
    assert world.told("room") == []
    world.room.gate.set()
    await world.dispatch.drain()
    assert world.told("room") == ["0", "1", "2"]


async def test_a_target_that_hangs_is_given_up_for_now_and_tried_again(a_world: MakeWorld) -> None:
    world = await two_targets(a_world)
    world.room.gate = asyncio.Event()
    world.deliver.limit = 0.01
    began = world.clock.now()
    due = await world.send()
    assert due == began + 2_000
    world.room.gate.set()
    await world.send_until(began + MINUTE)
    assert world.told("room") == ["0"]
    assert len(world.room.looked) == 1  # it might have arrived


async def test_a_step_while_a_worker_is_busy_starts_no_second_one(a_world: MakeWorld) -> None:
    world = await two_targets(a_world)
    world.room.gate = asyncio.Event()
    for _ in range(5):
        await world.dispatch.step()
    world.room.gate.set()
    await world.dispatch.drain()
    assert world.room.tries == 1


async def test_messages_of_one_lane_are_a_pace_apart(a_world: MakeWorld) -> None:
    world = await two_targets(a_world, 4)
    world.channels["other"].sends.extend([DeliveryTransient("down")] * 9)
    world.room.pace = 1.0
    await world.send()
    times = [one.at for one in world.sent]
    assert [later - earlier for earlier, later in pairwise(times)] == [1000] * 3


async def test_two_receivers_of_one_address_share_its_pace(a_world: MakeWorld) -> None:
    world = a_world(TWO, receivers={"other": {"slack": {"to": "#room"}}})
    world.room.pace = world.channels["other"].pace = 1.0
    await world.watch()
    world.call("0")
    world.call("1")
    await world.poll()
    began = world.clock.now()
    await world.send()
    assert sorted(one.at - began for one in world.sent) == [0, 1000, 2000, 3000]


async def test_looking_for_more_uses_no_turn_up(a_world: MakeWorld) -> None:
    world = await two_targets(a_world)
    world.room.pace = 60.0
    await world.send()
    first = world.sent[0].at
    world.call("1")
    await world.poll()
    await world.send()
    assert world.told("room") == ["0", "1"]
    assert [one.at for one in world.sent if one.receiver == "room"] == [first, first + 60_000]


async def test_order_per_alert_and_target_is_kept_through_failures(a_world: MakeWorld) -> None:
    levels = {
        "name": "many",
        "per": "extension",
        "count": 1,
        "within": "1h",
        "levels": [{"count": 2}, {"count": 3}],
        "notify": "room",
    }
    world = a_world(levels)
    await world.watch()
    world.room.sends.extend([DeliveryTransient("down")] * 2)
    for name in ("1", "2", "3"):
        world.call(name)
        await world.round()
    await world.send_until(world.clock.now() + 10 * MINUTE)
    assert [(one.kind.value, one.alert.level) for one in world.sent if not one.edits] == [
        ("open", 2),
        ("level", 2),
        ("level", 2),
    ]
    assert [row.n for row in world.outbox()] == [0, 1, 2]


async def test_a_429_waits_as_long_as_told_and_holds_the_whole_target(a_world: MakeWorld) -> None:
    world = await two_targets(a_world, 2)
    world.room.sends.append(RateLimited("slow down", 37.0))
    began = world.clock.now()
    due = await world.send()
    assert due == began + 37_000
    assert world.told("other") == ["0", "1"]
    assert world.room.tries == 1
    world.clock.advance(36_999)
    await world.send()
    assert world.room.tries == 1
    world.clock.advance(1)
    await world.send()
    assert sorted(world.told("room")) == ["0", "1"]


async def test_a_failing_target_is_tried_less_and_less_often_up_to_the_longest_wait(
    a_world: MakeWorld,
) -> None:
    world = await two_targets(a_world, 5)
    world.room.always = DeliveryTransient("down")
    instants: list[int] = []
    due: int | None = world.clock.now()
    while len(instants) < 12:
        assert due is not None
        world.clock.ms = max(world.clock.ms, due)
        instants.append(world.clock.now())
        due = await world.send()
        assert world.room.tries == len(instants)
    waits = [b - a for a, b in pairwise(instants)]
    assert waits == [2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000, 300_000]


async def test_a_target_that_works_again_is_told_everything_at_once(a_world: MakeWorld) -> None:
    world = await two_targets(a_world, 5)
    world.room.sends.extend([DeliveryTransient("down")] * 4)
    await world.send_until(world.clock.now() + MINUTE)
    assert sorted(world.told("room")) == ["0", "1", "2", "3", "4"]
    world.clock.advance(MINUTE)
    world.room.sends.append(DeliveryTransient("down"))
    world.call("5")
    await world.poll()
    began = world.clock.now()
    assert await world.send() == began + 2_000  # the back-off began anew


async def test_broken_credentials_hold_every_target_of_the_receiver_and_heal(a_world: MakeWorld) -> None:
    agents = {"209": {"slack": "U209"}, "210": {"slack": "U210"}, "211": {"slack": "U211"}}
    world = a_world(
        {"name": "every", "notify": ["agent", "room"]},
        receivers={"agent": {"slack": {"to": "agent"}}},
        agents=agents,
    )
    await world.watch()
    agent = world.channels["agent"]
    agent.always = CredentialsBroken("token revoked")
    world.call("209", extension="209")
    await world.round()
    assert agent.tries == 1
    world.call("210", extension="210")
    await world.round()
    assert agent.tries == 1  # another target of the same receiver
    assert world.told("room") == ["209", "210"]
    agent.always = None
    await world.send_until(world.clock.now() + 6 * MINUTE)
    assert sorted(world.told("agent")) == ["209", "210"]
    world.call("211", extension="211")
    await world.round()
    assert len(world.told("agent")) == 3


async def test_no_more_than_so_many_workers_run_and_all_targets_are_told(a_world: MakeWorld) -> None:
    extensions = [str(1000 + n) for n in range(130)]
    world = a_world(
        {"name": "every", "notify": "agent"},
        receivers={"agent": {"slack": {"to": "agent"}}},
        agents={extension: {"slack": f"U{extension}"} for extension in extensions},
    )
    await world.watch()
    for extension in extensions:
        world.call(extension, extension=extension)
    await world.poll()
    agent = world.channels["agent"]
    agent.gate = asyncio.Event()
    await world.dispatch.step()
    while agent.tries < 100:
        await world.clock.sleep(0)
    await world.dispatch.step()
    assert agent.tries == 100
    agent.gate.set()
    await world.send()
    assert sorted(world.told()) == extensions


async def test_targets_behind_a_busy_lane_take_no_worker_from_others(a_world: MakeWorld) -> None:
    names = [f"a{n:03}" for n in range(WORKERS + 20)]  # before "room", in whatever order they come
    receivers = {name: {"slack": {"to": f"#{name}"}} for name in names}
    world = a_world({"name": "every", "notify": [*names, "room"]}, receivers=receivers)
    await world.watch()
    gate = asyncio.Event()
    for name in names:
        world.channels[name].name_lane = lambda _: "one for all"
        world.channels[name].gate = gate
    world.call("0")
    await world.poll()
    await world.dispatch.step()
    async with asyncio.timeout(30):
        while not world.told("room") or not any(world.channels[name].tries for name in names):
            await world.clock.sleep(0)
    assert sum(world.channels[name].tries for name in names) == 1
    for name in names:
        world.channels[name].gate = None
    gate.set()
    await world.send()
    assert all(world.told(name) == ["0"] for name in names)


async def test_two_targets_in_one_lane_are_both_told_of_everything(a_world: MakeWorld) -> None:
    world = await two_targets(a_world, TURNS + 5)
    for channel in world.channels.values():
        channel.name_lane = lambda _: "one for all"
    await world.send()
    assert len(world.told("room")) == len(world.told("other")) == TURNS + 5
