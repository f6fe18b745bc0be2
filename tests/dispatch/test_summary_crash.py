"""A summary is looked for before it is sent again, and so is each of its notifications."""

import sqlite3
from pathlib import Path

import pytest

from notifier.errors import DeliveryTransient
from notifier.model import Kind
from notifier.rules.act import Action
from notifier.store.database import Database
from tests.support.channel import AfterAccepting, Message
from tests.support.exchange import Killed
from tests.support.people import act
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

CUSTOMERS = {"name": "customers", "per": "customer", "notify": "room"}


async def with_calls(world: World, count: int) -> World:
    await world.watch()
    for n in range(count):
        world.call(str(n), to=f"9198123{n:05}")
    await world.poll()
    return world


def names(world: World) -> list[int]:
    return sorted(int(name) for name in world.told())


async def test_killed_after_a_summary_was_accepted_nobody_is_told_twice(a_world: MakeWorld) -> None:
    world = await with_calls(a_world(), 45)
    world.room.sends.extend([None, AfterAccepting(Killed())])
    await world.killed_while_sending()
    await world.send()
    assert names(world) == list(range(45))
    assert world.fates() == [("room", "sent")] * 45
    (asked,) = world.room.asked
    assert len(asked) == 16  # fifteen notifications, and the message that names them


async def test_killed_before_a_summary_was_accepted_it_is_sent_as_it_was(a_world: MakeWorld) -> None:
    world = await with_calls(a_world(), 45)
    batches: list[str] = []
    world.room.on_send = lambda message: batches.append(message.delivery_id)
    world.room.sends.extend([None, Killed()])
    await world.killed_while_sending()
    await world.send()
    assert names(world) == list(range(45))
    assert batches[1] in batches[2:]
    assert len(set(batches)) == 3


async def test_where_it_cannot_be_looked_for_a_summary_is_sent_again_with_the_same_id(
    a_world: MakeWorld,
) -> None:
    world = await with_calls(a_world(), 12)
    world.room.confirms = False
    world.room.sends.append(AfterAccepting(Killed()))
    await world.killed_while_sending()
    await world.send()
    assert names(world) == sorted([*range(12)] * 2)
    assert len({one.batch for one in world.sent}) == 1


async def test_what_was_told_before_by_itself_is_left_out_of_the_summary_and_can_be_edited(
    a_world: MakeWorld,
) -> None:
    world = await with_calls(a_world(CUSTOMERS), 3)
    world.room.sends.append(AfterAccepting(DeliveryTransient("connection lost", uncertain=True)))
    await world.send()
    for n in range(3, 15):
        world.call(str(n), to=f"9198123{n:05}")
    await world.poll()
    await world.send_until(world.clock.now() + 3_000)
    assert [one.batch is None for one in world.sent] == [True, *[False] * 14, True]
    assert names(world) == list(range(15))
    assert world.edited() == [("0",)]  # what the attempt showed is not known


async def test_where_all_of_it_was_told_nothing_is_sent(a_world: MakeWorld) -> None:
    world = await with_calls(a_world(), 2)
    lost = AfterAccepting(DeliveryTransient("connection lost", uncertain=True))
    world.room.sends.extend([lost, lost])
    began = world.clock.now()
    await world.send_until(began + 2_000)
    assert names(world) == [0, 1]
    world.clock.advance(MINUTE)
    await world.restart(delivery={"burst": 1})
    await world.send_until(began + HOUR)
    assert names(world) == [0, 1]
    (asked,) = world.room.asked
    assert len(asked) == 3
    assert world.fates() == [("room", "sent")] * 2


async def test_while_a_summary_cannot_be_looked_for_it_is_not_sent_again(a_world: MakeWorld) -> None:
    world = await with_calls(a_world(), 12)
    world.room.sends.append(AfterAccepting(Killed()))
    await world.killed_while_sending()
    world.room.looks.extend([DeliveryTransient("no answer"), TimeoutError()])
    await world.send_until(world.clock.now() + MINUTE)
    assert names(world) == list(range(12))
    assert len(world.room.asked) == 3
    assert len({since for _, _, since in world.room.looked}) == 1


async def joined_meanwhile(world: World, *, placed_ago: int = 0) -> list[Message]:
    """Killed after a summary was accepted; then a call joins, and all is looked for."""
    await with_calls(world, 12)
    world.room.sends.append(AfterAccepting(Killed()))
    await world.killed_while_sending()
    world.clock.advance(MINUTE)
    world.call("again", to="919812300003", ago=placed_ago)
    await world.round()
    found_at = world.clock.now()
    assert len(world.told()) == 12
    await world.send_until(found_at + HOUR)
    return world.sent[12:]


@pytest.mark.parametrize("placed_ago", [0, 2 * MINUTE])
async def test_what_joined_before_it_was_found_is_told_in_a_message_of_its_own(
    a_world: MakeWorld, placed_ago: int
) -> None:
    world = a_world(CUSTOMERS)
    (update,) = await joined_meanwhile(world, placed_ago=placed_ago)
    assert update.kind is Kind.UPDATE
    assert set(update.names) == {"3", "again"}


async def test_what_somebody_did_before_it_was_found_is_told_in_a_message_of_its_own(
    a_world: MakeWorld,
) -> None:
    world = await with_calls(a_world(CUSTOMERS), 12)
    world.room.sends.append(AfterAccepting(Killed()))
    await world.killed_while_sending()
    world.clock.advance(MINUTE)
    await act(world, Action.ACKNOWLEDGE, 3)
    await world.round()
    await world.send_until(world.clock.now() + HOUR)
    (update,) = world.sent[12:]
    assert (update.kind, update.alert.id, update.joined, update.stands_anew) == (Kind.UPDATE, 3, 0, True)


async def test_what_is_dropped_from_a_summary_that_had_arrived_is_told_of_nowhere_else(
    a_world: MakeWorld,
) -> None:
    mine = {**CUSTOMERS, "match": {"extension": "209"}}
    other = {**CUSTOMERS, "name": "other", "match": {"extension": "300"}}
    world = a_world(mine, other)
    await world.watch()
    for n in range(12):
        world.call(str(n), to=f"9198123{n:05}", extension="209" if n == 3 else "300")
    await world.poll()
    world.room.sends.append(AfterAccepting(Killed()))
    with pytest.raises(Killed):
        await world.send()
    await world.restart(rules=[mine])
    await world.send()
    assert len(world.told()) == 12
    assert sorted(fate for _, fate in world.fates()) == ["dropped"] * 11 + ["sent"]


async def test_a_store_that_was_restored_finds_what_was_told_since(
    a_world: MakeWorld, tmp_path: Path
) -> None:
    """The copy is from before any of it: all is read, decided and written down again, under the same ids."""
    world = a_world(CUSTOMERS, {"name": "every", "match": {"extension": "300"}, "notify": "room"})
    await world.watch()
    copy = tmp_path / "copy.db"
    with sqlite3.connect(world.path) as other:
        other.execute("VACUUM INTO ?", (str(copy),))
    await with_calls(world, 12)
    await world.send()
    world.call("12", extension="300")
    await world.round()
    before = {row.delivery_id for row in world.outbox()}
    told = len(world.sent)
    world.clock.advance(10 * MINUTE)
    world.database.close()
    world.database = Database.open(copy)
    await world.restart()
    await world.round()
    await world.send_until(world.clock.now() + 10 * MINUTE)
    assert {row.delivery_id for row in world.outbox()} == before
    assert {fate for _, fate in world.fates()} == {"sent"}
    assert [one for one in world.sent[told:] if not one.edits] == []
