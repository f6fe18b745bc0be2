"""The thread below a message keeps the history: each thing is said there once, after the edit."""

from collections.abc import Callable
from typing import Any

import pytest

from notifier.actions import Actions
from notifier.config.values import DAY
from notifier.errors import (
    CredentialsBroken,
    DeliveryError,
    DeliveryTransient,
    EditRefused,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)
from notifier.model import EventKind, Kind, Severity
from notifier.rules.act import Action, Order
from notifier.store import purge
from notifier.store.schema import threads
from tests.support.channel import AfterAccepting, Step
from tests.support.doomed import DoomedDatabase, Moment
from tests.support.exchange import Killed
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

SECOND = 1_000
CUSTOMERS = {"name": "customers", "per": "customer", "notify": "room", "expire_after": "3d"}
MANY = {
    "name": "many",
    "per": "extension",
    "count": 1,
    "within": "1h",
    "levels": [{"count": 2, "severity": "critical", "notify": ["leads"]}],
    "notify": "room",
}
LEADS = {"leads": {"email": {"to": ["lead@example.com"]}}}


async def told_of_one(a_world: MakeWorld, rule: dict[str, Any] = CUSTOMERS, **sections: Any) -> World:
    world = a_world(rule, **sections)
    world.room.has_threads = True
    await world.watch()
    world.call("1")
    await world.round()
    assert world.told() == ["1"]
    world.clock.advance(MINUTE)
    return world


async def act(world: World, action: Action, who: str = "Asha", note: str = "", **more: Any) -> None:
    rules = [rule.name for rule in world.config.rules]
    actions = Actions(world.database, rules, world.config.receivers)
    acted = await actions.carry_out(1, Order(action, who, note, **more), world.clock.now())
    assert acted is not None
    assert acted.is_done


async def pass_(world: World, ms: int = MINUTE) -> None:
    await world.send_until(world.clock.now() + ms)


def said(world: World) -> list[list[str]]:
    return [one.said for one in world.room.said]


def rows(world: World) -> list[dict[str, Any]]:
    return world.database.look(lambda c: [dict(row) for row in c.execute(threads.select()).mappings()])


