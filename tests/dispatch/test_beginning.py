"""What was held until now counts from when somebody hears of it: its steps, its reminders and its end."""

from typing import Any

import pytest

from notifier.errors import DeliveryTransient
from notifier.model import AlertState, EndReason, Kind
from notifier.rules.act import Action
from tests.support.channel import AfterAccepting
from tests.support.exchange import Killed
from tests.support.people import OFFICE, act, end_silence, instant, silence
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

RULE: dict[str, Any] = {"name": "customers", "per": "customer", "notify": "room"}
STEPS = {**RULE, "escalate": [{"after": "30m", "notify": "leads"}, {"after": "2h", "notify": "leads"}]}
REMINDERS = {**RULE, "repeat_every": "1h"}
LEADS = {"leads": {"slack": {"to": "#leads"}}}
DAYS = 72 * HOUR


async def pass_time(world: World, span: int, step: int = 30 * MINUTE) -> None:
    until = world.clock.now() + span
    while world.clock.now() < until:
        world.clock.advance(min(step, until - world.clock.now()))
        await world.tick()
        await world.send()


def messages(world: World) -> list[tuple[str, Kind]]:
    return [(one.receiver, one.kind) for one in world.sent if not one.edits]


async def heard_after_days(a_world: MakeWorld, rule: dict[str, Any]) -> World:
    """A silence of three days is over, and nobody was told before."""
    world = a_world(rule, receivers=LEADS)
    await world.watch()
    muting = await silence(world, None)
    world.call("Suresh")
    await world.round()
    await pass_time(world, DAYS, HOUR)
    assert world.sent == []
    assert [row.kind for row in world.outbox()] == [Kind.OPEN]
    await end_silence(world, muting)
    await world.send()
    assert messages(world) == [("room", Kind.OPEN)]
    return world


async def test_after_a_long_silence_it_lives_as_long_as_any_other(a_world: MakeWorld) -> None:
    world = await heard_after_days(a_world, RULE)
    heard_at = world.clock.now()
    await pass_time(world, 24 * HOUR - MINUTE, HOUR)
    assert [(one.state, one.open_since) for one in world.alerts()] == [(AlertState.OPEN, heard_at)]
    await pass_time(world, MINUTE)
    assert [one.ended_as for one in world.alerts()] == [EndReason.EXPIRED]


async def test_after_a_long_silence_steps_come_one_after_another(a_world: MakeWorld) -> None:
    world = await heard_after_days(a_world, STEPS)
    await pass_time(world, 29 * MINUTE, MINUTE)
    assert messages(world) == [("room", Kind.OPEN)]
    await pass_time(world, MINUTE)
    assert messages(world) == [("room", Kind.OPEN), ("leads", Kind.ESCALATION)]
    await pass_time(world, 89 * MINUTE, MINUTE)
    assert len(messages(world)) == 2
    await pass_time(world, MINUTE)
    assert messages(world)[2:] == [("leads", Kind.ESCALATION)]


async def test_after_a_long_silence_the_first_reminder_has_its_time(a_world: MakeWorld) -> None:
    world = await heard_after_days(a_world, REMINDERS)
    await pass_time(world, 59 * MINUTE)
    assert messages(world) == [("room", Kind.OPEN)]
    await pass_time(world, MINUTE)
    assert messages(world) == [("room", Kind.OPEN), ("room", Kind.REMINDER)]


async def test_after_a_long_silence_what_counts_is_not_quiet_at_once(a_world: MakeWorld) -> None:
    rule = {**RULE, "per": "extension", "count": 1, "within": "2h"}
    world = await heard_after_days(a_world, rule)
    await world.poll()
    await pass_time(world, 110 * MINUTE)
    await world.poll()
    assert [one.ended_as for one in world.alerts()] == [None]
    await pass_time(world, 11 * MINUTE)
    await world.poll()
    await pass_time(world, MINUTE)
    assert [one.ended_as for one in world.alerts()] == [EndReason.QUIET]


