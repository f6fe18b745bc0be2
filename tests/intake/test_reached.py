"""An answered call ends the alerts about its customer, whichever comes first: nobody is told for nothing."""

import pytest

from notifier.errors import DeliveryTransient
from notifier.model import AlertState, EndReason, EventKind
from tests.support.reached import AT_ONCE, EVERY, MANY, NOT_REACHED, OTHER, REACHED, ends, events
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld


@pytest.fixture
async def world(a_world: MakeWorld) -> World:
    """A rule per customer that waits ten minutes."""
    made = a_world(NOT_REACHED, follow_up=True)
    await made.watch()
    made.clock.advance(HOUR)
    return made


async def test_who_is_reached_during_the_wait_is_nobodys_business(world: World) -> None:
    world.call("Suresh")
    await world.round()
    world.clock.advance(8 * MINUTE)
    world.answer(ago=5 * MINUTE, extension="201")
    await world.round()
    world.clock.advance(HOUR)
    await world.round()
    assert (world.told(), world.outbox()) == ([], [])
    assert ends(world) == [REACHED]
    assert events(world) == [(EventKind.REACHED_BEFORE_WAIT, "agent main/201")]


async def test_who_is_reached_after_somebody_was_told_ends_the_alert_and_changes_the_message(
    world: World,
) -> None:
    world.call("Suresh")
    await world.round()
    world.clock.advance(11 * MINUTE)
    await world.round()
    assert world.told() == ["Suresh"]
    (told,) = world.alerts()
    world.clock.advance(20 * MINUTE)
    placed_at = world.answer(ago=15 * MINUTE)["time"]
    await world.round()
    (alert,) = world.alerts()
    assert (alert.ended_as, alert.handled_by, alert.handled_at) == (
        EndReason.REACHED,
        "agent main/209",
        placed_at,
    )
    assert alert.version == told.version + 1
    assert world.edited() == [("Suresh",)]
    assert events(world)[-1] == (EventKind.REACHED, "agent main/209")


async def test_a_customer_who_calls_us_and_is_answered_was_reached(world: World) -> None:
    world.call("Suresh")
    await world.round()
    world.clock.advance(5 * MINUTE)
    world.incoming.incoming(world.clock.now() - 2 * MINUTE, extension="305")
    await world.round()
    assert ends(world) == [REACHED]
    assert [alert.handled_by for alert in world.alerts()] == ["agent main/305"]


async def test_an_answered_call_three_minutes_before_the_miss_does_not_count(world: World) -> None:
    world.answer(ago=3 * MINUTE)
    await world.follow()
    world.call("Suresh")
    await world.round()
    assert world.reasons() == ["opened"]
    world.clock.advance(11 * MINUTE)
    await world.round()
    assert world.told() == ["Suresh"]


async def test_an_answered_call_a_minute_before_the_miss_ends_the_alert_when_it_comes_later(
    world: World,
) -> None:
    world.call()
    world.answer(ago=4 * MINUTE)
    world.answer(ago=MINUTE)
    await world.poll()
    assert ends(world) == [(AlertState.PENDING, None)]
    await world.follow()
    assert ends(world) == [REACHED]


async def test_an_answered_call_three_minutes_before_the_miss_does_not_count_when_it_comes_later(
    world: World,
) -> None:
    world.call("Suresh")
    await world.round()
    world.answer(ago=3 * MINUTE)
    await world.round()
    assert ends(world) == [(AlertState.PENDING, None)]


async def test_a_miss_that_arrives_after_its_customer_was_reached_opens_nothing(a_world: MakeWorld) -> None:
    world = a_world(AT_ONCE, EVERY, {**MANY, "count": 2}, follow_up=True)
    await world.watch()
    world.clock.advance(HOUR)
    world.answer(ago=5 * MINUTE)
    await world.follow()
    world.call("late", ago=9 * MINUTE)
    await world.round()
    assert sorted(world.reasons()) == ["below_threshold", "reached_before_wait", "reached_before_wait"]
    assert world.told() == []
    world.call("to another", to=OTHER)
    await world.round()  # the extension has missed two, whoever was reached
    assert sorted(alert.rule for alert in world.alerts()) == ["at-once", "every", "many"]


