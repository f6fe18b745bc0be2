"""Nobody has dealt with it: others are told, those who know are reminded, and what sleeps wakes."""

from typing import Any

import pytest

from notifier.model import AlertState, EndReason, EventKind, Kind
from notifier.rules.act import Action
from tests.support.people import OFFICE, act, end_silence, instant, silence
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

SECOND = 1_000  # ms
RULE: dict[str, Any] = {"name": "customers", "per": "customer", "notify": "room"}
STEPS = {
    **RULE,
    "escalate": [
        {"after": "30m", "notify": "leads"},
        {"after": "1h", "notify": ["boss", "leads"], "unless": "reached"},
        {"after": "8h", "notify": "owner"},
    ],
}
REMINDERS = {**RULE, "repeat_every": "1h"}
PEOPLE = {name: {"slack": {"to": f"#{name}"}} for name in ("leads", "boss", "owner", "backup")}


async def told(a_world: MakeWorld, rule: dict[str, Any], **sections: Any) -> World:
    """A customer was missed, and the room knows."""
    world = a_world(rule, **{"receivers": PEOPLE, **sections})
    await world.watch()
    world.call("Suresh")
    await world.round()
    return world


async def pass_time(world: World, span: int) -> None:
    """Minute by minute, with all loops; TeleCMI is read only where somebody may have been reached."""
    until = world.clock.now() + span
    while world.clock.now() < until:
        world.clock.advance(min(10 * MINUTE, until - world.clock.now()))
        await world.follow()
        await world.tick()
        await world.send()


def who(world: World, kind: Kind) -> list[str]:
    return [one.receiver for one in world.sent if one.kind is kind and not one.edits]


async def test_step_by_step_more_are_told(a_world: MakeWorld) -> None:
    world = await told(a_world, STEPS)
    await pass_time(world, 30 * MINUTE)
    assert who(world, Kind.ESCALATION) == ["leads"]
    await pass_time(world, 30 * MINUTE)
    assert sorted(who(world, Kind.ESCALATION)) == ["boss", "leads", "leads"]
    await pass_time(world, 10 * HOUR)
    assert who(world, Kind.ESCALATION)[3:] == ["owner"]
    assert world.story() == [EventKind.ESCALATED] * 3
    assert [row.n for row in world.outbox()] == [0, 1, 2, 2, 3]


async def test_those_who_were_told_before_see_that_others_are_told_as_well(a_world: MakeWorld) -> None:
    world = await told(a_world, STEPS)
    await pass_time(world, 40 * MINUTE)
    edits = [(one.receiver, one.alert.escalated) for one in world.sent if one.edits]
    assert edits == [("room", 1)]


async def test_only_open_hours_count_over_lunch_and_night(a_world: MakeWorld) -> None:
    rule = {**RULE, "calendar": "office", "escalate": [{"after": "30m", "notify": "leads"}]}
    world = a_world(rule, receivers=PEOPLE, calendars=OFFICE)
    await world.watch()
    world.clock.ms = instant(22, 12, 50)
    world.call("before lunch")
    await world.round()
    world.clock.ms = instant(22, 14, 20) - 1
    await world.tick()
    await world.send()
    assert who(world, Kind.ESCALATION) == []
    world.clock.ms = instant(22, 14, 20)
    await world.tick()
    await world.send()
    assert who(world, Kind.ESCALATION) == ["leads"]
    world.clock.ms = instant(22, 17, 40)
    world.call("in the evening", to="919812300002")
    await world.round()
    world.clock.ms = instant(23, 9, 10) - 1
    await world.tick()
    assert len(world.outbox()) == 3
    world.clock.ms = instant(23, 9, 10) + SECOND  # to read TeleCMI takes a moment
    await world.tick()
    await world.send()
    assert who(world, Kind.ESCALATION) == ["leads", "leads"]


async def test_down_for_a_day_across_several_steps_each_is_told_once_of_the_latest(
    a_world: MakeWorld,
) -> None:
    world = await told(a_world, {**STEPS, **REMINDERS})
    world.clock.advance(20 * HOUR)
    await world.restart()
    await world.tick()
    await world.send()
    assert sorted(who(world, Kind.ESCALATION)) == ["boss", "leads", "owner"]
    assert sorted((row.target.receiver, row.n) for row in world.outbox() if row.kind is Kind.ESCALATION) == [
        ("boss", 2),
        ("leads", 2),
        ("owner", 3),
    ]
    assert who(world, Kind.REMINDER) == ["room"]
    assert [(alert.escalated, alert.reminded) for alert in world.alerts()] == [(3, 20)]
    await world.tick()
    await world.send()
    assert len(who(world, Kind.REMINDER)) == 1


