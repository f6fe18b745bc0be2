"""Our clock was ahead, and is set right: what was to be tried again is tried now, not hours later."""

import pytest

from notifier.config.values import DAY
from notifier.errors import CredentialsBroken, DeliveryError, DeliveryTransient
from tests.support.channel import AfterAccepting
from tests.support.exchange import Killed
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

FAILURES = [DeliveryTransient("down"), CredentialsBroken("revoked")]
MEERA = "919812345679"
AHEAD = [3 * HOUR, 10 * MINUTE]


async def failed_while_ahead(world: World, ahead: int, failure: DeliveryError) -> int:
    """A message failed by the wrong clock; returns the true time."""
    await world.watch()
    world.call("Suresh")
    await world.poll()
    truth = world.clock.now()
    world.clock.ms = truth + ahead
    world.room.sends.append(failure)
    await world.send()
    assert world.told() == []
    return truth


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("ahead", AHEAD)
async def test_what_was_to_be_tried_again_by_a_clock_that_was_ahead_is_tried_now(
    a_world: MakeWorld, ahead: int, failure: DeliveryError
) -> None:
    world = a_world()
    truth = await failed_while_ahead(world, ahead, failure)
    world.clock.ms = truth + MINUTE
    await world.send()
    assert world.told() == ["Suresh"]


async def test_a_restart_finds_what_was_to_be_tried_again_by_a_clock_that_was_ahead(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    truth = await failed_while_ahead(world, 3 * HOUR, DeliveryTransient("down"))
    world.clock.ms = truth + MINUTE
    await world.restart()
    await world.send()
    assert world.told() == ["Suresh"]


async def test_a_clock_that_is_right_hastens_nothing(a_world: MakeWorld) -> None:
    world = a_world()
    truth = await failed_while_ahead(world, 0, DeliveryTransient("down"))
    world.clock.advance(900)
    await world.send()
    assert world.told() == []
    await world.send_until(truth + MINUTE)
    assert world.told() == ["Suresh"]


async def test_a_store_that_fails_meanwhile_does_not_make_it_forgotten(a_world: MakeWorld) -> None:
    world = a_world()
    truth = await failed_while_ahead(world, 10 * MINUTE, DeliveryTransient("down"))
    world.clock.ms = truth + MINUTE
    world.break_store()
    with pytest.raises(Exception, match="can't be written"):
        await world.dispatch.step()
    world.mend_store()
    await world.send()
    assert world.told() == ["Suresh"]


async def test_a_message_is_edited_though_it_was_told_by_a_clock_that_was_ahead(a_world: MakeWorld) -> None:
    world = a_world({"name": "every", "per": "customer", "notify": "room"})
    await world.watch()
    world.call("Suresh")
    await world.poll()
    truth = world.clock.now()
    world.clock.ms = truth + 3 * HOUR
    await world.send()
    world.clock.ms = truth + MINUTE
    await world.send()
    world.call("Suresh")
    await world.poll()
    await world.send()
    assert [(one.edits, len(one.names)) for one in world.sent] == [(False, 1), (True, 2)]


async def test_a_message_that_another_one_stands_before_is_edited_as_well(a_world: MakeWorld) -> None:
    world = a_world({"name": "every", "per": "customer", "notify": "room"})
    await world.watch()
    world.call("Suresh")
    await world.poll()
    truth = world.clock.now()
    world.clock.ms = truth + 3 * HOUR
    await world.send()
    world.clock.ms = truth + MINUTE
    world.call("Meera", to=MEERA)
    await world.poll()
    await world.send()
    # Meera's message is not to be edited for some seconds yet, and comes before Suresh's, told hours ahead.
    world.call("Suresh")
    world.call("Meera", to=MEERA)
    await world.poll()
    await world.send()
    assert [(one.edits, one.names) for one in world.sent][2:] == [(True, ("Suresh", "Suresh"))]


async def test_what_may_have_arrived_while_the_clock_was_ahead_is_looked_for_in_the_day_before(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    await world.watch()
    world.call("Suresh")
    await world.poll()
    truth = world.clock.now()
    world.clock.ms = truth + 3 * HOUR
    world.room.sends.append(AfterAccepting(Killed()))
    await world.killed_while_sending()
    world.clock.ms = truth + MINUTE
    await world.send()
    assert world.told() == ["Suresh"]
    assert [since for _, _, since in world.room.looked] == [truth + MINUTE - DAY]


async def test_a_long_time_between_two_messages_about_what_joined_is_kept(a_world: MakeWorld) -> None:
    world = a_world(
        {"name": "busy", "per": "extension", "notify": "mail"},
        receivers={"mail": {"email": {"to": "lead@example.com"}}},
        email={"host": "localhost", "security": "none", "sender": "calls@example.com"},
        delivery={"update_every": "3h"},
    )
    await world.watch()
    began = world.clock.now()
    while world.clock.now() < began + 7 * HOUR:
        world.call("Suresh")
        await world.poll()
        await world.send_until(world.clock.now() + 30 * MINUTE)
    assert [(one.at - began) // HOUR for one in world.sent] == [0, 3, 6]
