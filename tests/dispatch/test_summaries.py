"""More than a burst for one target, what is stale and what was held come as one message, continued."""

from typing import Any

import pytest

from notifier.errors import DeliveryTransient, PayloadBroken, RateLimited, TargetBroken
from notifier.model import Gathered, Kind
from tests.support.channel import Message
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

EVERY = {"name": "every", "notify": "room"}
CUSTOMERS = {"name": "customers", "per": "customer", "notify": "room"}
CRITICAL = {
    "name": "urgent",
    "match": {"extension": "300"},
    "notify": "room",
    "severity": "critical",
}
BACKUP = {"backup": {"slack": {"to": "#backup"}}}


async def with_calls(a_world: MakeWorld, count: int, *rules: dict[str, Any], **sections: Any) -> World:
    world = a_world(*(rules or (EVERY,)), **sections)
    await world.watch()
    for n in range(count):
        world.call(str(n), to=f"9198123{n:05}")
    await world.poll()
    return world


def messages(world: World, receiver: str = "room") -> list[list[Message]]:
    """What arrived, one list for each message."""
    found: dict[str, list[Message]] = {}
    for one in world.sent:
        if one.receiver == receiver:
            found.setdefault(one.batch or one.delivery_id, []).append(one)
    return list(found.values())


def named(world: World, receiver: str = "room") -> list[list[str]]:
    """Whom each message names, by their calls."""
    return [[one.names[-1] for one in message] for message in messages(world, receiver)]


def flat(messages: list[list[str]]) -> list[str]:
    return [name for message in messages for name in message]


def numbers(count: int) -> list[str]:
    return [str(n) for n in range(count)]


async def test_as_many_as_a_burst_are_told_one_by_one(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 10)
    await world.send()
    assert named(world) == [[name] for name in numbers(10)]


async def test_more_than_a_burst_are_told_by_one_message_that_names_them_all(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 11)
    await world.send()
    assert named(world) == [numbers(11)]
    (message,) = messages(world)
    assert {one.gathered for one in message} == {Gathered.BURST}
    assert {one.place for one in message} == {(1, 1)}
    assert world.room.tries == 1


async def test_each_notification_of_a_summary_counts_as_told(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 11)
    await world.send()
    assert world.fates() == [("room", "sent")] * 11
    assert [alert.ended_as for alert in world.alerts()] == ["told"] * 11
    await world.send_until(world.clock.now() + HOUR)
    assert len(messages(world)) == 1


async def test_a_summary_is_continued_until_each_alert_is_named_once(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 500)
    await world.send()
    assert len(messages(world)) == world.room.tries == 25
    assert sorted(flat(named(world)), key=int) == numbers(500)
    assert [message[0].place for message in messages(world)] == [(n, 25) for n in range(1, 26)]


async def test_no_part_names_just_one_alert(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 21)
    await world.send()
    assert [len(message) for message in messages(world)] == [10, 11]


async def test_what_comes_while_a_summary_is_sent_comes_after_it(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 25)
    world.room.on_send = lambda _: world.call("late") if world.room.tries == 1 else None
    await world.send()
    await world.round()
    assert [len(message) for message in messages(world)] == [12, 13, 1]
    assert named(world)[-1] == ["late"]


async def test_critical_is_told_first_and_alone(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 30, EVERY | {"match": {"not": {"extension": "300"}}}, CRITICAL)
    world.call("help", extension="300")
    world.call("fire", extension="300")
    await world.poll()
    await world.send()
    assert named(world)[:2] == [["help"], ["fire"]]
    assert [len(message) for message in messages(world)[2:]] == [15, 15]


async def test_what_becomes_critical_while_its_summary_waits_leaves_it(a_world: MakeWorld) -> None:
    rule = {
        **CUSTOMERS,
        "count": 1,
        "within": "1h",
        "levels": [{"count": 2, "severity": "critical"}],
    }
    world = await with_calls(a_world, 50, rule)
    world.room.sends.append(RateLimited("slow down", 60.0))
    await world.send()
    world.call("again", to="919812300049")
    world.clock.advance(MINUTE)
    await world.round()
    first, second, *parts = messages(world)
    assert [(one.kind, one.names[-1]) for one in (*first, *second)] == [
        (Kind.OPEN, "again"),
        (Kind.LEVEL, "again"),
    ]
    assert sorted(len(message) for message in parts) == [16, 16, 17]
    assert {message[0].place for message in parts} == {(1, 3), (2, 3), (3, 3)}