async def test_down_beyond_its_end_others_are_still_told_of_it_once(a_world: MakeWorld) -> None:
    world = await told(a_world, STEPS)
    world.clock.advance(60 * HOUR)
    await world.restart()
    await world.tick()
    await world.send()
    assert sorted(who(world, Kind.ESCALATION)) == ["boss", "leads", "owner"]
    world.clock.advance(2 * MINUTE)
    await world.tick()
    assert [alert.ended_as for alert in world.alerts()] == [EndReason.EXPIRED]


async def test_missed_before_the_weekend_it_is_escalated_on_monday_and_lives_through_that_day(
    a_world: MakeWorld,
) -> None:
    rule = {**RULE, "calendar": "office", "escalate": [{"after": "30m", "notify": "leads"}]}
    world = a_world(rule, receivers=PEOPLE, calendars=OFFICE)
    await world.watch()
    world.clock.ms = instant(25, 17, 50)
    world.call("on Friday evening")
    await world.round()
    for moment in (instant(26, 17, 50), instant(27, 12), instant(28, 9, 20) - 1):
        world.clock.ms = moment
        await world.tick()
        await world.send()
    assert who(world, Kind.ESCALATION) == []
    world.clock.ms = instant(28, 9, 20) + SECOND
    await world.tick()
    await world.send()
    assert who(world, Kind.ESCALATION) == ["leads"]
    world.clock.ms = instant(29, 9) - 1
    await world.tick()
    assert [alert.ended_as for alert in world.alerts()] == [None]
    world.clock.ms = instant(29, 9)
    await world.tick()
    assert [alert.ended_as for alert in world.alerts()] == [EndReason.EXPIRED]


async def test_all_who_were_told_are_reminded_as_often_as_the_rule_says(a_world: MakeWorld) -> None:
    rule = {**REMINDERS, "repeat_limit": 3, "escalate": [{"after": "90m", "notify": "leads"}]}
    world = await told(a_world, rule)
    await pass_time(world, 12 * HOUR)
    assert who(world, Kind.REMINDER)[:1] == ["room"]
    assert sorted(who(world, Kind.REMINDER)[1:]) == ["leads", "leads", "room", "room"]
    assert [event for event in world.story() if event is EventKind.REMINDED] == [EventKind.REMINDED] * 3


async def test_who_could_not_be_told_is_not_reminded_but_who_was_told_instead(a_world: MakeWorld) -> None:
    rule = {**REMINDERS, "notify": "agent", "fallback": "backup"}
    world = await told(a_world, rule, receivers={**PEOPLE, "agent": {"slack": {"to": "agent"}}})
    await pass_time(world, HOUR)
    assert who(world, Kind.REMINDER) == ["backup"]


async def test_a_step_that_comes_to_nobody_goes_to_the_fallback(a_world: MakeWorld) -> None:
    rule = {**RULE, "fallback": "backup", "escalate": [{"after": "30m", "notify": "agent"}]}
    world = await told(a_world, rule, receivers={**PEOPLE, "agent": {"slack": {"to": "agent"}}})
    await pass_time(world, 30 * MINUTE)
    assert who(world, Kind.ESCALATION) == ["backup"]
    (row,) = [row for row in world.outbox() if row.kind is Kind.ESCALATION]
    assert (row.via, row.reason) == ("fallback", "no address: agent")


async def test_a_step_that_came_to_nobody_is_told_to_those_whom_it_names_by_now(a_world: MakeWorld) -> None:
    rule = {**RULE, "escalate": [{"after": "30m", "notify": "agent"}]}
    agent = {"agent": {"slack": {"to": "agent"}}}
    world = await told(a_world, rule, receivers={**PEOPLE, **agent})
    await pass_time(world, 30 * MINUTE)
    (row,) = [row for row in world.outbox() if row.kind is Kind.ESCALATION]
    assert (row.target.receiver, row.state) == ("nobody", "dead")
    await world.reload(rules=[{**rule, "escalate": [{"after": "30m", "notify": "boss"}]}])
    alert = world.alerts()[0]
    now = world.clock.now()
    await world.database.write(lambda connection: world.tell.redirect(connection, alert, row, "", now))
    await world.send()
    assert who(world, Kind.ESCALATION) == ["boss"]