async def test_only_the_first_message_counts_and_only_where_it_was_held(a_world: MakeWorld) -> None:
    world = a_world({**STEPS, "notify": ["room", "leads"]}, receivers=LEADS)
    await world.watch()
    world.call("Suresh")
    await world.poll()
    opened_at = world.clock.now()
    world.channels["leads"].sends.append(DeliveryTransient("no answer"))
    world.clock.advance(MINUTE)
    await world.send()
    muting = await silence(world, HOUR)
    await pass_time(world, 2 * HOUR)
    assert muting.ends_at is not None
    assert ("leads", Kind.OPEN) in messages(world)
    assert [one.open_since for one in world.alerts()] == [opened_at]


async def test_by_day_it_counts_from_when_the_calendar_has_opened(a_world: MakeWorld) -> None:
    world = a_world({**RULE, "calendar": "office", "repeat_every": "1h"}, calendars=OFFICE)
    await world.watch()
    world.clock.ms = instant(21, 20)
    world.call("Suresh")
    await world.round()
    world.clock.ms = instant(22, 9)
    # The room can't be told for half an hour.
    world.room.always = DeliveryTransient("no answer")
    await pass_time(world, 30 * MINUTE, MINUTE)
    world.room.always = None
    await pass_time(world, 5 * MINUTE, MINUTE)
    (sent,) = world.sent
    assert [one.open_since for one in world.alerts()] == [sent.at]
    assert sent.at > instant(22, 9, 30)
    await pass_time(world, HOUR - (world.clock.now() - sent.at), HOUR)
    assert messages(world) == [("room", Kind.OPEN), ("room", Kind.REMINDER)]


async def test_found_where_it_arrived_before_we_were_killed_it_counts_as_well(a_world: MakeWorld) -> None:
    world = a_world(STEPS, receivers=LEADS)
    await world.watch()
    await silence(world, DAYS)
    world.call("Suresh")
    await world.round()
    world.clock.advance(DAYS)
    world.room.sends.append(AfterAccepting(Killed()))
    await world.killed_while_sending()
    world.clock.advance(MINUTE)
    await world.tick()
    await world.send()
    assert messages(world) == [("room", Kind.OPEN)]
    assert world.room.asked
    assert [one.open_since for one in world.alerts()] == [world.clock.now()]
    await pass_time(world, 30 * MINUTE)
    assert messages(world) == [("room", Kind.OPEN), ("leads", Kind.ESCALATION)]


@pytest.mark.parametrize("action", [Action.ACKNOWLEDGE, Action.RESOLVE])
async def test_what_somebody_did_meanwhile_stays(a_world: MakeWorld, action: Action) -> None:
    steps = [{"after": "30m", "notify": "leads", "unless": []}]
    world = a_world({**RULE, "escalate": steps}, receivers=LEADS)
    await world.watch()
    muting = await silence(world, None)
    world.call("Suresh")
    await world.round()
    opened_at = world.clock.now()
    await act(world, action)
    await pass_time(world, HOUR)
    await end_silence(world, muting)
    await world.send()
    (alert,) = world.alerts()
    if action is Action.ACKNOWLEDGE:
        assert (alert.state, alert.open_since) == (AlertState.ACKNOWLEDGED, world.clock.now())
        assert messages(world) == [("room", Kind.OPEN)]
    else:
        assert (alert.state, alert.open_since) == (AlertState.ENDED, opened_at)


async def test_what_can_not_be_told_for_another_reason_is_escalated_in_time(a_world: MakeWorld) -> None:
    """Nobody has heard, and that is no wish of anybody."""
    world = a_world(STEPS, receivers=LEADS)
    await world.watch()
    world.room.always = DeliveryTransient("no answer")
    world.call("Suresh")
    await world.round()
    await pass_time(world, 30 * MINUTE, MINUTE)
    assert messages(world) == [("leads", Kind.ESCALATION)]
