"""A clock that jumps, either way and with or without a restart, tells nobody twice and forgets nothing."""

from typing import Any

import pytest

from notifier.model import AlertState, EndReason, Kind
from notifier.rules.act import Action
from tests.support.people import OFFICE, act, instant
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

RULE: dict[str, Any] = {
    "name": "customers",
    "per": "customer",
    "notify": "room",
    "escalate": [{"after": "30m", "notify": "leads"}],
    "repeat_every": "1h",
}
PLAIN: dict[str, Any] = {"name": "customers", "per": "customer", "notify": "room"}
LEADS = {"leads": {"slack": {"to": "#leads"}}}
AHEAD = 3 * HOUR


def messages(world: World) -> list[tuple[str, Kind]]:
    return sorted((one.receiver, one.kind) for one in world.sent if not one.edits)


async def loops(world: World) -> None:
    await world.tick()
    await world.send()


async def pass_time(world: World, span: int) -> None:
    for _ in range(span // (10 * MINUTE)):
        world.clock.advance(10 * MINUTE)
        await loops(world)


async def set_right(world: World, truth: int, *, restarts: bool) -> None:
    world.clock.ms = truth
    if restarts:
        await world.restart()
    await loops(world)


@pytest.mark.parametrize("restarts", [False, True])
async def test_opened_by_a_clock_that_was_ahead_it_is_escalated_in_time_all_the_same(
    a_world: MakeWorld, *, restarts: bool
) -> None:
    world = a_world(RULE, receivers=LEADS)
    await world.watch()
    truth = world.clock.now()
    world.clock.ms = truth + AHEAD
    world.call("Suresh")
    await world.round()
    await set_right(world, truth + MINUTE, restarts=restarts)
    assert world.alerts()[0].open_since == truth + MINUTE
    await pass_time(world, 30 * MINUTE)
    assert messages(world) == [("leads", Kind.ESCALATION), ("room", Kind.OPEN)]


@pytest.mark.parametrize("restarts", [False, True])
async def test_what_was_told_while_the_clock_was_ahead_is_not_told_again(
    a_world: MakeWorld, *, restarts: bool
) -> None:
    world = a_world(RULE, receivers=LEADS)
    await world.watch()
    world.call("Suresh")
    await world.round()
    truth = world.clock.now()
    world.clock.ms = truth + AHEAD
    await loops(world)
    early = messages(world)
    assert early == [("leads", Kind.ESCALATION), ("room", Kind.OPEN), ("room", Kind.REMINDER)]
    await set_right(world, truth, restarts=restarts)
    await pass_time(world, AHEAD)
    assert messages(world) == early
    # The reminders that it has told already are the first three.
    await pass_time(world, HOUR)
    assert messages(world) == sorted([*early, ("leads", Kind.REMINDER), ("room", Kind.REMINDER)])


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_snooze_lasts_as_long_as_was_asked_for(a_world: MakeWorld, *, restarts: bool) -> None:
    world = a_world(PLAIN)
    await world.watch()
    world.call("Suresh")
    await world.round()
    truth = world.clock.now()
    world.clock.ms = truth + AHEAD
    await loops(world)
    await act(world, Action.SNOOZE, until=world.clock.now() + HOUR)
    await set_right(world, truth, restarts=restarts)
    await pass_time(world, 50 * MINUTE)
    assert [alert.state for alert in world.alerts()] == [AlertState.SNOOZED]
    await pass_time(world, 10 * MINUTE)
    assert [alert.state for alert in world.alerts()] == [AlertState.OPEN]
    assert messages(world) == [("room", Kind.OPEN), ("room", Kind.REMINDER)]


@pytest.mark.parametrize("restarts", [False, True])
async def test_what_a_clock_that_was_ahead_held_goes_by_the_true_one(
    a_world: MakeWorld, *, restarts: bool
) -> None:
    world = a_world({**PLAIN, "calendar": "office"}, calendars=OFFICE)
    await world.watch()
    world.clock.ms = truth = instant(22, 10)
    world.call("Suresh")
    await world.poll()
    world.clock.ms = truth + 10 * HOUR
    await loops(world)
    assert messages(world) == []
    await set_right(world, truth, restarts=restarts)
    assert messages(world) == [("room", Kind.OPEN)]


async def test_a_clock_that_was_behind_makes_up_for_it_once(a_world: MakeWorld) -> None:
    world = a_world(RULE, receivers=LEADS)
    await world.watch()
    world.call("Suresh")
    await world.round()
    world.clock.ms += 20 * HOUR
    await loops(world)
    await loops(world)
    assert messages(world) == [("leads", Kind.ESCALATION), ("room", Kind.OPEN), ("room", Kind.REMINDER)]


async def test_what_was_looked_at_too_early_by_a_clock_that_was_ahead_still_ends_in_time(
    a_world: MakeWorld,
) -> None:
    world = a_world({**PLAIN, "expire_after": "2h"})
    await world.watch()
    world.call("Suresh")
    await world.poll()
    truth = world.clock.now()
    world.clock.ms = truth + AHEAD
    await world.tick()  # it waits for its message
    await set_right(world, truth, restarts=False)
    world.clock.ms = truth + 2 * HOUR
    await world.tick()
    assert [alert.ended_as for alert in world.alerts()] == [EndReason.EXPIRED]
    assert world.told() == ["Suresh"]


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("is_handled", [False, True])
async def test_what_a_clock_that_was_ahead_has_ended_goes_on(
    a_world: MakeWorld, *, restarts: bool, is_handled: bool
) -> None:
    world = a_world(PLAIN, follow_up=True)
    await world.watch()
    world.call("Suresh")
    await world.round()
    if is_handled:
        await act(world, Action.ACKNOWLEDGE)
    truth = world.clock.now()
    world.clock.ms = truth + 30 * HOUR
    await loops(world)
    assert [alert.ended_as for alert in world.alerts()] == [EndReason.EXPIRED]
    await set_right(world, truth, restarts=restarts)
    state = AlertState.ACKNOWLEDGED if is_handled else AlertState.OPEN
    assert [(alert.state, alert.ended_as) for alert in world.alerts()] == [(state, None)]
    assert messages(world) == [("room", Kind.OPEN)]
    world.clock.advance(HOUR)
    world.answer()
    await world.round()
    assert [alert.ended_as for alert in world.alerts()] == [EndReason.REACHED]


async def test_but_not_where_its_customer_was_reached_since(a_world: MakeWorld) -> None:
    world = a_world(PLAIN, follow_up=True)
    await world.watch()
    world.call("Suresh")
    await world.round()
    truth = world.clock.now()
    world.clock.ms = truth + 30 * HOUR
    await loops(world)
    world.answer(ago=30 * HOUR - MINUTE)
    await world.follow()
    await set_right(world, truth + HOUR, restarts=False)
    assert [alert.ended_as for alert in world.alerts()] == [EndReason.EXPIRED]


async def test_another_alert_that_was_opened_since_takes_its_place(a_world: MakeWorld) -> None:
    world = a_world(PLAIN)
    await world.watch()
    world.call("Suresh")
    await world.round()
    truth = world.clock.now()
    world.clock.ms = truth + 30 * HOUR
    await loops(world)
    world.call("again", ago=30 * HOUR)
    await world.round()
    await set_right(world, truth + MINUTE, restarts=False)
    assert [alert.ended_as for alert in world.alerts()] == [EndReason.EXPIRED, None]


async def test_what_would_have_ended_by_now_as_well_stays_so(a_world: MakeWorld) -> None:
    world = a_world(PLAIN)
    await world.watch()
    world.call("Suresh")
    await world.round()
    truth = world.clock.now() + 25 * HOUR
    world.clock.ms = truth + AHEAD
    await loops(world)
    story = world.story()
    await set_right(world, truth, restarts=False)
    assert [alert.ended_as for alert in world.alerts()] == [EndReason.EXPIRED]
    assert world.story() == story


async def test_what_a_person_or_a_reload_has_ended_stays_so_whatever_the_clock(a_world: MakeWorld) -> None:
    world = a_world(PLAIN, {"name": "gone", "notify": "room", "wait": "9h"})
    await world.watch()
    world.call("Suresh")
    await world.round()
    truth = world.clock.now()
    world.clock.ms = truth + AHEAD
    await act(world, Action.RESOLVE)
    await world.reload(rules=[PLAIN])
    await set_right(world, truth, restarts=True)
    assert sorted(str(alert.ended_as) for alert in world.alerts()) == ["resolved", "rule_removed"]


async def test_what_is_held_by_rights_does_not_make_dispatch_look_again_and_again(a_world: MakeWorld) -> None:
    world = a_world({**RULE, "calendar": "office"}, receivers=LEADS, calendars=OFFICE)
    await world.watch()
    world.clock.ms = instant(25, 20)
    world.call("on Friday evening")
    await world.round()
    assert await world.dispatch.step() == instant(28, 9)
    assert not world.dispatch.is_working
