"""A reload sends nothing: what only the new rules would have told by now is not made up for."""

from typing import Any

import pytest

from notifier.model import AlertState, Kind
from notifier.rules.act import Action
from tests.support.people import act
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

RULE: dict[str, Any] = {"name": "customers", "per": "customer", "notify": "room"}
STEPS = {"escalate": [{"after": "30m", "notify": "leads"}, {"after": "2h", "notify": "leads"}]}
LEADS = {"leads": {"slack": {"to": "#leads"}}}
WAITING = {**RULE, "wait": "10m"}


async def told(a_world: MakeWorld, rule: dict[str, Any]) -> World:
    world = a_world(rule, receivers=LEADS)
    await world.watch()
    world.call("Suresh")
    await world.round()
    return world


def messages(world: World) -> list[tuple[str, Kind]]:
    return sorted((one.receiver, one.kind) for one in world.sent if not one.edits)


async def test_steps_and_reminders_that_a_new_rule_has_do_not_begin_in_the_past(a_world: MakeWorld) -> None:
    world = await told(a_world, RULE)
    world.clock.advance(90 * MINUTE)
    await world.reload(rules=[{**RULE, **STEPS, "repeat_every": "1h"}])
    await world.round()
    assert messages(world) == [("room", Kind.OPEN)]
    began = world.clock.now()
    assert [(one.open_since, one.escalated, one.reminded) for one in world.alerts()] == [(began, 0, 0)]
    world.clock.advance(30 * MINUTE)
    await world.round()
    assert messages(world) == [("leads", Kind.ESCALATION), ("room", Kind.OPEN)]
    world.clock.advance(30 * MINUTE)
    await world.round()
    reminded = [(name, Kind.REMINDER) for name in ("leads", "room")]
    assert messages(world) == sorted([("leads", Kind.ESCALATION), ("room", Kind.OPEN), *reminded])


async def test_a_step_that_is_to_come_sooner_now_comes_so_long_after_the_reload(a_world: MakeWorld) -> None:
    world = await told(a_world, {**RULE, "escalate": [{"after": "1h", "notify": "leads"}]})
    world.clock.advance(30 * MINUTE)
    await world.round()
    await world.reload(rules=[{**RULE, "escalate": [{"after": "20m", "notify": "leads"}]}])
    await world.round()
    assert messages(world) == [("room", Kind.OPEN)]
    world.clock.advance(20 * MINUTE)
    await world.round()
    assert messages(world) == [("leads", Kind.ESCALATION), ("room", Kind.OPEN)]


async def test_longer_hours_lose_no_step(a_world: MakeWorld) -> None:
    rule = {**RULE, "calendar": "office", "escalate": [{"after": "2h", "notify": "leads"}]}
    short = {"office": {"hours": "14:00-15:00"}}
    world = a_world(rule, receivers=LEADS, calendars=short)
    await world.watch()
    world.call("Suresh")
    await world.round()
    world.clock.advance(4 * HOUR)
    await world.round()
    await world.reload(calendars={"office": {"hours": "08:00-23:00"}})
    await world.round()
    assert messages(world) == [("room", Kind.OPEN)]
    world.clock.advance(2 * HOUR)
    await world.round()
    assert messages(world) == [("leads", Kind.ESCALATION), ("room", Kind.OPEN)]


async def test_a_step_that_is_no_more_does_not_stand_for_the_one_after_it(a_world: MakeWorld) -> None:
    steps = [{"after": "30m", "notify": "leads"}, {"after": "2h", "notify": "boss"}]
    people = {**LEADS, "boss": {"slack": {"to": "#boss"}}}
    world = a_world({**RULE, "escalate": steps}, receivers=people)
    await world.watch()
    world.call("Suresh")
    await world.round()
    world.clock.advance(40 * MINUTE)
    await world.round()
    await world.reload(rules=[{**RULE, "escalate": steps[1:]}])
    world.clock.advance(2 * HOUR)
    await world.round()
    assert messages(world) == [
        ("boss", Kind.ESCALATION),
        ("leads", Kind.ESCALATION),
        ("room", Kind.OPEN),
    ]
    # A number that was used is not used again: the row of another step would stand in its way.
    await world.reload(rules=[{**RULE, "escalate": [{"after": "3h", "notify": "leads"}, *steps[1:]]}])
    numbers = [row.n for row in world.outbox() if row.kind is Kind.ESCALATION]
    assert numbers == [1, 1_000_001]


async def test_what_the_old_rule_had_still_to_tell_is_told(a_world: MakeWorld) -> None:
    world = await told(a_world, {**RULE, **STEPS})
    world.clock.advance(31 * MINUTE)
    await world.reload(rules=[{**RULE, **STEPS, "severity": "warning"}])
    assert messages(world) == [("room", Kind.OPEN)]
    await world.round()
    assert messages(world) == [("leads", Kind.ESCALATION), ("room", Kind.OPEN)]


async def test_a_rule_that_waits_for_longer_now_is_waited_for(a_world: MakeWorld) -> None:
    world = await told(a_world, {**RULE, **STEPS})
    await world.reload(rules=[{**RULE, "escalate": [{"after": "1h", "notify": "leads"}]}])
    world.clock.advance(HOUR - MINUTE)
    await world.round()
    assert messages(world) == [("room", Kind.OPEN)]
    world.clock.advance(MINUTE)
    await world.round()
    assert messages(world) == [("leads", Kind.ESCALATION), ("room", Kind.OPEN)]


async def test_steps_that_a_rule_has_no_more_are_not_taken(a_world: MakeWorld) -> None:
    world = await told(a_world, {**RULE, **STEPS, "repeat_every": "1h"})
    world.clock.advance(31 * MINUTE)
    await world.tick()
    await world.reload(rules=[RULE])
    await world.round()
    # What was written down is told.
    assert messages(world) == [("leads", Kind.ESCALATION), ("room", Kind.OPEN)]
    world.clock.advance(10 * HOUR)
    await world.round()
    assert len(messages(world)) == 2


STATES: dict[str, Action | None] = {
    "pending": None,
    "open": None,
    "acknowledged": Action.ACKNOWLEDGE,
    "snoozed": Action.SNOOZE,
    "ended": Action.RESOLVE,
}


@pytest.mark.parametrize("changes", [{}, {"severity": "critical"}, STEPS, {"repeat_every": "1m"}], ids=str)
@pytest.mark.parametrize("state", STATES)
async def test_in_every_state_a_reload_changes_nothing_and_sends_nothing(
    a_world: MakeWorld, state: str, changes: dict[str, Any]
) -> None:
    world = await told(a_world, WAITING if state == "pending" else RULE)
    action = STATES[state]
    if action is not None:
        await act(world, action, until=world.clock.now() + 9 * HOUR if action is Action.SNOOZE else None)
    await world.send()
    world.clock.advance(5 * MINUTE)
    await world.send()
    before = len(world.sent)
    await world.reload(rules=[{**(WAITING if state == "pending" else RULE), **changes}])
    await world.round()
    assert len(world.sent) == before
    assert [alert.state for alert in world.alerts()] == [AlertState(state)]
