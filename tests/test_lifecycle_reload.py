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
    assert [(alert.escalated, alert.reminded) for alert in world.alerts()] == [(1, 1)]
    world.clock.advance(30 * MINUTE)
    await world.round()
    # The second of each is still to come.
    assert messages(world) == [("leads", Kind.ESCALATION), ("room", Kind.OPEN), ("room", Kind.REMINDER)]


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
