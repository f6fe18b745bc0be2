"""What can't be delivered goes on to others, and ends where ops can see it: never silence."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from notifier.errors import CredentialsBroken, DeliveryTransient, EditRefused, PayloadBroken, TargetBroken
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

RECEIVERS = {
    "backup": {"slack": {"to": "#backup"}},
    "ops": {"slack": {"to": "#ops"}},
}
FALLBACK = {"name": "every", "notify": "room", "fallback": "backup"}
OPS = {"notify": "ops"}


async def with_a_call(a_world: MakeWorld, rule: dict[str, Any] = FALLBACK, **sections: Any) -> World:
    world = a_world(rule, **{"receivers": RECEIVERS, "ops": OPS, **sections})
    await world.watch()
    world.call("Suresh")
    await world.poll()
    return world


def reasons(world: World) -> list[str]:
    return [row.reason for row in world.outbox()]


async def test_a_broken_target_is_replaced_by_the_fallback(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    world.room.always = TargetBroken("is_archived")
    await world.send()
    assert [one.receiver for one in world.sent] == ["backup"]
    assert world.fates() == [("room", "redirected"), ("backup", "sent")]
    assert reasons(world) == ["is_archived", "is_archived"]
    assert [row.via for row in world.outbox()] == ["rule", "fallback"]
    assert [alert.ended_as for alert in world.alerts()] == ["told"]


async def test_a_broken_fallback_is_replaced_by_ops(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    world.room.always = world.channels["backup"].always = TargetBroken("is_archived")
    await world.send()
    assert world.fates() == [("room", "redirected"), ("backup", "redirected"), ("ops", "sent")]


async def test_where_ops_are_broken_too_it_is_dead_with_a_reason_and_goes_to_and_fro_no_more(
    a_world: MakeWorld,
) -> None:
    world = await with_a_call(a_world)
    for channel in world.channels.values():
        channel.always = TargetBroken("is_archived")
    await world.send_until(world.clock.now() + 3 * HOUR)
    assert world.fates() == [("room", "redirected"), ("backup", "redirected"), ("ops", "dead")]
    assert reasons(world) == ["is_archived"] * 3
    assert sum(channel.tries for channel in world.channels.values()) == 3
    await world.dispatch.step()
    assert world.health.ready().dead == 1
    assert [alert.state for alert in world.alerts()] == ["open"]  # nobody was told


async def test_without_a_fallback_ops_are_told(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, {"name": "every", "notify": "room"})
    world.room.always = TargetBroken("is_archived")
    await world.send()
    assert world.told() == ["Suresh"]
    assert world.sent[0].receiver == "ops"


async def test_without_anybody_else_it_is_a_dead_letter_and_said_out_loud(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, {"name": "every", "notify": "room"}, ops={})
    world.room.always = TargetBroken("is_archived")
    with capture_logs() as logs:
        await world.send()
    assert world.fates() == [("room", "dead")]
    assert "nobody else can be told" in [one["event"] for one in logs if one["log_level"] == "error"]


async def test_other_targets_are_told_though_one_is_broken(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, {"name": "every", "notify": ["room", "backup"]})
    world.room.always = TargetBroken("is_archived")
    await world.send()
    assert sorted(one.receiver for one in world.sent) == ["backup", "ops"]


async def test_an_alert_that_reached_one_of_two_targets_ends_as_told(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, {"name": "every", "notify": ["room", "backup"]}, ops={})
    world.room.always = TargetBroken("is_archived")
    await world.send()
    assert sorted(world.fates()) == [("backup", "sent"), ("room", "dead")]
    assert [alert.ended_as for alert in world.alerts()] == ["told"]


async def test_what_could_not_be_sent_for_too_long_becomes_a_dead_letter_and_the_fallback_is_told(
    a_world: MakeWorld,
) -> None:
    world = await with_a_call(a_world, delivery={"give_up_after": "2h"})
    began = world.clock.now()
    world.room.always = DeliveryTransient("down")
    await world.send_until(began + 119 * MINUTE)
    assert world.fates() == [("room", "waiting")]
    await world.send_until(began + 3 * HOUR)
    assert world.fates() == [("room", "dead"), ("backup", "sent")]
    assert reasons(world)[0] == "given up: down"
    assert world.told() == ["Suresh"]


async def test_what_grew_old_while_we_were_down_still_gets_a_fair_number_of_tries(
    a_world: MakeWorld,
) -> None:
    world = await with_a_call(a_world)
    world.clock.advance(3 * 24 * HOUR)
    await world.restart()
    world.room.sends.extend([DeliveryTransient("no network yet")] * 2)
    await world.send_until(world.clock.now() + MINUTE)
    assert world.fates() == [("room", "sent")]


async def test_broken_credentials_are_waited_for_where_nobody_else_can_be_told(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, {"name": "every", "notify": "room"}, ops={})
    world.room.sends.extend([CredentialsBroken("token revoked")] * 3)
    began = world.clock.now()
    await world.send_until(began + HOUR)
    assert [(one.receiver, one.at - began) for one in world.sent] == [("room", 15 * MINUTE)]


async def test_a_refused_form_is_sent_as_plain_text_at_once(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    world.room.sends.append(PayloadBroken("invalid_blocks"))
    await world.send()
    assert [one.plain for one in world.sent] == [True]
    assert world.room.looked == []  # it was refused: there is nothing to be looked for
    assert world.fates() == [("room", "sent")]


@pytest.mark.parametrize("error", [PayloadBroken("no_text"), KeyError("ours"), EditRefused("odd")])
async def test_refused_twice_or_twice_unknown_it_is_dead_and_others_are_told(
    a_world: MakeWorld, error: Exception
) -> None:
    world = await with_a_call(a_world)
    world.room.always = error
    await world.send()
    assert world.room.tries == 2
    assert world.fates() == [("room", "dead"), ("backup", "sent")]


async def test_an_unknown_error_is_tried_once_more_as_plain_text_and_the_loop_goes_on(
    a_world: MakeWorld,
) -> None:
    world = await with_a_call(a_world)
    world.room.sends.append(ZeroDivisionError("a fault of ours"))
    await world.send()
    assert [one.plain for one in world.sent] == [True]
    world.clock.advance(MINUTE)
    world.call("Amit")
    await world.round()
    assert world.told() == ["Suresh", "Amit"]
    assert [one.plain for one in world.sent] == [True, False]


async def test_an_unknown_errors_text_is_not_stored_since_it_may_hold_a_secret(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, ops={})
    world.room.always = world.channels["backup"].always = RuntimeError("https://hooks.example.com/secret")
    await world.send()
    assert reasons(world) == ["unknown error: RuntimeError"] * 2


async def test_a_worker_that_dies_of_what_nobody_foresaw_ends_the_loop(
    a_world: MakeWorld, tmp_path: Path
) -> None:
    world = await with_a_call(a_world)

    class Unforeseen(Exception):
        pass

    def lane(address: str) -> str:
        raise Unforeseen(address)

    world.room.name_lane = lane
    with pytest.raises(Unforeseen):
        await world.send()
    with pytest.raises(Unforeseen):
        await world.dispatch.step()


async def test_an_agent_without_an_address_is_replaced_by_the_fallback(a_world: MakeWorld) -> None:
    rule = {"name": "every", "notify": "agent", "fallback": "room"}
    world = await with_a_call(a_world, rule, receivers={"agent": {"slack": {"to": "agent"}}}, ops={})
    await world.send()
    assert world.fates() == [("room", "sent")]
    assert reasons(world) == ["no address: agent"]
