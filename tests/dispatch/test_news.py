"""Where a message can't be changed, what somebody did about its alert comes as one new message."""

from typing import Any

import pytest

from notifier.errors import DeliveryTransient, EditRefused, TargetBroken
from notifier.model import AlertState, EndReason, Kind
from notifier.rules.act import Action
from tests.support.channel import Message
from tests.support.people import OFFICE, act, end_silence, instant, silence
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

RULE: dict[str, Any] = {"name": "customers", "per": "customer", "notify": "leads", "expire_after": "3d"}
MAIL: dict[str, Any] = {
    "receivers": {
        "leads": {"email": {"to": "lead@example.com"}},
        "second": {"email": {"to": "second@example.com"}},
        "posts": {"slack": {"webhook_url": "https://hooks.example.com/x"}},
    },
    "email": {"host": "127.0.0.1", "security": "none", "sender": "a@example.com"},
}
ACK, RESOLVE, SNOOZE, REOPEN = Action


async def told_of_one(a_world: MakeWorld, rule: dict[str, Any] = RULE, **sections: Any) -> World:
    world = a_world(rule, **{"follow_up": True, **MAIL, **sections})
    await world.watch()
    world.call("1")
    await world.round()
    assert [one.kind for one in world.sent] == [Kind.OPEN]
    return world


async def later(world: World, span: int = 6 * MINUTE) -> None:
    """So much time passes, in which everybody does what is due."""
    end = world.clock.now() + span
    while world.clock.now() < end:
        await world.tick()
        await world.send_until(min(end, world.clock.now() + MINUTE))
    await world.tick()
    await world.send()


def news(world: World) -> list[tuple[str, str]]:
    """Who was told anew, and how the alert stood."""
    return [(one.receiver, _stands(one)) for one in world.sent if one.kind is Kind.UPDATE]


def _stands(one: Message) -> str:
    return str(one.alert.ended_as or one.alert.state)


@pytest.mark.parametrize("receiver", ["leads", "posts"])
async def test_whoever_was_told_hears_once_that_the_customer_was_reached(
    a_world: MakeWorld, receiver: str
) -> None:
    world = await told_of_one(a_world, {**RULE, "notify": receiver})
    told_at = world.sent[0].at
    world.clock.advance(MINUTE)
    world.answer()
    await world.round()
    assert news(world) == []
    await later(world, HOUR)
    await world.restart()
    await later(world)
    assert news(world) == [(receiver, "reached")]
    update = world.sent[-1]
    assert update.at == told_at + 5 * MINUTE
    assert (update.joined, update.stands_anew) == (0, True)
    assert {row.state.value for row in world.outbox()} == {"sent"}