async def test_updates_are_told_in_summaries_like_others(a_world: MakeWorld) -> None:
    hook = {"room": {"slack": {"webhook_url": "https://hooks.example.com/x"}}}
    world = await with_calls(a_world, 12, CUSTOMERS, receivers=hook)
    await world.send()
    for n in range(12):
        world.call(f"again {n}", to=f"9198123{n:05}")
    await world.poll()
    await world.send_until(world.clock.now() + 6 * MINUTE)
    assert [len(message) for message in messages(world)] == [12, 12]
    assert {one.kind for one in messages(world)[1]} == {Kind.UPDATE}


async def test_what_joins_after_a_summary_is_told_in_a_message_of_its_own_after_five_minutes(
    a_world: MakeWorld,
) -> None:
    world = await with_calls(a_world, 11, CUSTOMERS)
    await world.send()
    told_at = world.clock.now()
    for name in ("once", "twice"):
        world.clock.advance(MINUTE)
        world.call(name, to="919812300003")
        await world.round()
    await world.send_until(told_at + 5 * MINUTE)
    (update,) = messages(world)[1]
    assert (update.kind, update.names, update.at) == (
        Kind.UPDATE,
        ("3", "once", "twice"),
        told_at + 5 * MINUTE,
    )
    # That one is a message that can be edited.
    world.call("thrice", to="919812300003")
    await world.poll()
    await world.send_until(world.clock.now() + MINUTE)
    assert world.edited() == [("3", "once", "twice", "thrice")]


async def test_the_end_of_an_alert_that_a_summary_told_of_is_no_message(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 11, {**CUSTOMERS, "expire_after": "1h"})
    await world.send()
    await world.send_until(world.clock.now() + 2 * HOUR)
    await world.tick()
    await world.send_until(world.clock.now() + HOUR)
    assert [alert.ended_as for alert in world.alerts()] == ["expired"] * 11
    assert world.room.tries == 1


async def test_a_summary_that_fails_is_sent_again_as_it_was(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 25)
    world.room.sends.append(DeliveryTransient("down"))
    await world.send()
    assert {row.reason for row in world.outbox()} == {"down", ""}
    world.call("new")
    await world.poll()
    await world.send_until(world.clock.now() + MINUTE)
    assert sorted(len(message) for message in messages(world)) == [1, 12, 13]
    assert sorted(message[0].place for message in messages(world)) == [(1, 1), (1, 2), (2, 2)]


async def test_a_target_broken_in_a_summary_has_the_fallback_told_in_a_summary(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 25, {**EVERY, "fallback": "backup"}, receivers=BACKUP)
    world.room.always = TargetBroken("is_archived")
    await world.send()
    assert sorted(flat(named(world, "backup")), key=int) == numbers(25)
    assert len(messages(world, "backup")) == 2
    assert [fate for _, fate in world.fates()] == ["redirected"] * 25 + ["sent"] * 25


async def test_the_rest_of_a_summary_comes_to_others_in_a_summary_too(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 12, {**EVERY, "fallback": "backup"}, receivers=BACKUP)
    world.room.summary_size = 6
    world.room.sends.extend([None, TargetBroken("is_archived")])
    await world.send()
    assert [len(message) for message in messages(world)] == [6]
    assert [len(message) for message in messages(world, "backup")] == [6]


async def test_a_summary_is_given_up_as_a_whole_and_others_are_told(a_world: MakeWorld) -> None:
    rule = {**EVERY, "fallback": "backup"}
    world = await with_calls(a_world, 12, rule, receivers=BACKUP, delivery={"give_up_after": "1h"})
    world.room.always = DeliveryTransient("down")
    await world.send_until(world.clock.now() + 2 * HOUR)
    assert world.fates() == [("room", "dead")] * 12 + [("backup", "sent")] * 12
    assert [len(message) for message in messages(world, "backup")] == [12]


