"""What is said of an alert once more is a reply to its first message, which stays the one that is edited."""

from pathlib import Path
from typing import Any

import pytest

from notifier.errors import DeliveryTransient
from notifier.model import Kind
from notifier.store.backup import copy_store
from tests.support.channel import AfterAccepting, Message
from tests.support.exchange import Killed
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

CUSTOMERS: dict[str, Any] = {
    "name": "customers",
    "per": "customer",
    "notify": "room",
    "repeat_every": "1h",
    "expire_after": "3d",
}
MANY: dict[str, Any] = {
    "name": "many",
    "per": "extension",
    "count": 1,
    "within": "3h",
    "levels": [{"count": 2, "severity": "critical"}],
    "notify": "room",
}
FIRST = "#room/0"
"""The receipt of the first message."""


async def told_of(a_world: MakeWorld, *rules: dict[str, Any], customers: int = 1, **sections: Any) -> World:
    world = a_world(*rules or (CUSTOMERS,), **sections)
    await world.watch()
    for n in range(customers):
        world.call(str(n), to=f"91981234560{n}")
    await world.round()
    assert len(world.told("room")) == customers
    return world


async def remind(world: World) -> None:
    """An hour later reminders fall due."""
    world.clock.advance(HOUR)
    await world.tick()


def replies(world: World) -> list[tuple[Kind, str]]:
    return [(one.kind, one.reply_to) for one in world.sent if not one.edits and one.kind is not Kind.OPEN]


async def joins(world: World) -> Message:
    """A call joins, and a message shows it."""
    world.clock.advance(MINUTE)
    world.call("joined", to="919812345600")
    await world.round()
    await world.send_until(world.clock.now() + MINUTE)
    return world.sent[-1]


async def test_a_reminder_is_a_reply_to_the_first_message_which_is_edited_all_the_same(
    a_world: MakeWorld,
) -> None:
    world = await told_of(a_world)
    await remind(world)
    await world.send()
    await remind(world)
    await world.send()
    assert replies(world) == [(Kind.REMINDER, FIRST)] * 2
    edited = await joins(world)
    assert edited.edits
    assert edited.names == ("0", "joined")


async def test_a_higher_level_is_a_reply_and_the_first_message_shows_it_too(a_world: MakeWorld) -> None:
    world = await told_of(a_world, MANY)
    edited = await joins(world)
    assert replies(world) == [(Kind.LEVEL, FIRST)]
    assert edited.edits
    assert edited.alert.level == 1


async def test_an_escalation_is_a_reply_where_it_goes_to_those_who_know_and_a_first_message_elsewhere(
    a_world: MakeWorld,
) -> None:
    steps = [{"after": "30m", "notify": ["room", "leads"]}, {"after": "60m", "notify": ["room", "leads"]}]
    rule = {**CUSTOMERS, "repeat_every": "9h", "escalate": steps}
    world = await told_of(a_world, rule, receivers={"leads": {"slack": {"to": "#leads"}}})
    for _ in steps:
        world.clock.advance(30 * MINUTE)
        await world.tick()
        await world.send()
    told = [(one.receiver, one.reply_to) for one in world.sent if one.kind is Kind.ESCALATION]
    theirs = next(n for n, one in enumerate(world.sent) if one.receiver == "leads")
    assert sorted(told) == [("leads", ""), ("leads", f"#leads/{theirs}"), ("room", FIRST), ("room", FIRST)]


async def test_what_can_not_be_edited_knows_no_replies(a_world: MakeWorld) -> None:
    world = await told_of(a_world)
    world.room.can_edit = False
    await remind(world)
    await world.send()
    assert replies(world) == [(Kind.REMINDER, "")]


async def test_a_summary_is_no_reply_and_the_first_messages_stay_the_ones_that_are_edited(
    a_world: MakeWorld,
) -> None:
    world = await told_of(a_world, customers=3, delivery={"burst": 3})
    world.sections["delivery"] = {"burst": 2}
    await world.reload()
    await remind(world)
    await world.send()
    assert replies(world) == [(Kind.REMINDER, "")] * 3
    assert len({one.batch for one in world.sent[3:]}) == 1
    assert (await joins(world)).edits


async def test_where_the_first_message_is_gone_the_reply_takes_its_place(a_world: MakeWorld) -> None:
    world = await told_of(a_world)
    world.room.deleted.add(FIRST)
    await remind(world)
    await world.send()
    # It is brought up to date at once: as a reply it would be shorter.
    assert [(one.kind, one.edits, one.reply_to) for one in world.sent[1:]] == [
        (Kind.REMINDER, False, ""),
        (Kind.OPEN, True, ""),
    ]
    assert (await joins(world)).edits
    await remind(world)
    await world.send()
    assert replies(world) == [(Kind.REMINDER, ""), (Kind.REMINDER, "#room/1")]


@pytest.mark.parametrize("kills", [True, False])
async def test_promise_a_reply_that_may_have_arrived_is_looked_for_in_its_thread(
    a_world: MakeWorld, *, kills: bool
) -> None:
    world = await told_of(a_world)
    await remind(world)
    if kills:
        world.room.sends.append(AfterAccepting(Killed()))
        await world.killed_while_sending()
    else:
        world.room.sends.append(AfterAccepting(DeliveryTransient("lost", uncertain=True)))
    await world.send_until(world.clock.now() + MINUTE)
    assert replies(world) == [(Kind.REMINDER, FIRST)]
    assert world.fates() == [("room", "sent")] * 2
    assert (await joins(world)).names == ("0", "joined")
    assert len(world.room.looked) == 1


@pytest.mark.parametrize("kills", [True, False])
async def test_promise_a_reply_that_became_a_message_of_its_own_is_found_too_and_edited_from_then_on(
    a_world: MakeWorld, *, kills: bool
) -> None:
    world = await told_of(a_world)
    world.room.deleted.add(FIRST)
    await remind(world)
    error = Killed() if kills else DeliveryTransient("lost", uncertain=True)
    world.room.sends.append(AfterAccepting(error))
    if kills:
        await world.killed_while_sending()
    await world.send_until(world.clock.now() + MINUTE)
    assert [(one.kind, one.edits) for one in world.sent[1:]] == [(Kind.REMINDER, False), (Kind.OPEN, True)]
    assert (await joins(world)).edits


async def test_promise_replies_of_an_earlier_run_are_found_each_in_its_thread(
    a_world: MakeWorld, tmp_path: Path
) -> None:
    world = await told_of(a_world, customers=3)
    await remind(world)
    copy_store(world.path, tmp_path / "copy.db")
    await world.send()
    world.clock.advance(MINUTE)
    await world.put_back(tmp_path / "copy.db")
    await world.send()
    assert replies(world) == [(Kind.REMINDER, f"#room/{n}") for n in range(3)]
    assert world.fates() == [("room", "sent")] * 6


async def test_promise_replies_that_are_to_stand_in_a_summary_by_now_are_found_each_in_its_thread(
    a_world: MakeWorld,
) -> None:
    world = await told_of(a_world, customers=3)
    await remind(world)
    for _ in range(3):
        world.room.sends.append(AfterAccepting(DeliveryTransient("lost", uncertain=True)))
    await world.send()
    await world.send_until(world.clock.now() + 3_000)
    world.sections["delivery"] = {"burst": 2}
    await world.reload()
    await world.send_until(world.clock.now() + HOUR // 2)
    assert sorted(replies(world)) == [(Kind.REMINDER, f"#room/{n}") for n in range(3)]
    assert world.fates() == [("room", "sent")] * 6
