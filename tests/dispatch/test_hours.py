"""A calendar that is closed: what waits for it, what it drops, and what passes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from notifier.errors import DeliveryTransient
from notifier.model import AlertState, EndReason, EventKind, Gathered
from notifier.rules.act import Action
from notifier.store import outbox_views
from tests.support.people import OFFICE, act, instant
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

RULE: dict[str, Any] = {"name": "customers", "per": "customer", "notify": "room", "calendar": "office"}
DROP = {**RULE, "outside": "drop"}
SPARE = {"spare": {"slack": {"to": "#spare"}}}
DAY = 24 * HOUR


def number(n: int) -> str:
    return f"9198123{n:05}"


def clock(world: World) -> str:
    return datetime.fromtimestamp(world.clock.now() / 1000, UTC).strftime("%a %H:%M")


async def by_night(a_world: MakeWorld, rule: dict[str, Any] = RULE, calls: int = 3, **sections: Any) -> World:
    """Customers were missed, a minute apart, after eight in the evening."""
    world = a_world(rule, calendars=OFFICE, **sections)
    await world.watch()
    world.clock.ms = instant(21, 20)
    for n in range(calls):
        world.call(str(n), to=number(n))
        await world.round()
        world.clock.advance(MINUTE)
    return world


def summaries(world: World) -> list[tuple[list[str], Gathered | None]]:
    found: dict[str, list[Any]] = {}
    for one in world.sent:
        if not one.edits:
            found.setdefault(one.batch or one.delivery_id, []).append(one)
    return [([one.names[-1] for one in message], message[0].gathered) for message in found.values()]


async def test_in_open_hours_everybody_is_told_at_once(a_world: MakeWorld) -> None:
    world = a_world(RULE, calendars=OFFICE)
    await world.watch()
    world.call("Suresh")
    await world.round()
    assert world.told() == ["Suresh"]
    assert world.story() == []


async def test_what_came_by_night_is_told_in_one_summary_when_the_calendar_opens(a_world: MakeWorld) -> None:
    world = await by_night(a_world)
    assert world.sent == []
    rows = world.outbox()
    assert {(row.state, row.gathered_as, row.attempts) for row in rows} == {("waiting", "held", 0)}
    assert {row.next_at for row in rows} == {instant(22, 9)}
    assert await world.send() == instant(22, 9)
    await world.send_until(instant(22, 9) - 1)
    assert world.sent == []
    await world.send_until(instant(22, 9))
    assert summaries(world) == [(["0", "1", "2"], Gathered.HELD)]
    assert clock(world) == "Tue 09:00"
    assert world.fates() == [("room", "sent")] * 3


async def test_that_it_is_held_is_written_down_once_and_logged(a_world: MakeWorld) -> None:
    with capture_logs() as logs:
        world = await by_night(
            a_world, {**RULE, "notify": ["room", "hall"]}, 1, receivers={"hall": {"slack": {"to": "#hall"}}}
        )
        await world.restart()
        await world.send()
    assert world.story() == [EventKind.HELD]
    assert [one["why"] for one in logs if one["event"] == "held"] == [EventKind.HELD]


async def test_what_is_held_makes_nobody_late_and_the_daemon_is_ready(a_world: MakeWorld) -> None:
    world = await by_night(a_world)
    world.clock.advance(5 * HOUR)
    await world.dispatch.step()
    assert world.health.ready().oldest_due is None
    assert world.database.look(lambda connection: outbox_views.oldest_due(connection, instant(22, 3))) is None


async def test_what_is_held_for_longer_than_tries_last_has_all_its_tries_before_it(
    a_world: MakeWorld,
) -> None:
    world = await by_night(a_world, calls=1, delivery={"give_up_after": "1h"})
    world.room.always = DeliveryTransient("Slack is down")
    await world.send_until(instant(22, 9, 40))
    assert world.fates() == [("room", "waiting")]
    world.room.always = None
    await world.send_until(instant(22, 9, 50))
    assert world.told() == ["0"]


async def test_what_is_held_is_not_given_up_though_nobody_can_look_for_it_for_days(
    a_world: MakeWorld,
) -> None:
    world = await by_night(a_world, {**RULE, "fallback": "spare"}, receivers=SPARE)
    world.room.looks.extend(DeliveryTransient("no answer") for _ in range(1_000))
    world.room.always = DeliveryTransient("no answer")
    world.clock.ms = instant(25, 20)
    await world.restart()
    await world.send_until(instant(28, 9) - 1)
    assert {(row.state, row.target.receiver, row.attempts) for row in world.outbox()} == {
        ("waiting", "room", 0)
    }
    assert world.room.asked == []
    world.room.looks.clear()
    world.room.always = None
    await world.send_until(instant(28, 9))
    assert summaries(world) == [(["0", "1", "2"], Gathered.HELD)]


async def test_a_summary_marks_what_is_done_meanwhile(a_world: MakeWorld) -> None:
    world = await by_night(a_world, follow_up=True)
    world.answer(to=number(1))
    await world.round()
    await act(world, Action.RESOLVE, 3)
    assert world.sent == []
    await world.send_until(instant(22, 9))
    assert summaries(world) == [(["0", "1"], Gathered.HELD)]
    assert [one.alert.ended_as for one in world.sent] == [None, EndReason.REACHED]
    # Who says that it is done wants nobody to hear of it.
    assert [row.reason for row in world.outbox()] == ["", "", "resolved"]


async def test_what_is_looked_at_anew_by_night_still_marks_it(a_world: MakeWorld) -> None:
    world = await by_night(a_world, follow_up=True)
    world.answer(to=number(1))
    await world.round()
    await world.restart()
    await world.send()
    assert world.sent == []
    await world.send_until(instant(22, 9))
    assert summaries(world) == [(["0", "1", "2"], Gathered.HELD)]
    assert [one.alert.ended_as for one in world.sent] == [None, EndReason.REACHED, None]


async def test_where_all_is_done_meanwhile_nobody_is_told(a_world: MakeWorld) -> None:
    world = await by_night(a_world, calls=25, follow_up=True)
    for n in range(25):
        world.answer(to=number(n))
    await world.round()
    await world.send_until(instant(22, 12))
    assert world.sent == []
    assert {(row.state, row.reason) for row in world.outbox()} == {("dropped", "reached")}


async def test_of_many_that_are_held_each_is_named_whatever_became_of_it(a_world: MakeWorld) -> None:
    """The summary is continued, and one of its messages names only what is done."""
    world = await by_night(a_world, calls=25, follow_up=True)
    for n in range(13):
        world.answer(to=number(n))
    await world.round()
    await world.send_until(instant(22, 9))
    names = [name for message, _ in summaries(world) for name in message]
    assert sorted(names, key=int) == [str(n) for n in range(25)]


async def test_a_single_one_that_was_reached_is_dropped(a_world: MakeWorld) -> None:
    world = await by_night(a_world, calls=1, follow_up=True)
    world.answer(to=number(0))
    await world.round()
    await world.send_until(instant(22, 12))
    assert world.sent == []
    assert [(row.state, row.reason) for row in world.outbox()] == [("dropped", "reached")]


async def test_a_rule_that_drops_tells_nobody_and_its_alert_is_over(a_world: MakeWorld) -> None:
    world = await by_night(a_world, DROP, 1)
    assert [(row.state, row.reason) for row in world.outbox()] == [("dropped", "outside_hours")]
    assert [alert.ended_as for alert in world.alerts()] == [EndReason.OUTSIDE_HOURS]
    assert world.story() == [EventKind.ENDED]
    world.clock.ms = instant(22, 9, 30)
    world.call("again", to=number(0))
    await world.round()
    assert world.told() == ["again"]


async def test_what_was_dropped_and_a_person_reopens_by_night_waits_for_the_calendar(
    a_world: MakeWorld,
) -> None:
    world = await by_night(a_world, DROP, 1)
    await act(world, Action.REOPEN)
    await world.round()
    world.clock.advance(HOUR)
    await world.restart()
    await world.round()
    assert world.alerts()[0].state is AlertState.OPEN
    assert world.sent == []
    await world.send_until(instant(22, 9) - 1)
    assert world.sent == []
    await world.send_until(instant(22, 9))
    assert [(one.names, one.alert.state) for one in world.sent] == [(("0",), AlertState.OPEN)]
    assert world.story() == [EventKind.ENDED, EventKind.REOPENED, EventKind.HELD]
    assert [(row.state, row.reason) for row in world.outbox()] == [("sent", "")]


async def test_what_is_reopened_during_its_wait_and_falls_due_by_night_waits_too(a_world: MakeWorld) -> None:
    world = await by_night(a_world, {**DROP, "wait": "1h"}, 1)
    await act(world, Action.ACKNOWLEDGE)
    await act(world, Action.REOPEN)
    await world.round()
    assert world.sent == []
    await world.send_until(instant(22, 9))
    assert world.told() == ["0"]


async def test_what_is_reopened_by_night_and_reached_before_the_morning_is_not_told(
    a_world: MakeWorld,
) -> None:
    world = await by_night(a_world, DROP, 1, follow_up=True)
    await act(world, Action.REOPEN)
    await world.round()
    world.answer(to=number(0))
    await world.round()
    await world.send_until(instant(22, 12))
    assert world.sent == []
    assert [(row.state, row.reason) for row in world.outbox()] == [("dropped", "reached")]


async def test_a_single_call_that_is_dropped_is_over_likewise(a_world: MakeWorld) -> None:
    world = await by_night(a_world, {**DROP, "per": "call"}, 2)
    assert [alert.ended_as for alert in world.alerts()] == [EndReason.OUTSIDE_HOURS] * 2


async def test_an_alert_that_somebody_was_told_of_goes_on_though_a_message_is_dropped(
    a_world: MakeWorld,
) -> None:
    rule = {**DROP, "per": "extension", "count": 2, "within": "12h", "levels": [{"count": 3}]}
    world = a_world(rule, calendars=OFFICE)
    await world.watch()
    for n in range(2):
        world.call(to=number(n))
    await world.round()
    world.clock.ms = instant(21, 20)
    world.call(to=number(3))
    await world.round()
    assert [(row.kind, row.state) for row in world.outbox()] == [("open", "sent"), ("level", "dropped")]
    assert [alert.state for alert in world.alerts()] == [AlertState.OPEN]


async def test_a_rule_that_sends_does_not_mind(a_world: MakeWorld) -> None:
    world = await by_night(a_world, {**RULE, "outside": "send"}, 2)
    assert world.told() == ["0", "1"]


@pytest.mark.parametrize(("passes", "told"), [(True, ["0", "1"]), (False, [])])
async def test_what_is_critical_passes_where_the_rule_says_so(
    a_world: MakeWorld, *, passes: bool, told: list[str]
) -> None:
    rule = {**RULE, "severity": "critical", "critical_passes": passes}
    world = await by_night(a_world, rule, 2)
    assert world.told() == told
    await world.send_until(instant(22, 9))
    # Held or not, it is told by itself.
    assert summaries(world) == [(["0"], None), (["1"], None)]


async def test_what_becomes_critical_lets_go_of_what_is_held_of_it(a_world: MakeWorld) -> None:
    rule = {
        **RULE,
        "per": "extension",
        "count": 2,
        "within": "1h",
        "critical_passes": True,
        "levels": [{"count": 3, "severity": "critical"}],
    }
    world = await by_night(a_world, rule, 2)
    assert world.sent == []
    world.call("2", to=number(2))
    await world.round()
    assert [(one.kind, len(one.names)) for one in world.sent] == [("open", 3), ("level", 3)]


async def test_messages_are_edited_by_night(a_world: MakeWorld) -> None:
    world = a_world(RULE, calendars=OFFICE, follow_up=True)
    await world.watch()
    world.call("Suresh")
    await world.round()
    world.clock.ms = instant(21, 20)
    world.answer()
    await world.round()
    assert [one.alert.ended_as for one in world.sent if one.edits] == [EndReason.REACHED]


async def test_an_alert_that_is_held_lives_from_when_the_calendar_opens(a_world: MakeWorld) -> None:
    rule = {**RULE, "expire_after": "2h"}
    world = await by_night(a_world, rule, 1)
    world.clock.ms = instant(22, 8)
    await world.tick()
    assert [alert.state for alert in world.alerts()] == [AlertState.OPEN]
    await world.send_until(instant(22, 9))
    world.clock.ms = instant(22, 11) - 1
    await world.tick()
    assert [alert.state for alert in world.alerts()] == [AlertState.OPEN]
    world.clock.ms += 1
    await world.tick()
    assert [alert.ended_as for alert in world.alerts()] == [EndReason.EXPIRED]


async def test_a_threshold_alert_that_is_held_is_not_quiet_before_it_was_told(a_world: MakeWorld) -> None:
    rule = {**RULE, "per": "extension", "count": 2, "within": "30m"}
    world = await by_night(a_world, rule, 2)
    world.clock.ms = instant(22, 1)
    await world.round()
    # Nobody looks at it every minute of the night.
    assert await world.tick() == world.clock.now() + HOUR
    assert [alert.ended_as for alert in world.alerts()] == [None]
    await world.send_until(instant(22, 9))
    assert world.told() == ["1"]
    world.clock.ms = instant(22, 10)
    await world.round()
    assert [alert.ended_as for alert in world.alerts()] == [EndReason.QUIET]


async def test_a_calendar_that_is_changed_lets_go_of_what_it_held(a_world: MakeWorld) -> None:
    world = await by_night(a_world)
    await world.reload(calendars={"office": {"hours": "00:00-24:00"}})
    assert world.sent == []
    await world.send()
    assert summaries(world) == [(["0", "1", "2"], Gathered.HELD)]


async def test_a_calendar_that_opens_later_now_holds_it_for_longer(a_world: MakeWorld) -> None:
    world = await by_night(a_world)
    await world.reload(calendars={"office": {"days": "wed", "hours": "12:00-13:00"}})
    await world.send_until(instant(22, 12))
    assert world.sent == []
    await world.send_until(instant(23, 12))
    assert summaries(world) == [(["0", "1", "2"], Gathered.HELD)]
    assert world.story() == [EventKind.HELD, EventKind.HELD]  # until another time


async def test_what_is_held_for_a_rule_that_goes_is_dropped(a_world: MakeWorld) -> None:
    world = await by_night(a_world)
    await world.reload(rules=[{"name": "another", "notify": "room"}])
    await world.send()
    assert world.sent == []
    assert {row.state.value for row in world.outbox()} == {"dropped"}


async def test_a_day_between_two_weeks_is_waited_for(a_world: MakeWorld) -> None:
    world = await by_night(a_world, calls=1)
    await world.reload(calendars={"office": {"days": "sun", "hours": "10:00-11:00"}})
    await world.send_until(instant(27, 10) - 1)
    assert world.sent == []
    await world.send_until(instant(27, 10))
    assert world.told() == ["0"]
    assert world.clock.now() - instant(21, 20) > 5 * DAY


async def test_of_a_summary_what_may_not_be_told_now_waits_and_the_rest_is_told(a_world: MakeWorld) -> None:
    by_day = {**RULE, "match": {"extension": "209"}}
    always = {**RULE, "name": "always", "match": {"extension": "300"}, "calendar": ""}
    world = a_world(by_day, always, calendars=OFFICE)
    await world.watch()
    world.clock.ms = instant(21, 20)
    for n in range(12):
        world.call(str(n), to=number(n), extension="209" if n % 3 else "300")
    await world.round()
    assert summaries(world) == [(["0", "3", "6", "9"], Gathered.BURST)]
    await world.send_until(instant(22, 9))
    assert summaries(world)[1:] == [([str(n) for n in range(12) if n % 3], Gathered.HELD)]


async def test_of_two_only_one_may_be_told_and_it_comes_by_itself(a_world: MakeWorld) -> None:
    by_day = {**RULE, "match": {"extension": "209"}}
    always = {**RULE, "name": "always", "match": {"extension": "300"}, "calendar": ""}
    world = a_world(by_day, always, calendars=OFFICE, delivery={"burst": 1})
    await world.watch()
    world.clock.ms = instant(21, 20)
    world.call("waits", to=number(1), extension="209")
    world.call("goes", to=number(2), extension="300")
    await world.round()
    assert [(one.names, one.batch) for one in world.sent] == [(("goes",), None)]
