"""What somebody wants to hear nothing of: it waits for the end of the silence, whenever that began."""

from typing import Any

from notifier.model import EventKind, Gathered, Kind
from notifier.rules.act import Action
from tests.support.channel import AfterAccepting
from tests.support.exchange import Killed
from tests.support.people import OFFICE, act, end_silence, instant, silence
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

RULE: dict[str, Any] = {"name": "customers", "per": "customer", "notify": "room"}
BOSS = {"boss": {"slack": {"to": "#boss"}}}


async def with_calls(a_world: MakeWorld, rule: dict[str, Any] = RULE, calls: int = 2, **more: Any) -> World:
    world = a_world(rule, **more)
    await world.watch()
    for n in range(calls):
        world.call(str(n), to=f"91981230000{n}")
    await world.poll()
    return world


async def test_a_silence_holds_what_was_enqueued_before_it_began(a_world: MakeWorld) -> None:
    world = await with_calls(a_world)
    began = world.clock.now()
    await silence(world, HOUR)
    await world.send_until(began + HOUR - 1)
    assert world.sent == []
    await world.send_until(began + HOUR)
    assert world.told() == ["0", "1"]
    assert {one.gathered for one in world.sent} == {Gathered.HELD}
    assert world.story() == [EventKind.SILENCED]


async def test_a_silence_that_is_ended_early_lets_go_at_once(a_world: MakeWorld) -> None:
    world = await with_calls(a_world)
    muting = await silence(world, 8 * HOUR)
    await world.send_until(world.clock.now() + HOUR)
    await end_silence(world, muting)
    assert world.sent == []
    await world.send()
    assert world.told() == ["0", "1"]


async def test_a_silence_without_an_end_holds_until_somebody_ends_it(a_world: MakeWorld) -> None:
    world = await with_calls(a_world)
    muting = await silence(world, None)
    await world.send_until(world.clock.now() + 50 * HOUR)
    assert world.sent == []
    assert world.story() == [EventKind.SILENCED]
    await end_silence(world, muting)
    await world.send()
    assert world.told() == ["0", "1"]


async def test_only_what_it_is_about_is_held(a_world: MakeWorld) -> None:
    world = await with_calls(a_world)
    await silence(world, HOUR, customer="+919812300001")
    await world.send()
    assert world.told() == ["0"]


async def test_another_silence_goes_on_holding_it(a_world: MakeWorld) -> None:
    world = await with_calls(a_world)
    began = world.clock.now()
    await silence(world, HOUR)
    await world.send()
    world.clock.advance(30 * MINUTE)
    await silence(world, HOUR)
    await world.send_until(began + 90 * MINUTE - 1)
    assert world.sent == []
    await world.send_until(began + 90 * MINUTE)
    assert world.told() == ["0", "1"]


async def test_each_time_that_something_else_holds_it_its_story_says_so(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, {**RULE, "calendar": "office"}, 1, calendars=OFFICE)
    await silence(world, 20 * HOUR)
    await world.send()
    world.clock.ms = instant(21, 20)
    await silence(world, HOUR, customer="+919812399999")
    await world.send_until(instant(22, 9))
    assert world.story() == [EventKind.SILENCED, EventKind.HELD, EventKind.SILENCED]
    await world.send_until(instant(22, 12))
    assert world.told() == ["0"]


async def test_what_is_critical_is_silenced_too(a_world: MakeWorld) -> None:
    rule = {**RULE, "severity": "critical"}
    world = await with_calls(a_world, rule, 1)
    await silence(world, HOUR)
    await world.send()
    assert world.sent == []


async def test_reminders_that_fell_due_in_silence_are_told_once(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, {**RULE, "repeat_every": "1h"}, 1)
    await world.send()
    muting = await silence(world, None)
    for _ in range(5):
        world.clock.advance(HOUR)
        await world.round()
    assert [one.kind for one in world.sent] == [Kind.OPEN]
    await end_silence(world, muting)
    await world.send()
    assert [one.kind for one in world.sent] == [Kind.OPEN, Kind.REMINDER]
    ends = [(row.state, row.reason) for row in world.outbox()]
    assert ends == [("sent", ""), ("sent", ""), *[("dropped", "told_since")] * 4]


async def test_whoever_was_not_told_before_the_silence_gets_no_reminder_beside_the_first_message(
    a_world: MakeWorld,
) -> None:
    escalate = [{"after": "30m", "notify": ["boss"]}]
    rule = {**RULE, "repeat_every": "1h", "escalate": escalate}
    world = await with_calls(a_world, rule, 1, receivers=BOSS)
    began = world.clock.now()
    await silence(world, 3 * HOUR)
    for _ in range(5):
        await world.send_until(world.clock.now() + 30 * MINUTE)
        await world.tick()
    await world.send_until(began + 3 * HOUR)
    assert [(one.receiver, one.kind) for one in world.sent] == [("room", Kind.OPEN)]
    # Whoever was told has half an hour from then on.
    assert await world.tick() == began + 3 * HOUR + 30 * MINUTE
    world.clock.advance(30 * MINUTE)
    await world.tick()
    await world.send()
    assert sorted((one.receiver, one.kind) for one in world.sent if not one.edits) == [
        ("boss", Kind.ESCALATION),
        ("room", Kind.OPEN),
    ]


async def test_a_message_that_may_have_arrived_is_looked_for_before_it_is_held(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, calls=1)
    world.room.sends.append(AfterAccepting(Killed()))
    await world.killed_while_sending()
    await silence(world, HOUR)
    await world.send()
    assert world.told() == ["0"]
    assert world.fates() == [("room", "sent")]


async def test_what_did_not_arrive_is_held_after_it_was_looked_for(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, calls=1)
    world.room.sends.append(Killed())
    await world.killed_while_sending()
    await silence(world, HOUR)
    await world.send()
    assert len(world.room.looked) == 1
    assert [(row.state, row.gathered_as, row.attempts) for row in world.outbox()] == [("waiting", "held", 1)]


async def test_acknowledged_in_silence_it_is_told_as_it_stands_then(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, calls=1)
    muting = await silence(world, None)
    await world.send()
    await act(world, Action.ACKNOWLEDGE)
    await world.send()
    assert world.sent == []
    await end_silence(world, muting)
    await world.send()
    assert [one.alert.state for one in world.sent] == ["acknowledged"]


async def test_resolved_in_silence_nobody_is_told(a_world: MakeWorld) -> None:
    world = await with_calls(a_world, calls=1)
    muting = await silence(world, None)
    await world.send()
    await act(world, Action.RESOLVE)
    await end_silence(world, muting)
    await world.send()
    assert world.sent == []
    assert [(row.state, row.reason) for row in world.outbox()] == [("dropped", "resolved")]


async def test_who_is_called_by_another_agent_too_is_told_of_before_the_silence_of_the_first_ends(
    a_world: MakeWorld,
) -> None:
    world = a_world(RULE)
    await world.watch()
    await silence(world, 20 * HOUR, extension="209")
    world.call("silenced", extension="209")
    await world.round()
    world.clock.advance(MINUTE)
    world.call("another", extension="210")
    await world.round()
    assert world.told() == ["another"]
