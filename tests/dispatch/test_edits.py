"""Where a channel can edit, calls that join edit the message, and nobody is pinged again."""

from itertools import pairwise
from typing import Any

import pytest

from notifier.dispatch.verdict import Outcome
from notifier.errors import (
    CredentialsBroken,
    DeliveryTransient,
    EditRefused,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)
from notifier.model import Kind, Target
from notifier.store import purge
from notifier.store.told import Told
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

CUSTOMERS = {"name": "customers", "per": "customer", "notify": "room", "expire_after": "3d"}
SECOND = 1_000


async def told_of_one(a_world: MakeWorld, rule: dict[str, Any] = CUSTOMERS, **sections: Any) -> World:
    world = a_world(rule, **sections)
    await world.watch()
    world.call("1")
    await world.round()
    assert world.told() == ["1"]
    return world


async def join(world: World, name: str) -> None:
    world.call(name)
    await world.poll()


async def test_a_call_that_joins_edits_the_message_after_the_pause(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    told_at = world.sent[0].at
    await join(world, "2")
    assert await world.send() == told_at + 30 * SECOND
    assert world.edited() == []
    await world.send_until(told_at + 30 * SECOND)
    assert world.edited() == [("1", "2")]
    assert world.told() == ["1"]


async def test_calls_that_join_within_the_pause_are_shown_by_one_edit(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    for name in ("2", "3", "4"):
        await join(world, name)
        await world.send()
        world.clock.advance(5 * SECOND)
    await world.send_until(world.clock.now() + MINUTE)
    assert world.edited() == [("1", "2", "3", "4")]


async def test_edits_of_a_message_are_a_pause_apart(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, delivery={"update_every": "2m"})
    for name in ("2", "3", "4", "5", "6"):
        world.clock.advance(MINUTE)
        await join(world, name)
        await world.send()
    times = [one.at for one in world.sent]
    assert all(later - earlier >= 2 * MINUTE for earlier, later in pairwise(times))
    await world.send_until(world.clock.now() + 5 * MINUTE)
    assert world.edited()[-1] == ("1", "2", "3", "4", "5", "6")


async def test_nothing_is_edited_where_nothing_changed(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    assert await world.send() is None


async def test_an_alert_that_ended_by_being_told_is_never_edited(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, {"name": "every", "notify": "room"})
    assert [alert.ended_as for alert in world.alerts()] == ["told"]
    await world.send_until(world.clock.now() + HOUR)
    assert len(world.sent) == 1


async def test_the_end_of_an_alert_edits_the_message(a_world: MakeWorld) -> None:
    rule = {"name": "many", "per": "extension", "count": 1, "within": "10m", "notify": "room"}
    world = await told_of_one(a_world, rule)
    world.clock.advance(11 * MINUTE)
    await world.poll()
    await world.tick()
    await world.send()
    assert [(one.edits, one.alert.ended_as) for one in world.sent] == [(False, None), (True, "quiet")]


async def test_a_removed_rules_message_stays_as_it_is(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    await world.restart(rules=[{"name": "another", "notify": "room"}])
    assert [alert.ended_as for alert in world.alerts()] == ["rule_removed"]
    await world.send_until(world.clock.now() + HOUR)
    assert len(world.sent) == 1


async def test_an_edit_comes_after_what_waits_for_the_same_target(a_world: MakeWorld) -> None:
    rule = {
        "name": "many",
        "per": "extension",
        "count": 1,
        "within": "1h",
        "levels": [{"count": 2}],
        "notify": "room",
    }
    world = await told_of_one(a_world, rule)
    world.clock.advance(MINUTE)
    await join(world, "2")
    await world.send_until(world.clock.now() + MINUTE)
    assert [(one.kind, one.edits, one.names) for one in world.sent] == [
        (Kind.OPEN, False, ("1",)),
        (Kind.LEVEL, False, ("1", "2")),
        (Kind.OPEN, True, ("1", "2")),
    ]


async def test_a_refused_edit_ends_the_editing_and_what_joined_is_told_anew(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.edits.append(EditRefused("message_not_found"))
    await join(world, "2")
    await world.send_until(world.clock.now() + MINUTE)
    assert [(one.kind, one.names) for one in world.sent] == [
        (Kind.OPEN, ("1",)),
        (Kind.UPDATE, ("1", "2")),
    ]
    await join(world, "3")
    await world.send_until(world.clock.now() + MINUTE)
    assert world.edited() == [("1", "2", "3")]  # of the new message


async def test_a_refused_edit_that_brings_no_call_is_left_alone(a_world: MakeWorld) -> None:
    rule = {"name": "many", "per": "extension", "count": 1, "within": "10m", "notify": "room"}
    world = await told_of_one(a_world, rule)
    world.room.never_edits = EditRefused("edit_window_closed")
    world.clock.advance(11 * MINUTE)
    await world.poll()
    await world.tick()
    await world.send_until(world.clock.now() + HOUR)
    assert world.room.tries == 2
    assert len(world.sent) == 1


async def test_a_target_that_broke_between_message_and_edit_gives_way_to_ops(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, receivers={"ops": {"slack": {"to": "#ops"}}}, ops={"notify": "ops"})
    world.room.never_edits = world.room.always = TargetBroken("is_archived")
    await join(world, "2")
    await world.send_until(world.clock.now() + MINUTE)
    assert [(one.receiver, one.kind, one.names) for one in world.sent[1:]] == [
        ("ops", Kind.UPDATE, ("1", "2"))
    ]


async def test_a_refused_form_is_edited_as_plain_text_at_once(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.edits.append(PayloadBroken("invalid_blocks"))
    await join(world, "2")
    await world.send_until(world.clock.now() + MINUTE)
    assert [one.plain for one in world.sent] == [False, True]


async def test_an_edit_that_fails_in_unknown_ways_is_told_anew_and_the_loop_goes_on(
    a_world: MakeWorld,
) -> None:
    world = await told_of_one(a_world)
    world.room.never_edits = KeyError("a fault of ours")
    await join(world, "2")
    await world.send_until(world.clock.now() + MINUTE)
    assert [one.kind for one in world.sent] == [Kind.OPEN, Kind.UPDATE]


@pytest.mark.parametrize("error", [DeliveryTransient("down"), TimeoutError(), CredentialsBroken("revoked")])
async def test_an_edit_that_fails_for_now_is_made_later_with_its_formatting(
    a_world: MakeWorld, error: Exception
) -> None:
    world = await told_of_one(a_world)
    world.room.edits.extend([error, error])
    await join(world, "2")
    await world.send_until(world.clock.now() + HOUR)
    assert world.edited() == [("1", "2")]
    assert not world.sent[-1].plain


async def test_an_edit_waits_as_long_as_a_429_says_and_delays_no_new_message(a_world: MakeWorld) -> None:
    both = [CUSTOMERS, {"name": "every", "match": {"extension": "300"}, "notify": "room"}]
    world = a_world(*both)
    await world.watch()
    world.call("1")
    await world.round()
    await join(world, "2")
    world.clock.advance(MINUTE)
    world.room.edits.append(RateLimited("slow down", 400.0))
    limited_at = world.clock.now()
    assert await world.send() == limited_at + 400 * SECOND
    world.call("urgent", extension="300", to="919812345679")
    await world.round()
    assert world.told()[-2:] == ["urgent", "urgent"]
    await world.send_until(limited_at + 400 * SECOND)
    assert world.edited()[0] == ("1", "2")


async def test_other_edits_of_a_target_wait_with_the_one_that_failed(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    for n in range(5):
        world.call(f"first {n}", to=f"91981234570{n}")
    await world.round()
    for n in range(5):
        world.call(f"second {n}", to=f"91981234570{n}")
    await world.poll()
    world.clock.advance(MINUTE)
    tries = world.room.tries
    world.room.never_edits = DeliveryTransient("down")
    await world.send()
    assert world.room.tries == tries + 1
    world.room.never_edits = None
    await world.send_until(world.clock.now() + MINUTE)
    assert len(world.edited()) == 5


async def test_an_edit_is_not_tried_for_ever(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, delivery={"give_up_after": "2h"})
    world.room.never_edits = DeliveryTransient("down")
    await join(world, "2")
    await world.send_until(world.clock.now() + 3 * HOUR)
    assert [one.kind for one in world.sent] == [Kind.OPEN, Kind.UPDATE]


async def test_a_message_about_an_alert_that_was_forgotten_is_left_alone(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    forgotten = Told(999, Target("room", "#room"), "#room/0", 1, 1, 0)
    assert await world.deliver.edits.bring_up_to_date(forgotten, world.room) == Outcome()
    world.room.never_edits = EditRefused("gone")
    world.clock.advance(4 * 24 * HOUR)
    await world.tick()
    await world.send()
    await world.database.write(
        lambda connection: purge.purge(connection, world.clock.now() + 1, world.clock.now() + 1)
    )
    assert world.alerts() == []
    assert await world.send() is None


async def test_many_old_messages_in_a_broken_room_delay_no_edit_elsewhere(a_world: MakeWorld) -> None:
    world = a_world(
        {**CUSTOMERS, "match": {"extension": "209"}},
        {**CUSTOMERS, "name": "other", "match": {"extension": "210"}, "notify": "other"},
        receivers={"other": {"slack": {"to": "#other"}}},
    )
    await world.watch()
    for n in range(60):
        world.call("a", to=f"9198124{n:05}", ago=1)
    world.call("first", extension="210")
    await world.round()
    world.room.never_edits = DeliveryTransient("down")
    for n in range(60):
        world.call("b", to=f"9198124{n:05}")
    world.call("second", extension="210")
    await world.poll()
    world.clock.advance(MINUTE)
    await world.send()
    assert world.edited() == [("first", "second")]