async def test_what_is_missed_after_the_customer_was_reached_begins_anew(world: World) -> None:
    world.call("first")
    await world.round()
    world.clock.advance(5 * MINUTE)
    world.answer()
    await world.round()
    world.clock.advance(5 * MINUTE)
    world.call("again")
    await world.round()
    world.clock.advance(11 * MINUTE)
    await world.round()
    assert world.told() == ["again"]
    assert ends(world) == [REACHED, (AlertState.OPEN, None)]


async def test_a_miss_that_joined_since_keeps_the_alert_alive(world: World) -> None:
    world.call("first")
    answered_at = world.clock.now() + 5 * MINUTE
    await world.round()
    world.clock.advance(9 * MINUTE)
    world.call("second")
    await world.round()
    world.answered.call(answered_at)
    await world.round()
    assert ends(world) == [(AlertState.PENDING, None)]
    world.clock.advance(3 * MINUTE)
    world.answer()
    await world.round()
    assert ends(world) == [REACHED]


async def test_customers_span_accounts(a_world: MakeWorld) -> None:
    world = a_world(NOT_REACHED, follow_up=True, accounts=("main", "second"))
    await world.watch()
    world.call("Suresh")
    world.exchanges["second"].call(world.clock.now(), to=OTHER)
    await world.round()
    world.clock.advance(5 * MINUTE)
    world.lists["second"].lists["/outanswered"].call(world.clock.now())
    await world.round()
    assert [(alert.customer[-1], alert.state, alert.handled_by) for alert in world.alerts()] == [
        ("8", AlertState.ENDED, "agent second/209"),
        ("9", AlertState.PENDING, ""),
    ]


async def test_every_alert_about_the_customer_ends_and_no_other(a_world: MakeWorld) -> None:
    world = a_world(AT_ONCE, EVERY, {**MANY, "count": 2}, NOT_REACHED, follow_up=True)
    await world.watch()
    world.call("one")
    world.call("two")
    world.call("other", to=OTHER)
    await world.round()
    world.clock.advance(5 * MINUTE)
    world.answer()
    await world.round()
    left = [(alert.rule, alert.customer[-1:]) for alert in world.alerts() if alert.ended_at is None]
    assert sorted(left) == [("at-once", "9"), ("every", "9"), ("many", ""), ("not-reached", "9")]
    ended = [alert.rule for alert in world.alerts() if alert.ended_at is not None]
    assert sorted(ended) == ["at-once", "every", "every", "not-reached"]


async def test_with_follow_up_an_alert_about_one_call_goes_on_until_the_customer_is_reached(
    a_world: MakeWorld,
) -> None:
    world = a_world(EVERY, follow_up=True)
    await world.watch()
    world.call("Suresh")
    await world.round()
    assert (world.told(), ends(world)) == (["Suresh"], [(AlertState.OPEN, None)])
    world.clock.advance(5 * MINUTE)
    world.answer()
    await world.round()
    assert ends(world) == [REACHED]
    assert world.edited() == [("Suresh",)]


async def test_who_is_reached_before_the_message_could_be_sent_is_not_told_of(a_world: MakeWorld) -> None:
    world = a_world(AT_ONCE, follow_up=True)
    await world.watch()
    world.room.always = DeliveryTransient("Slack is down", uncertain=False)
    world.call("Suresh")
    await world.round()
    world.clock.advance(5 * MINUTE)
    world.answer(ago=4 * MINUTE)
    world.room.always = None
    await world.round()
    world.clock.advance(HOUR)
    await world.round()
    assert (world.told(), world.fates()) == ([], [("room", "dropped")])
    assert ends(world) == [REACHED]
