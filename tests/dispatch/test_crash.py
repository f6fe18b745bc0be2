"""A message is sent twice only where we die between the remote side's acceptance and our commit."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from notifier.config.values import DAY
from notifier.errors import DeliveryTransient, RateLimited
from notifier.model import Gathered, Message
from notifier.store import schema
from notifier.store.backup import copy_store
from tests.support.channel import AfterAccepting
from tests.support.exchange import Killed
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld


async def with_a_call(world: World) -> World:
    await world.watch()
    world.call("Suresh")
    await world.poll()
    return world


async def test_a_claim_with_boot_and_time_is_stored_before_the_request(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world())
    seen: list[tuple[object, ...]] = []

    def look(message: Message) -> None:
        outbox = schema.outbox
        query = select(outbox.c.state, outbox.c.claimed_by, outbox.c.attempted_at, outbox.c.attempts)
        query = query.where(outbox.c.delivery_id == message.delivery_id)
        seen.append(world.database.look(lambda connection: tuple(connection.execute(query).one())))

    world.room.on_send = look
    await world.send()
    assert seen == [("claimed", world.boot, world.clock.now(), 1)]
    assert world.fates() == [("room", "sent")]


@pytest.mark.parametrize("confirms", [True, False])
async def test_killed_before_the_claim_it_is_told_once_after_the_start(
    a_world: MakeWorld, *, confirms: bool
) -> None:
    world = await with_a_call(a_world())
    world.room.confirms = confirms
    await world.restart()
    await world.send()
    assert world.told() == ["Suresh"]
    assert world.room.looked == []


@pytest.mark.parametrize("confirms", [True, False])
async def test_killed_after_the_claim_and_before_the_request_it_is_told_once_after_the_start(
    a_world: MakeWorld, *, confirms: bool
) -> None:
    world = await with_a_call(a_world())
    world.room.confirms = confirms
    world.room.sends.append(Killed())
    attempt = world.clock.now()
    await world.killed_while_sending()
    world.clock.advance(MINUTE)
    await world.send()
    assert world.told() == ["Suresh"]
    assert [since for _, _, since in world.room.looked] == [attempt - DAY]


async def test_killed_after_the_remote_side_accepted_it_is_told_once_where_that_can_be_confirmed(
    a_world: MakeWorld,
) -> None:
    world = await with_a_call(a_world())
    world.room.sends.append(AfterAccepting(Killed()))
    await world.killed_while_sending()
    await world.send()
    assert world.told() == ["Suresh"]
    assert world.fates() == [("room", "sent")]
    world.clock.advance(MINUTE)
    world.call("Suresh again")
    await world.round()
    assert world.told() == ["Suresh", "Suresh again"]


async def test_killed_after_the_remote_side_accepted_it_is_told_at_least_once_elsewhere(
    a_world: MakeWorld,
) -> None:
    world = await with_a_call(a_world())
    world.room.confirms = False
    world.room.sends.append(AfterAccepting(Killed()))
    await world.killed_while_sending()
    await world.send()
    assert world.told() == ["Suresh", "Suresh"]
    assert len({one.delivery_id for one in world.sent}) == 1
    assert world.fates() == [("room", "sent")]


async def test_what_was_confirmed_can_be_edited_afterwards(a_world: MakeWorld) -> None:
    rule = {"name": "customers", "per": "customer", "notify": "room"}
    world = await with_a_call(a_world(rule))
    world.room.sends.append(AfterAccepting(Killed()))
    await world.killed_while_sending()
    await world.send()
    # What the attempt showed is not known, so it is brought up to date once, and again when a call joins.
    assert world.edited() == [("Suresh",)]
    world.clock.advance(MINUTE)
    world.call("Suresh again")
    await world.round()
    assert world.edited() == [("Suresh",), ("Suresh", "Suresh again")]


async def test_what_joined_between_an_attempt_and_its_confirmation_is_shown(a_world: MakeWorld) -> None:
    rule = {"name": "customers", "per": "customer", "notify": "room"}
    world = await with_a_call(a_world(rule))
    world.room.sends.append(AfterAccepting(Killed()))
    await world.killed_while_sending()
    world.call("Suresh again")
    await world.round()
    assert world.told() == ["Suresh"]
    assert world.edited() == [("Suresh", "Suresh again")]


async def test_an_attempt_with_unknown_outcome_is_looked_for_before_the_next(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world())
    world.room.sends.append(AfterAccepting(DeliveryTransient("connection lost", uncertain=True)))
    attempt = world.clock.now()
    await world.send_until(attempt + MINUTE)
    assert world.told() == ["Suresh"]
    assert [since for _, _, since in world.room.looked] == [attempt - DAY]


async def test_an_unknown_error_may_mean_that_it_arrived_so_it_is_looked_for(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world())
    world.room.sends.append(AfterAccepting(AttributeError("in a library")))
    await world.send()
    assert world.told() == ["Suresh"]
    assert len(world.room.looked) == 1


@pytest.mark.parametrize(
    "trouble", [lambda: DeliveryTransient("no answer"), lambda: RateLimited("slow down", 5.0)]
)
async def test_while_it_cannot_be_looked_for_it_is_not_sent_again(
    a_world: MakeWorld, trouble: Callable[[], Exception]
) -> None:
    world = await with_a_call(a_world())
    world.room.sends.append(AfterAccepting(Killed()))
    await world.killed_while_sending()
    world.room.looks.extend([trouble(), trouble()])
    await world.send_until(world.clock.now() + MINUTE)
    assert world.told() == ["Suresh"]
    assert len(world.room.looked) == 3
    assert len({since for _, _, since in world.room.looked}) == 1  # the first attempt's


@pytest.mark.parametrize("sections", [{}, {"delivery": {"update_every": "1m"}}])
async def test_a_restart_or_reload_by_itself_sends_nothing(
    a_world: MakeWorld, sections: dict[str, object]
) -> None:
    rule = {"name": "customers", "per": "customer", "notify": "room"}
    world = await with_a_call(
        a_world(rule, {"name": "many", "per": "team", "count": 3, "within": "1h", "notify": "room"})
    )
    await world.round()
    count = len(world.sent)
    for _ in range(3):
        await world.restart(**sections)
        await world.round()
    assert len(world.sent) == count


async def test_killed_at_any_of_many_instants_every_call_is_told_once(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    names = [str(n) for n in range(12)]
    for number, name in enumerate(names):
        world.call(name)
        await world.poll()
        if number % 3 == 0:
            await world.send()
        else:
            world.room.sends.append(Killed() if number % 3 == 1 else AfterAccepting(Killed()))
            await world.killed_while_sending()
        world.clock.advance(MINUTE)
    await world.send()
    assert sorted(world.told(), key=int) == names


async def test_a_copy_of_the_store_from_before_a_message_does_not_send_it_again_where_one_can_look(
    a_world: MakeWorld, tmp_path: Path
) -> None:
    world = await with_a_call(a_world())
    copy_store(world.path, tmp_path / "copy.db")
    world.clock.advance(MINUTE)
    await world.send()
    world.clock.advance(MINUTE)
    await world.put_back(tmp_path / "copy.db")
    await world.send()
    assert world.told() == ["Suresh"]
    assert world.fates() == [("room", "sent")]


async def test_what_an_earlier_run_left_is_looked_for_once_and_not_for_each_message(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    await world.watch()
    for n in range(50):
        world.call(str(n))
    await world.poll()
    world.clock.advance(MINUTE)
    await world.restart()
    await world.send()
    assert len(world.told()) == 50
    assert len(world.room.looked) == 1
    assert len(world.room.asked[0]) >= 50


async def test_what_arrived_of_an_earlier_run_is_found_though_the_look_was_about_another(
    a_world: MakeWorld, tmp_path: Path
) -> None:
    world = a_world()
    await world.watch()
    for n in range(3):
        world.call(str(n))
    await world.poll()
    copy_store(world.path, tmp_path / "copy.db")
    world.clock.advance(MINUTE)
    await world.send()
    world.clock.advance(MINUTE)
    await world.put_back(tmp_path / "copy.db")
    world.call("new")
    await world.round()
    assert sorted(world.told()) == ["0", "1", "2", "new"]


async def test_what_a_copy_forgot_comes_as_one_late_summary_where_nobody_can_look(
    a_world: MakeWorld, tmp_path: Path
) -> None:
    world = a_world()
    world.room.confirms = False
    await world.watch()
    copy_store(world.path, tmp_path / "copy.db")
    for n in range(5):
        world.call(str(n))
    await world.round()
    assert [one.batch for one in world.sent] == [None] * 5
    world.clock.advance(2 * HOUR)
    await world.put_back(tmp_path / "copy.db")
    await world.round()
    again = world.sent[5:]
    assert sorted(one.names[-1] for one in again) == ["0", "1", "2", "3", "4"]
    assert len({one.batch for one in again}) == 1
    assert {one.gathered for one in again} == {Gathered.STALE}
