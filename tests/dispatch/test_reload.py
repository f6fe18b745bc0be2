"""A reload loses nothing that waits, and sends nothing by itself."""

from typing import Any

from notifier.errors import DeliveryTransient
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

EVERY = {"name": "every", "notify": "room"}
CUSTOMERS = {"name": "customers", "per": "customer", "notify": "room"}
BACKUP = {"backup": {"slack": {"to": "#backup"}}}
OPS = {"ops": {"slack": {"to": "#ops"}}}


async def with_a_call(a_world: MakeWorld, rule: dict[str, Any] = EVERY, **sections: Any) -> World:
    world = a_world(rule, **sections)
    await world.watch()
    world.call("Suresh")
    await world.poll()
    return world


async def test_what_waits_for_a_receiver_that_is_gone_goes_to_the_fallback_with_that_reason(
    a_world: MakeWorld,
) -> None:
    world = await with_a_call(a_world)
    rule = {"name": "every", "notify": "backup", "fallback": "backup"}
    await world.restart(rules=[rule], receivers=BACKUP)
    await world.send()
    assert world.fates() == [("room", "redirected"), ("backup", "sent")]
    assert world.outbox()[0].reason == "receiver is gone"
    assert world.told() == ["Suresh"]


async def test_without_a_fallback_it_goes_to_ops(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    await world.restart(rules=[{"name": "every", "notify": "ops"}], receivers=OPS, ops={"notify": "ops"})
    await world.send()
    assert world.fates() == [("room", "redirected"), ("ops", "sent")]


async def test_an_address_that_is_gone_is_as_good_as_its_receiver(a_world: MakeWorld) -> None:
    agent = {"agent": {"slack": {"to": "agent"}}}
    world = await with_a_call(
        a_world,
        {"name": "every", "notify": "agent", "fallback": "room"},
        receivers=agent,
        agents={"209": {"slack": "U209"}},
    )
    await world.restart(agents={})
    await world.send()
    assert world.fates() == [("agent", "redirected"), ("room", "sent")]
    assert world.outbox()[0].reason == "no address any more"


async def test_without_anybody_it_is_a_dead_letter(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    await world.restart(rules=[{"name": "every", "notify": "backup"}], receivers=BACKUP)
    await world.send()
    assert world.fates() == [("room", "dead")]


async def test_what_waits_for_a_removed_rule_is_dropped(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    await world.restart(rules=[{"name": "another", "notify": "room"}])
    await world.send()
    assert world.fates() == [("room", "dropped")]
    assert world.sent == []


async def test_where_rule_and_receiver_are_gone_nobody_is_told(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    await world.restart(rules=[{"name": "another", "notify": "ops"}], receivers=OPS, ops={"notify": "ops"})
    await world.send()
    assert world.fates() == [("room", "dropped")]
    assert world.sent == []


async def test_an_old_message_of_a_receiver_that_is_gone_is_left_alone(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, CUSTOMERS)
    await world.send()
    world.call("again")
    await world.poll()
    await world.restart(rules=[{**CUSTOMERS, "notify": "backup"}], receivers=BACKUP)
    assert await world.send() is not None
    await world.send_until(world.clock.now() + HOUR)
    assert len(world.sent) == 1
    assert await world.send() is None


async def test_what_waits_for_its_retry_is_sent_by_the_new_configuration(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    world.room.sends.append(DeliveryTransient("down"))
    await world.send()
    await world.restart(rules=[{**EVERY, "severity": "critical"}])
    await world.send_until(world.clock.now() + MINUTE)
    assert world.told() == ["Suresh"]


async def test_a_changed_rule_keeps_its_alerts_and_counts_anew(a_world: MakeWorld) -> None:
    many = {"name": "many", "per": "extension", "count": 3, "within": "1h", "notify": "room"}
    world = await with_a_call(a_world, many)
    world.call("two")
    await world.poll()
    await world.restart(rules=[{**many, "count": 2, "within": "2h"}])
    await world.round()
    assert world.sent == []
    world.call("three")
    await world.round()
    assert [(one.names[-1], one.alert.call_count) for one in world.sent] == [("three", 3)]