async def test_a_refused_form_of_a_summary_is_sent_plain(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 12)
    world.room.sends.append(PayloadBroken("invalid_blocks"))
    await world.send()
    (message,) = messages(world)
    assert {one.plain for one in message} == {True}
    assert len(message) == 12


async def test_one_alert_that_cannot_be_told_harms_none_of_its_summary(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 12, ops={})

    def choke(message: Any) -> None:
        told = getattr(message, "notifications", (message,))
        if any(one.calls[-1].name == "7" for one in told):
            raise KeyError("a fault of ours")

    world.room.on_send = choke
    await world.send()
    assert sorted(flat(named(world)), key=int) == [name for name in numbers(12) if name != "7"]
    assert [row.alert_id for row in world.outbox() if row.state == "dead"] == [8]


async def test_what_a_removed_rule_had_in_a_summary_is_left_out(a_world: MakeWorld) -> None:
    other = {"name": "other", "match": {"extension": "300"}, "notify": "room"}
    world = a_world({**EVERY, "match": {"extension": "209"}}, other)
    await world.watch()
    for n in range(12):
        world.call(str(n), extension="209" if n % 3 else "300")
    await world.poll()
    world.room.sends.append(DeliveryTransient("down"))
    await world.send()
    await world.restart(rules=[{**EVERY, "match": {"extension": "209"}}])
    await world.send_until(world.clock.now() + MINUTE)
    assert named(world) == [[name for name in numbers(12) if int(name) % 3]]
    assert sorted({fate for _, fate in world.fates()}) == ["dropped", "sent"]


async def test_where_one_is_left_it_is_told_as_by_itself_and_can_be_edited(a_world: MakeWorld) -> None:
    other = {**CUSTOMERS, "name": "other", "match": {"extension": "300"}}
    mine = {**CUSTOMERS, "match": {"extension": "209"}}
    world = a_world(mine, other, delivery={"burst": 1})
    await world.watch()
    world.call("1", extension="209")
    world.call("2", extension="300", to="919812345679")
    await world.poll()
    world.room.sends.append(DeliveryTransient("down"))
    await world.send()
    await world.restart(rules=[mine])
    await world.send_until(world.clock.now() + MINUTE)
    (message,) = messages(world)
    assert [(one.names, one.batch) for one in message] == [(("1",), None)]
    world.call("3", extension="209")
    await world.poll()
    await world.send_until(world.clock.now() + MINUTE)
    assert world.edited() == [("1", "3")]


async def test_where_nothing_is_left_nothing_is_sent(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 12)
    world.room.sends.append(DeliveryTransient("down"))
    await world.send()
    await world.restart(dry_run=True)
    await world.send_until(world.clock.now() + MINUTE)
    assert world.sent == []
    assert world.fates() == [("room", "dry_run")] * 12


async def test_a_channel_that_names_fewer_than_it_did_gets_smaller_parts(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 20)
    world.room.sends.append(DeliveryTransient("down"))
    await world.send()
    world.room.summary_size = 5
    await world.send_until(world.clock.now() + MINUTE)
    assert [len(message) for message in messages(world)] == [5, 5, 5, 5]


@pytest.mark.parametrize("gone", ["receiver", "address"])
async def test_what_waits_for_a_target_that_is_gone_is_told_to_others_in_a_summary(
    a_world: MakeWorld, gone: str
) -> None:
    rule = {"name": "every", "notify": "agent", "fallback": "backup"}
    agent = {"agent": {"slack": {"to": "agent"}}, **BACKUP}
    world = await with_calls(a_world, 150, rule, receivers=agent, agents={"209": {"slack": "U209"}})
    if gone == "address":
        await world.restart(agents={})
    else:
        await world.restart(rules=[{**rule, "notify": "backup"}], receivers=BACKUP)
    await world.send()
    assert sorted(flat(named(world, "backup")), key=int) == numbers(150)
    assert len(messages(world, "backup")) == 8
    assert [fate for _, fate in world.fates()] == ["redirected"] * 150 + ["sent"] * 150


async def test_one_broken_target_never_delays_another(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, 60, {**EVERY, "notify": ["room", "backup"]}, receivers=BACKUP)
    world.room.always = DeliveryTransient("down")
    await world.send()
    assert len(messages(world, "backup")) == 3
    assert named(world) == []