async def test_acknowledged_nobody_is_reminded_and_only_what_it_does_not_stop_is_escalated(
    a_world: MakeWorld,
) -> None:
    world = await told(a_world, {**STEPS, **REMINDERS})
    await act(world, Action.ACKNOWLEDGE)
    await pass_time(world, 12 * HOUR)
    assert sorted(who(world, Kind.ESCALATION)) == ["boss", "leads"]  # the second step
    assert who(world, Kind.REMINDER) == []


@pytest.mark.parametrize(
    ("action", "reason"),
    [(Action.ACKNOWLEDGE, "acknowledged"), (Action.RESOLVE, "resolved"), (Action.SNOOZE, "snoozed")],
)
async def test_what_somebody_does_before_it_is_sent_calls_it_off(
    a_world: MakeWorld, action: Action, reason: str
) -> None:
    world = await told(a_world, {**STEPS, "repeat_every": "30m"})
    world.clock.advance(30 * MINUTE)
    await world.tick()
    until = world.clock.now() + HOUR if action is Action.SNOOZE else None
    await act(world, action, until=until)
    await world.send()
    assert {(row.kind, row.state, row.reason) for row in world.outbox()} == {
        (Kind.OPEN, "sent", ""),
        (Kind.ESCALATION, "dropped", reason),
        (Kind.REMINDER, "dropped", reason),
    }
    assert len(who(world, Kind.ESCALATION) + who(world, Kind.REMINDER)) == 0


async def test_reached_before_it_is_sent_calls_it_off_and_nothing_comes_after(a_world: MakeWorld) -> None:
    world = await told(a_world, {**STEPS, **REMINDERS}, follow_up=True)
    world.clock.advance(30 * MINUTE)
    await world.tick()
    world.answer()
    await pass_time(world, 12 * HOUR)
    assert who(world, Kind.ESCALATION) == []
    assert [(row.state, row.reason) for row in world.outbox()] == [("sent", ""), ("dropped", "reached")]
    assert [alert.ended_as for alert in world.alerts()] == [EndReason.REACHED]


async def test_what_was_snoozed_wakes_and_whoever_knows_hears_of_it_again(a_world: MakeWorld) -> None:
    world = await told(a_world, {**STEPS, **REMINDERS})
    await act(world, Action.SNOOZE, until=world.clock.now() + 12 * HOUR)
    await pass_time(world, 12 * HOUR - MINUTE)
    assert [one.kind for one in world.sent if not one.edits] == [Kind.OPEN]
    await pass_time(world, MINUTE)
    assert who(world, Kind.REMINDER) == ["room"]
    (alert,) = world.alerts()
    assert (alert.state, alert.open_since, alert.snoozed_until) == (AlertState.OPEN, world.clock.now(), None)
    assert world.story() == [EventKind.SNOOZED, EventKind.WOKE]
    # From then on it goes its way.
    await pass_time(world, 30 * MINUTE)
    assert who(world, Kind.ESCALATION) == ["leads"]
    await pass_time(world, 30 * MINUTE)
    assert who(world, Kind.REMINDER)[:2] == ["room", "room"]


@pytest.mark.parametrize("is_acknowledged_first", [False, True])
async def test_a_step_that_a_snooze_called_off_is_taken_after_it(
    a_world: MakeWorld, *, is_acknowledged_first: bool
) -> None:
    world = await told(a_world, STEPS)
    world.clock.advance(30 * MINUTE)
    await world.tick()
    if is_acknowledged_first:
        await act(world, Action.ACKNOWLEDGE)
    await act(world, Action.SNOOZE, until=world.clock.now() + HOUR)
    await world.send()
    await pass_time(world, HOUR + 29 * MINUTE)
    assert who(world, Kind.ESCALATION) == []
    await pass_time(world, MINUTE)
    assert who(world, Kind.ESCALATION) == ["leads"]
    await pass_time(world, 30 * MINUTE)
    assert sorted(who(world, Kind.ESCALATION)) == ["boss", "leads", "leads"]
    # What was told is not taken back by another snooze.
    await act(world, Action.SNOOZE, until=world.clock.now() + HOUR)
    await pass_time(world, 3 * HOUR)
    assert len(who(world, Kind.ESCALATION)) == 3