async def test_each_thing_that_a_person_does_is_told_at_most_every_five_minutes(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    for action in (ACK, REOPEN, RESOLVE, REOPEN):
        await act(world, action)
        await later(world)
    assert [how for _, how in news(world)] == ["acknowledged", "open", "resolved", "open"]


async def test_what_changed_several_times_meanwhile_is_told_as_it_is_at_last(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    for action in (ACK, REOPEN, RESOLVE, REOPEN, ACK):
        world.clock.advance(MINUTE // 2)
        await act(world, action)
        await world.send()
    await later(world, HOUR)
    assert [how for _, how in news(world)] == ["acknowledged"]


@pytest.mark.parametrize("deeds", [(ACK, REOPEN), (ACK, REOPEN, ACK, REOPEN)], ids=["taken back", "twice"])
async def test_what_was_undone_before_it_was_told_is_not_told(
    a_world: MakeWorld, deeds: tuple[Action, ...]
) -> None:
    world = await told_of_one(a_world)
    for action in deeds:
        await act(world, action)
        await world.send()
    await later(world, HOUR)
    assert news(world) == []


async def test_what_was_told_already_is_not_told_again(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    await act(world, ACK)
    await later(world)
    await act(world, REOPEN)
    await act(world, ACK)
    await later(world, HOUR)
    assert [how for _, how in news(world)] == ["acknowledged"]


@pytest.mark.parametrize(
    ("rule", "span"),
    [({"expire_after": "1h"}, 2 * HOUR), ({"per": "extension", "count": 1, "within": "1h"}, 2 * HOUR)],
    ids=["expired", "quiet"],
)
async def test_an_end_after_which_nobody_has_to_do_anything_is_no_message(
    a_world: MakeWorld, rule: dict[str, Any], span: int
) -> None:
    world = await told_of_one(a_world, RULE | rule)
    world.clock.advance(span)
    await world.round()
    assert world.alerts()[0].state is AlertState.ENDED
    await later(world)
    assert news(world) == []
    await act(world, REOPEN)
    await later(world)
    # Who was told thinks by now that it is over.
    assert news(world) == [("leads", "open")]


async def test_a_single_call_that_is_reopened_is_told_once_more(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, {"name": "every", "notify": "leads"}, follow_up=False)
    assert world.alerts()[0].ended_as is EndReason.TOLD
    world.clock.advance(HOUR)
    await act(world, REOPEN)
    await later(world, HOUR)
    assert news(world) == [("leads", "open")]


async def test_who_was_never_told_never_hears_of_the_end(a_world: MakeWorld) -> None:
    world = await told_of_one(
        a_world, {**RULE, "wait": "0s", "escalate": [{"after": "1h", "notify": "second"}]}
    )
    world.answer()
    await world.round()
    await later(world, 3 * HOUR)
    assert news(world) == [("leads", "reached")]
    assert {one.receiver for one in world.sent} == {"leads"}


async def test_who_was_told_by_an_escalation_hears_of_it_too(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, {**RULE, "escalate": [{"after": "30m", "notify": "second"}]})
    await later(world, HOUR)
    # That others are told as well is no news.
    assert news(world) == []
    await act(world, RESOLVE)
    await later(world)
    assert sorted(news(world)) == [("leads", "resolved"), ("second", "resolved")]


async def test_a_snooze_is_no_message_and_its_end_is_the_reminder(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    await act(world, SNOOZE, until=world.clock.now() + HOUR)
    await later(world, 2 * HOUR)
    assert [one.kind for one in world.sent] == [Kind.OPEN, Kind.REMINDER]


async def test_calls_that_joined_and_the_one_who_is_on_it_come_together(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.call("2")
    await world.poll()
    await act(world, ACK)
    await later(world)
    assert [(one.kind, one.names, one.joined, one.stands_anew) for one in world.sent[1:]] == [
        (Kind.UPDATE, ("1", "2"), 1, True)
    ]
    world.call("3")
    await world.poll()
    await later(world)
    assert (world.sent[-1].joined, world.sent[-1].stands_anew) == (1, False)


async def test_what_a_reminder_says_is_not_said_again(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, {**RULE, "repeat_every": "1h", "repeat_limit": 1})
    await act(world, ACK)
    await later(world)
    await act(world, REOPEN)
    world.clock.advance(HOUR)
    await later(world, HOUR)
    assert [one.kind for one in world.sent] == [Kind.OPEN, Kind.UPDATE, Kind.REMINDER]


@pytest.mark.parametrize("outside", ["hold", "drop"])
async def test_by_night_it_waits_for_the_calendar(a_world: MakeWorld, outside: str) -> None:
    rule = {**RULE, "calendar": "office", "outside": outside}
    world = await told_of_one(a_world, rule, calendars=OFFICE)
    world.clock.ms = instant(21, 20)
    world.answer()
    await world.round()
    await later(world, HOUR)
    assert news(world) == []
    await world.send_until(instant(22, 9) - 1)
    assert news(world) == []
    await world.send_until(instant(22, 9))
    assert news(world) == [("leads", "reached")]


async def test_calls_that_join_by_night_are_dropped_where_the_rule_says_so(a_world: MakeWorld) -> None:
    rule = {**RULE, "calendar": "office", "outside": "drop"}
    world = await told_of_one(a_world, rule, calendars=OFFICE)
    world.clock.ms = instant(21, 20)
    world.call("2")
    await world.round()
    await world.send_until(instant(22, 12))
    assert [row.reason for row in world.outbox()] == ["", "outside_hours"]
    await act(world, ACK)
    await later(world)
    assert news(world) == [("leads", "acknowledged")]


async def test_what_is_true_when_a_silence_ends_is_told(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.clock.advance(10 * MINUTE)
    quiet = await silence(world, None)
    await act(world, ACK)
    await later(world)
    await act(world, REOPEN)
    await later(world)
    await end_silence(world, quiet)
    await later(world)
    assert news(world) == []
    assert [row.reason for row in world.outbox()] == ["", "nothing_new"]
    quiet = await silence(world, None)
    await act(world, ACK)
    await later(world)
    world.answer()
    await world.follow()
    await end_silence(world, quiet)
    await later(world)
    assert news(world) == [("leads", "reached")]


async def test_of_what_was_held_the_ended_ones_are_marked_and_those_never_told_dropped(
    a_world: MakeWorld,
) -> None:
    world = await told_of_one(a_world, {**RULE, "calendar": "office"}, calendars=OFFICE)
    world.call("other", to="919812345600")
    await world.round()
    world.clock.ms = instant(21, 20)
    world.call("by night", to="919812345601")
    await world.poll()
    await world.send()
    await act(world, RESOLVE, 1)
    world.answer(to="919812345600")
    world.answer(to="919812345601")
    await world.round()
    await world.send_until(instant(22, 12))
    assert news(world) == [("leads", "resolved"), ("leads", "reached")]
    assert len({one.batch for one in world.sent if one.kind is Kind.UPDATE}) == 1
    assert "by night" not in world.told()


async def test_told_in_its_first_message_that_it_was_reached_nothing_follows(a_world: MakeWorld) -> None:
    world = a_world({**RULE, "calendar": "office"}, calendars=OFFICE, follow_up=True, **MAIL)
    await world.watch()
    world.clock.ms = instant(21, 20)
    for n in range(2):
        world.call(str(n), to=f"91981234560{n}")
        await world.round()
    world.answer(to="919812345600")
    await world.round()
    await world.send_until(instant(22, 12))
    assert [(one.kind, one.alert.ended_as) for one in world.sent] == [
        (Kind.OPEN, EndReason.REACHED),
        (Kind.OPEN, None),
    ]


async def test_a_message_that_was_called_off_on_the_way_makes_room_for_the_news(a_world: MakeWorld) -> None:
    """A higher level waits for its retry when the customer is reached: its target is told of that instead."""
    rule = {**RULE, "count": 1, "within": "1d", "levels": [{"count": 2}]}
    world = await told_of_one(a_world, rule)
    world.clock.advance(10 * MINUTE)
    world.channels["leads"].sends.append(DeliveryTransient("down"))
    world.call("2")
    await world.round()
    assert world.fates() == [("leads", "sent"), ("leads", "waiting")]
    world.answer()
    await world.follow()
    await later(world)
    assert [(row.kind, row.state, row.reason) for row in world.outbox()][1:] == [
        (Kind.LEVEL, "dropped", "reached"),
        (Kind.UPDATE, "sent", ""),
    ]
    assert news(world) == [("leads", "reached")]


async def test_an_update_that_waits_for_its_retry_tells_the_end_and_nothing_is_doubled(
    a_world: MakeWorld,
) -> None:
    world = await told_of_one(a_world)
    world.clock.advance(10 * MINUTE)
    world.channels["leads"].always = DeliveryTransient("down")
    world.call("2")
    await world.round()
    await world.restart()
    world.answer()
    await world.follow()
    await later(world)
    world.channels["leads"].always = None
    await later(world, HOUR)
    assert news(world) == [("leads", "reached")]
    assert (world.sent[-1].joined, world.sent[-1].stands_anew) == (1, True)


async def test_a_slack_message_that_was_part_of_a_summary_is_followed_by_a_new_one(
    a_world: MakeWorld,
) -> None:
    world = a_world({**RULE, "notify": "room"}, follow_up=True, delivery={"burst": 1})
    await world.watch()
    for n in range(2):
        world.call(str(n), to=f"91981234560{n}")
    await world.round()
    world.answer(to="919812345600")
    await world.round()
    await later(world)
    assert [(one.kind, one.edits, one.batch is None) for one in world.sent] == [
        (Kind.OPEN, False, False),
        (Kind.OPEN, False, False),
        (Kind.UPDATE, False, True),
    ]


async def test_a_slack_message_that_can_be_edited_is_and_no_new_one_comes(a_world: MakeWorld) -> None:
    world = a_world({**RULE, "notify": "room", "repeat_every": "1h"}, follow_up=True)
    await world.watch()
    world.call("1")
    await world.round()
    await later(world, 90 * MINUTE)
    world.answer()
    await world.round()
    await later(world)
    assert [(one.kind, one.edits) for one in world.sent][-1] == (Kind.OPEN, True)
    assert news(world) == []


async def test_a_slack_message_that_is_gone_is_followed_by_a_new_one(a_world: MakeWorld) -> None:
    world = a_world({**RULE, "notify": "room"}, follow_up=True)
    await world.watch()
    world.call("1")
    await world.round()
    world.room.edits.append(EditRefused("message_not_found"))
    await act(world, RESOLVE)
    await later(world, HOUR)
    assert news(world) == [("room", "resolved")]


async def test_news_for_one_that_cannot_be_told_goes_to_nobody_else(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, {**RULE, "fallback": "second"})
    world.channels["leads"].always = TargetBroken("mailbox is gone")
    await act(world, ACK)
    await later(world)
    assert world.fates() == [("leads", "sent"), ("leads", "dead")]
    assert [one.kind for one in world.sent] == [Kind.OPEN]


async def test_news_for_an_agent_who_is_away_is_no_business_of_the_deputy(a_world: MakeWorld) -> None:
    agents = {
        "209": {"name": "Asha", "email": "asha@example.com", "deputy": "210"},
        "210": {"name": "Ravi", "email": "ravi@example.com"},
    }
    mail = {**MAIL, "receivers": {"agent": {"email": {"to": "agent"}}}}
    world = a_world(
        {**RULE, "notify": "agent", "calendar": "office"}, calendars=OFFICE, agents=agents, **mail
    )
    await world.watch()
    world.call("1")
    await world.round()
    world.clock.ms = instant(21, 20)
    await act(world, ACK)
    await world.send()
    agents["209"]["away"] = "2026-09-22"
    await world.reload(agents=agents)
    await world.send_until(instant(22, 12))
    assert [one.address for one in world.sent] == ["asha@example.com"]
    assert [row.state for row in world.outbox()] == ["sent", "dropped"]


async def test_of_an_alert_on_trial_nobody_hears_more(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    await world.restart(dry_run=True)
    await act(world, RESOLVE)
    await later(world)
    assert [(row.kind, row.state) for row in world.outbox()][1:] == [(Kind.UPDATE, "dry_run")]
    assert news(world) == []