async def test_the_first_message_has_no_history(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    await pass_(world, HOUR)
    assert said(world) == []


async def test_what_was_before_the_first_message_is_never_said(a_world: MakeWorld) -> None:
    world = a_world({**CUSTOMERS, "wait": "10m"})
    world.room.has_threads = True
    await world.watch()
    world.call("1")
    await world.round()
    await act(world, Action.SNOOZE, until=world.clock.now() + 20 * MINUTE)
    world.clock.advance(20 * MINUTE)
    await world.round()
    assert world.told() == ["1"]
    world.clock.advance(MINUTE)
    await act(world, Action.ACKNOWLEDGE)
    await pass_(world)
    assert said(world) == [[EventKind.ACKNOWLEDGED]]


async def test_what_happened_while_the_first_message_was_on_its_way_is_said(a_world: MakeWorld) -> None:
    world = a_world(CUSTOMERS)
    world.room.has_threads = True
    await world.watch()
    world.call("1")
    await world.poll()
    world.room.sends.append(AfterAccepting(Killed()))
    await world.killed_while_sending()
    world.clock.advance(MINUTE)
    await act(world, Action.ACKNOWLEDGE)
    await pass_(world)
    assert world.told() == ["1"]
    assert said(world) == [[EventKind.ACKNOWLEDGED]]


async def test_what_somebody_did_is_said_below_the_message_after_its_edit(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    await act(world, Action.ACKNOWLEDGE, note="calling", agent="main/209")
    await pass_(world)
    assert [one.edits for one in world.sent] == [False, True]
    (reply,) = world.room.said
    assert reply.receipt == "#room/0"
    (event,) = reply.history.events
    assert (event.kind, event.who, event.note) == (EventKind.ACKNOWLEDGED, "agent main/209", "calling")
    assert (reply.history.calls, reply.history.raised) == ((), None)
    assert reply.at >= world.sent[-1].at


async def test_many_things_are_said_at_once_each_only_once(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    await act(world, Action.ACKNOWLEDGE)
    await act(world, Action.SNOOZE, until=world.clock.now() + 10 * MINUTE)
    await act(world, Action.REOPEN)
    await pass_(world)
    await act(world, Action.RESOLVE, note="Not needed: wrong number")
    await pass_(world)
    assert said(world) == [
        [EventKind.ACKNOWLEDGED, EventKind.SNOOZED, EventKind.REOPENED],
        [EventKind.RESOLVED],
    ]
    await pass_(world, HOUR)
    assert len(world.room.said) == 2


async def test_that_the_customer_was_reached_is_said(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, follow_up=True)
    world.answer()
    world.clock.advance(MINUTE)
    await world.round()
    await pass_(world)
    assert said(world) == [[EventKind.REACHED]]


async def test_what_became_of_it_by_itself_is_said(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, {**CUSTOMERS, "expire_after": "1h"})
    await act(world, Action.SNOOZE, until=world.clock.now() + 10 * MINUTE)
    await pass_(world)
    world.clock.advance(10 * MINUTE)
    await world.round()
    await pass_(world)
    world.clock.advance(2 * HOUR)
    await world.round()
    await pass_(world)
    assert said(world) == [[EventKind.SNOOZED], [EventKind.WOKE], [EventKind.ENDED]]


async def test_an_escalation_is_said_to_those_who_were_told_before(a_world: MakeWorld) -> None:
    rule = {**CUSTOMERS, "escalate": [{"after": "30m", "notify": ["leads"]}]}
    world = await told_of_one(a_world, rule, receivers=LEADS, follow_up=True)
    world.clock.advance(30 * MINUTE)
    await world.round()
    await pass_(world)
    assert said(world) == [[EventKind.ESCALATED]]
    assert world.room.said[0].history.events[0].note == "leads"


async def test_a_higher_level_is_not_said_below_where_it_is_told_by_a_message(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, MANY, receivers=LEADS)
    await act(world, Action.SNOOZE, until=world.clock.now() + 10 * MINUTE)
    world.call("2")
    await world.poll()
    await pass_(world)
    assert said(world) == [[EventKind.SNOOZED]]
    world.clock.advance(10 * MINUTE)
    await world.round()
    await pass_(world)
    assert said(world) == [[EventKind.SNOOZED], [EventKind.WOKE]]


async def test_a_higher_level_is_said_below_where_its_message_was_given_up(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, MANY, receivers=LEADS)
    world.call("2")
    await world.poll()
    raised_at = world.clock.now()
    world.clock.advance(MINUTE)
    world.room.sends.append(TargetBroken("for a moment"))
    await pass_(world)
    raised = world.room.said[0].history.raised
    assert raised is not None
    assert (raised.level, raised.severity, raised.at) == (1, Severity.CRITICAL, raised_at)
    assert len(world.room.said) == 1


async def test_calls_are_listed_once_the_message_has_no_room_for_all_of_them(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    for name in ("2", "3", "4"):
        world.call(name)
        await world.poll()
        await pass_(world)
    assert said(world) == [["1", "2", "3"], ["4"]]
    assert [one.history.call_count for one in world.room.said] == [3, 1]


async def test_of_many_calls_the_newest_are_named_and_all_counted(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, {**CUSTOMERS, "per": "account"})
    for number in range(2, 101):
        world.call(str(number))
    await world.poll()
    await pass_(world)
    (reply,) = world.room.said
    assert reply.said == [str(number) for number in range(51, 101)]
    assert reply.history.call_count == 100


async def test_an_edit_that_is_refused_brings_no_history(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.edits.append(EditRefused("edit_window_closed"))
    await act(world, Action.ACKNOWLEDGE)
    await pass_(world, HOUR)
    assert said(world) == []


async def test_the_thread_of_a_new_first_message_begins_with_what_happened_from_then_on(
    a_world: MakeWorld,
) -> None:
    world = await told_of_one(a_world)
    await act(world, Action.ACKNOWLEDGE)
    await pass_(world)
    world.room.deleted.add("#room/0")
    world.call("2")
    await world.poll()
    await pass_(world)
    assert [(one.kind, one.edits) for one in world.sent][-1] == (Kind.UPDATE, False)
    world.clock.advance(MINUTE)
    await act(world, Action.RESOLVE)
    await pass_(world)
    assert said(world) == [[EventKind.ACKNOWLEDGED], [EventKind.RESOLVED]]
    assert [one.receipt for one in world.room.said] == ["#room/0", "#room/2"]


async def test_where_the_message_was_deleted_meanwhile_it_is_given_up(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.replies.append(DeliveryTransient("down"))
    await act(world, Action.ACKNOWLEDGE)
    await world.send()
    world.room.deleted.add("#room/0")
    await pass_(world, HOUR)
    assert said(world) == []
    assert rows(world) == []


@pytest.mark.parametrize(
    "error",
    [DeliveryTransient("down"), RateLimited("slowly", 90), CredentialsBroken("token_revoked")],
    ids=lambda error: type(error).__name__,
)
async def test_what_passes_is_tried_again_and_says_all_that_is_new_by_then(
    a_world: MakeWorld, error: Exception
) -> None:
    world = await told_of_one(a_world)
    world.room.replies.append(error)
    await act(world, Action.ACKNOWLEDGE)
    await world.send()
    assert said(world) == []
    await act(world, Action.RESOLVE)
    await pass_(world, HOUR)
    assert said(world) == [[EventKind.ACKNOWLEDGED, EventKind.RESOLVED]]
    assert world.room.looked_below == []


@pytest.mark.parametrize(
    "error",
    [TargetBroken("is_archived"), DeliveryError("who knows"), ValueError("a fault of ours")],
    ids=lambda error: type(error).__name__,
)
async def test_what_does_not_pass_is_said_with_the_next(a_world: MakeWorld, error: Exception) -> None:
    world = await told_of_one(a_world)
    world.room.replies.append(error)
    await act(world, Action.ACKNOWLEDGE)
    await pass_(world, HOUR)
    assert said(world) == []
    await act(world, Action.RESOLVE)
    await pass_(world)
    assert said(world) == [[EventKind.ACKNOWLEDGED, EventKind.RESOLVED]]


async def test_a_form_that_is_refused_is_said_in_plain_words(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.replies.append(PayloadBroken("invalid_blocks"))
    await act(world, Action.ACKNOWLEDGE)
    await pass_(world)
    assert [(one.said, one.plain) for one in world.room.said] == [([EventKind.ACKNOWLEDGED], True)]


async def test_after_a_day_of_failures_it_is_given_up(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.replies.extend(DeliveryTransient("down") for _ in range(5_000))
    await act(world, Action.ACKNOWLEDGE)
    await pass_(world, DAY + HOUR)
    tries = world.room.tries
    await pass_(world, DAY)
    assert world.room.tries == tries
    assert said(world) == []


async def test_a_reply_that_fails_delays_neither_messages_nor_edits(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.replies.extend(DeliveryTransient("down") for _ in range(50))
    await act(world, Action.ACKNOWLEDGE)
    await world.send()
    world.call("other", to="919812300002")
    await world.poll()
    await world.send()
    assert world.told() == ["1", "other"]
    edits = len(world.edited())
    await act(world, Action.RESOLVE)
    await pass_(world, 40 * SECOND)
    assert len(world.edited()) == edits + 1
    assert world.room.replies


async def test_messages_that_are_due_come_before_what_is_said_below_others(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    await act(world, Action.ACKNOWLEDGE)
    world.call("other", to="919812300002")
    await world.poll()
    order: list[str] = []
    world.room.on_send = lambda _: order.append(f"sent after {len(world.room.said)} replies")
    await world.send()
    assert order == ["sent after 0 replies"]
    assert said(world) == [[EventKind.ACKNOWLEDGED]]


TRANSACTIONS = 5
"""That it takes to edit a message and to say below it what happened: each asks first what is to be sent."""

UNKNOWN: tuple[Callable[[], Exception], ...] = (
    lambda: DeliveryTransient("no answer", uncertain=True),
    lambda: ValueError("nobody knows"),
)


@pytest.mark.parametrize("error", UNKNOWN)
@pytest.mark.parametrize("has_arrived", [True, False])
async def test_a_reply_of_unknown_outcome_is_looked_for(
    a_world: MakeWorld, error: Callable[[], Exception], *, has_arrived: bool
) -> None:
    world = await told_of_one(a_world)
    step: Step = AfterAccepting(error()) if has_arrived else error()
    world.room.replies.append(step)
    await act(world, Action.ACKNOWLEDGE)
    tried_at = world.clock.now()
    await world.send()
    await act(world, Action.RESOLVE)
    await pass_(world, HOUR)
    both = [EventKind.ACKNOWLEDGED, EventKind.RESOLVED]
    assert said(world) == ([[one] for one in both] if has_arrived else [both])
    ((receipt, _, since),) = world.room.looked_below
    assert (receipt, since) == ("#room/0", tried_at - DAY)


async def test_while_it_cannot_be_looked_for_it_is_not_said_again(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.replies.append(AfterAccepting(DeliveryTransient("no answer", uncertain=True)))
    world.room.looks.extend([DeliveryTransient("down"), RateLimited("slowly", 5), TargetBroken("archived")])
    await act(world, Action.ACKNOWLEDGE)
    await pass_(world, HOUR)
    assert said(world) == [[EventKind.ACKNOWLEDGED]]
    await act(world, Action.RESOLVE)
    await pass_(world, HOUR)
    assert said(world) == [[EventKind.ACKNOWLEDGED], [EventKind.RESOLVED]]


@pytest.mark.parametrize("step", [Killed(), AfterAccepting(Killed())], ids=["before", "after"])
async def test_killed_while_it_is_posted_it_is_there_once(a_world: MakeWorld, step: Step) -> None:
    world = await told_of_one(a_world)
    world.room.replies.append(step)
    await act(world, Action.ACKNOWLEDGE)
    await world.killed_while_sending()
    await pass_(world)
    assert said(world) == [[EventKind.ACKNOWLEDGED]]
    assert len(world.room.looked_below) == 1


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("lives_for", range(TRANSACTIONS))
async def test_killed_around_any_transaction_all_is_said_once(
    a_world: MakeWorld, lives_for: int, moment: Moment
) -> None:
    world = await told_of_one(a_world)
    world.database.close()
    world.database = database = DoomedDatabase(world.path)
    await world.restart()
    await act(world, Action.ACKNOWLEDGE)
    database.doom(lives_for, moment)
    with pytest.raises(Killed):
        await world.send()
    database.revive()
    await world.restart()
    await pass_(world)
    await act(world, Action.RESOLVE)
    await pass_(world)
    assert said(world) == [[EventKind.ACKNOWLEDGED], [EventKind.RESOLVED]]


async def test_a_look_takes_a_turn_of_its_own(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.pace = 1.0
    world.room.replies.append(DeliveryTransient("no answer", uncertain=True))
    await act(world, Action.ACKNOWLEDGE)
    await pass_(world, HOUR)
    assert said(world) == [[EventKind.ACKNOWLEDGED]]


async def test_channels_without_threads_are_never_asked(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.has_threads = False
    await act(world, Action.ACKNOWLEDGE)
    await pass_(world, HOUR)
    assert world.edited() == [("1",)]


@pytest.mark.parametrize("gone", ["receiver", "threads"])
async def test_what_can_be_said_nowhere_any_more_waits_for_nothing(a_world: MakeWorld, gone: str) -> None:
    world = await told_of_one(a_world)
    world.room.replies.append(DeliveryTransient("down"))
    await act(world, Action.ACKNOWLEDGE)
    await world.send()
    if gone == "threads":
        world.room.has_threads = False
    else:
        await world.restart(
            receivers={"hall": {"slack": {"to": "#hall"}}}, rules=[{**CUSTOMERS, "notify": "hall"}]
        )
    await pass_(world, HOUR)
    assert [row["reply_at"] for row in rows(world)] == [None]


async def test_of_an_alert_on_trial_nothing_is_said(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.replies.append(DeliveryTransient("down"))
    await act(world, Action.ACKNOWLEDGE)
    await world.send()
    await world.restart(dry_run=True)
    await pass_(world, HOUR)
    assert said(world) == []


async def test_a_message_of_an_older_version_gets_a_thread_with_its_next_edit(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    await world.database.write(lambda connection: connection.execute(threads.delete()))
    await act(world, Action.ACKNOWLEDGE)
    await pass_(world)
    assert said(world) == []
    await act(world, Action.RESOLVE)
    await pass_(world)
    assert said(world) == [[EventKind.RESOLVED]]


async def test_what_is_about_to_be_said_goes_with_its_alert(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.replies.append(DeliveryTransient("down"))
    await act(world, Action.RESOLVE)
    await world.send()
    later = world.clock.now() + HOUR
    await world.database.write(lambda connection: purge.purge(connection, later, later))
    assert rows(world) == []
    await pass_(world, HOUR)
    assert said(world) == []


async def test_a_clock_that_was_ahead_keeps_nothing_waiting(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    world.room.replies.append(DeliveryTransient("down"))
    world.clock.ms += 30 * DAY
    await act(world, Action.ACKNOWLEDGE)
    await world.send()
    world.clock.ms -= 30 * DAY
    await world.restart()
    await pass_(world, 2 * MINUTE)
    assert said(world) == [[EventKind.ACKNOWLEDGED]]