async def test_snoozed_before_everybody_was_told_the_others_are_told_when_it_wakes(
    a_world: MakeWorld,
) -> None:
    world = a_world({**RULE, "notify": ["room", "leads"]}, receivers=PEOPLE)
    await world.watch()
    world.call("Suresh")
    await world.poll()
    await act(world, Action.SNOOZE, until=world.clock.now() + HOUR)
    await world.send()
    assert world.sent == []
    await pass_time(world, HOUR)
    assert sorted((one.receiver, one.kind) for one in world.sent) == [
        ("leads", Kind.OPEN),
        ("room", Kind.OPEN),
    ]


async def test_reopened_it_is_escalated_and_reminded_of_anew(a_world: MakeWorld) -> None:
    world = await told(a_world, {**STEPS, **REMINDERS})
    await pass_time(world, 65 * MINUTE)
    await act(world, Action.RESOLVE)
    await pass_time(world, 48 * HOUR)
    await act(world, Action.REOPEN)
    before = len(world.sent)
    await pass_time(world, 65 * MINUTE)
    again = sorted((one.receiver, one.kind) for one in world.sent[before:] if not one.edits)
    # Whoever is told by an escalation is not reminded in the same moment.
    assert again == [
        ("boss", Kind.ESCALATION),
        ("leads", Kind.ESCALATION),
        ("leads", Kind.ESCALATION),
        ("room", Kind.REMINDER),
    ]
    numbers = [row.n for row in world.outbox() if row.kind is Kind.ESCALATION]
    assert numbers == [1, 2, 2, 1_000_001, 1_000_002, 1_000_002]


async def test_a_call_that_joins_keeps_what_was_done(a_world: MakeWorld) -> None:
    world = await told(a_world, STEPS)
    await pass_time(world, 30 * MINUTE)
    world.call("again")
    await world.round()
    await pass_time(world, 20 * MINUTE)
    assert who(world, Kind.ESCALATION) == ["leads"]


async def test_a_single_call_with_something_to_follow_goes_on_after_it_was_told(a_world: MakeWorld) -> None:
    world = await told(a_world, {**STEPS, "per": "call"})
    assert [alert.state for alert in world.alerts()] == [AlertState.OPEN]
    await pass_time(world, 30 * MINUTE)
    assert who(world, Kind.ESCALATION) == ["leads"]


async def test_a_dry_run_goes_the_whole_way_and_tells_nobody(a_world: MakeWorld) -> None:
    world = await told(a_world, {**STEPS, **REMINDERS, "dry_run": True})
    await pass_time(world, 2 * HOUR)
    assert world.sent == []
    assert {row.state.value for row in world.outbox()} == {"dry_run"}
    assert {row.kind for row in world.outbox()} == {Kind.OPEN, Kind.ESCALATION, Kind.REMINDER}


async def test_what_is_still_being_tried_does_not_pile_up(a_world: MakeWorld) -> None:
    world = await told(a_world, REMINDERS)
    for _ in range(5):
        world.clock.advance(HOUR)
        await world.tick()
    await world.send()
    assert who(world, Kind.REMINDER) == ["room"]
    assert [row.reason for row in world.outbox()] == ["", "", *["told_since"] * 4]


async def test_calls_that_joined_are_told_where_a_reminder_is_called_off_that_would_have_told_of_them(
    a_world: MakeWorld,
) -> None:
    """By mail, where a message can't be edited."""
    rule = {**REMINDERS, "notify": "mail"}
    world = await told(a_world, rule, receivers={"mail": {"email": {"to": ["lead@example.com"]}}})
    muting = await silence(world, None)
    await pass_time(world, HOUR)
    assert [row.kind for row in world.outbox()] == [Kind.OPEN, Kind.REMINDER]
    world.call("again")
    await world.poll()
    await world.send()
    await act(world, Action.ACKNOWLEDGE)
    await end_silence(world, muting)
    await world.send()
    assert [one.kind for one in world.sent] == [Kind.OPEN, Kind.UPDATE]
    assert world.told()[-1] == "again"
