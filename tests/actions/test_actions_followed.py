"""What people do to alerts, and what the loops make of it."""

from typing import Any

from notifier.actions import Actions, end_silence, silence
from notifier.model import AlertState, Kind
from notifier.rules.act import Action, Order
from tests.support.sample import a_silence
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

ONE: dict[str, Any] = {"name": "one", "per": "customer", "notify": "room"}


async def done(world: World, alert: int, action: Action, *, until: int | None = None) -> None:
    actions = Actions(world.database, world.tell.rules)
    acted = await actions.carry_out(alert, Order(action, "Asha", until=until), world.clock.now())
    assert acted is not None
    assert acted.is_done


async def later(world: World, ms: int) -> None:
    world.clock.advance(ms)
    await world.round()


async def a_miss(a_world: MakeWorld, **rule: Any) -> World:
    world = a_world({**ONE, **rule})
    await world.watch()
    world.call("Suresh")
    await world.round()
    return world


async def test_a_pending_alert_that_is_snoozed_is_told_when_the_snooze_ends(a_world: MakeWorld) -> None:
    world = await a_miss(a_world, wait="10m")
    await done(world, 1, Action.SNOOZE, until=world.clock.now() + HOUR)
    await later(world, 59 * MINUTE)
    assert world.told() == []
    await later(world, MINUTE)
    assert world.told() == ["Suresh"]
    assert world.alerts()[0].snoozed_until is None


async def test_a_pending_alert_that_is_acknowledged_is_told_to_nobody_until_it_is_reopened(
    a_world: MakeWorld,
) -> None:
    world = await a_miss(a_world, wait="10m")
    await done(world, 1, Action.ACKNOWLEDGE)
    await later(world, HOUR)
    assert world.told() == []
    await done(world, 1, Action.REOPEN)
    await later(world, 0)
    assert world.told() == ["Suresh"]
    assert world.alerts()[0].state is AlertState.OPEN


async def test_what_is_resolved_and_reopened_before_it_could_be_sent_is_sent_once(a_world: MakeWorld) -> None:
    world = a_world(ONE)
    await world.watch()
    world.call("Suresh")
    await world.poll()
    await done(world, 1, Action.RESOLVE)
    await later(world, 0)
    assert (world.told(), world.fates()) == ([], [("room", "dropped")])
    await done(world, 1, Action.REOPEN)
    await later(world, MINUTE)
    assert (world.told(), world.fates()) == (["Suresh"], [("room", "sent")])


async def test_a_message_shows_that_somebody_is_on_it(a_world: MakeWorld) -> None:
    world = await a_miss(a_world)
    assert world.told() == ["Suresh"]
    await done(world, 1, Action.ACKNOWLEDGE)
    await later(world, MINUTE)
    assert (world.told(), world.edited()) == (["Suresh"], [("Suresh",)])


async def test_what_is_silenced_is_told_once_the_silence_is_ended(a_world: MakeWorld) -> None:
    world = a_world(ONE)
    await world.watch()
    now = world.clock.now()
    endless = a_silence(rule="one", starts_at=now, ends_at=None)
    added = await silence(world.database, {}, endless, now)
    world.call("Suresh")
    await world.round()
    await later(world, 3 * HOUR)
    assert world.told() == []
    ended = await end_silence(world.database, {}, added.silence.id, "Asha", world.clock.now())
    assert ended is not None
    assert ended.alerts == 1
    await later(world, 0)
    assert world.told() == ["Suresh"]


async def test_it_goes_on_by_the_daemon_s_rules_whatever_those_of_the_command_are(a_world: MakeWorld) -> None:
    world = await a_miss(a_world, repeat_every="1h")
    for action in (Action.ACKNOWLEDGE, Action.REOPEN):
        await done(world, 1, action)  # knows of the rule's name only
    due = await world.tick()
    assert due == world.clock.now() + HOUR
    await later(world, HOUR)
    assert [one.kind for one in world.sent if not one.edits] == [Kind.OPEN, Kind.REMINDER]
