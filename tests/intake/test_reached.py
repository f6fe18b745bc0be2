"""An answered call ends the alerts about its customer, whichever comes first: nobody is told for nothing."""

from typing import Any

import pytest
from sqlalchemy import Connection, event

from notifier.errors import DeliveryTransient, StoreUnavailable
from notifier.intake.follow import follow
from notifier.model import AlertState, Endpoint, EndReason, EventKind
from notifier.store.events import events_of
from tests.support.exchange import Killed
from tests.support.sample import a_call
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

NOT_REACHED: dict[str, Any] = {"name": "not-reached", "per": "customer", "wait": "10m", "notify": "room"}
AT_ONCE: dict[str, Any] = {"name": "at-once", "per": "customer", "notify": "room"}
EVERY: dict[str, Any] = {"name": "every", "notify": "room"}
MANY: dict[str, Any] = {"name": "many", "per": "extension", "count": 3, "within": "1h", "notify": "room"}
OTHER = "919812345679"


def ends(world: World) -> list[tuple[AlertState, EndReason | None]]:
    return [(alert.state, alert.ended_as) for alert in world.alerts()]


def events(world: World, alert_id: int = 1) -> list[tuple[EventKind, str]]:
    found = world.database.look(lambda connection: events_of(connection, alert_id))
    return [(one.kind, one.who) for one in found]


REACHED = (AlertState.ENDED, EndReason.REACHED)


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


@pytest.mark.parametrize("ago", [1, 2])
async def test_a_leg_that_comes_before_the_answered_call_never_alerts(world: World, ago: int) -> None:
    world.call("leg", ago=ago * MINUTE)
    await world.round()
    world.clock.advance(9 * MINUTE)  # they spoke for nine minutes
    world.answer(ago=9 * MINUTE)
    await world.round()
    world.clock.advance(HOUR)
    await world.round()
    assert (world.told(), ends(world)) == ([], [REACHED])


@pytest.mark.parametrize("ago", [2, 3, 4])
async def test_a_leg_that_comes_after_the_answered_call_opens_nothing(a_world: MakeWorld, ago: int) -> None:
    world = a_world(AT_ONCE, EVERY, MANY, follow_up=True)
    await world.watch()
    world.answer(ago=3 * MINUTE)
    await world.follow()
    world.call("leg", ago=ago * MINUTE)
    await world.round()
    assert world.reasons() == ["spurious"] * 3
    assert (world.told(), world.alerts()) == ([], [])


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


async def test_an_answered_record_that_arrives_hours_late_still_ends_the_alert(world: World) -> None:
    world.call("Suresh")
    placed_at = world.clock.now() + 5 * MINUTE
    await world.round()
    world.clock.advance(HOUR + 50 * MINUTE)
    await world.round()
    assert world.told() == ["Suresh"]
    world.answered.call(placed_at)  # it is within the overlap of two hours
    await world.round()
    assert ends(world) == [REACHED]
    assert [alert.handled_at for alert in world.alerts()] == [placed_at]


async def test_an_answered_record_that_arrives_later_than_that_is_found_by_the_comparison(
    world: World,
) -> None:
    world.call("Suresh")
    placed_at = world.clock.now() + 5 * MINUTE
    await world.round()
    for _ in range(5):
        world.clock.advance(HOUR)
        await world.round()
    world.answered.call(placed_at)
    world.clock.advance(HOUR)
    await world.round()
    assert ends(world) == [REACHED]


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


async def test_doubled_answered_records_reach_once(world: World) -> None:
    world.call("Suresh")
    await world.round()
    world.clock.advance(5 * MINUTE)
    record = world.answer()
    world.answered.records += [record, {**record, "cmiuid": "b"}]
    for _ in range(3):
        await world.round()
        world.clock.advance(MINUTE)
    assert len(events(world)) == 1
    assert world.stored() == 2
    world.answered.requests()
    await world.follow()
    assert world.answered.requests() == 1


async def test_a_leg_that_had_counted_counts_no_more_once_the_answered_call_is_known(
    a_world: MakeWorld,
) -> None:
    for restarts in (False, True):
        world = a_world(MANY, follow_up=True)
        await world.watch()
        world.call("leg")
        world.call("two", to=OTHER)
        await world.round()
        world.answer()
        await world.follow()
        if restarts:
            await world.restart()
        world.call("three", to=OTHER)
        await world.round()
        assert world.told() == [], f"restarts: {restarts}"
        world.call("four", to=OTHER)
        await world.round()
        assert world.told() == ["four"]
        assert [alert.call_count for alert in world.alerts()] == [3]


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_leg_that_came_after_the_answered_call_counts_in_no_window_nor_after_a_rebuild(
    a_world: MakeWorld, *, restarts: bool
) -> None:
    world = a_world(MANY, follow_up=True)
    await world.watch()
    world.answer(ago=MINUTE)
    await world.follow()
    for number in range(4):
        world.call(f"leg {number}")
    world.call("one", to=OTHER)
    await world.round()
    if restarts:
        await world.restart()
    world.call("two", to=OTHER)
    await world.round()
    assert world.told() == []
    world.call("three", to=OTHER)
    await world.round()
    assert world.told() == ["three"]


async def test_an_agent_who_took_their_own_leg_was_no_customer(a_world: MakeWorld) -> None:
    world = a_world(AT_ONCE, follow_up=True)
    await world.watch()
    world.clock.advance(HOUR)
    leg = "209_1111113"
    world.call("leg", to=leg)
    world.call("customer", to="912091111113")
    await world.poll()
    world.answer(to=leg)
    await world.follow()
    assert [(alert.customer, alert.ended_as) for alert in world.alerts()] == [
        (leg, None),
        ("+912091111113", None),
    ]


async def test_a_batch_of_answered_calls_takes_as_many_statements_however_many_alerts_it_ends(
    a_world: MakeWorld,
) -> None:
    world = a_world({**EVERY, "escalate": [{"after": "1h", "notify": "room"}]}, follow_up=True)
    await world.watch()
    world.clock.advance(HOUR)

    async def statements(count: int) -> int:
        """To end so many alerts by as many calls."""
        run: list[str] = []
        now = world.clock.now()
        one = a_call(endpoint=Endpoint.OUT_ANSWERED, placed_at=now)
        calls = [one._replace(id=str(number)) for number in range(count)]

        def answered(connection: Connection) -> int:
            event.listen(connection, "before_cursor_execute", lambda *args: run.append(args[2]))
            return len(follow(connection, calls, now, now).ended)

        assert await world.database.write(answered) == count
        return len(run)

    found = []
    for count in (2, 40):
        for number in range(count):
            world.call(f"{count}/{number}", to="919812345678")
        await world.poll()
        found.append(await statements(count))
        world.clock.advance(MINUTE)
    assert found[0] == found[1]


async def test_answered_calls_count_in_no_window(a_world: MakeWorld) -> None:
    world = a_world(MANY, follow_up=True)
    await world.watch()
    for _ in range(5):
        world.answer(to=OTHER)
    await world.follow()
    await world.restart()
    world.call("one")
    world.call("two")
    await world.round()
    assert world.reasons() == ["below_threshold"] * 2


async def test_without_follow_up_answered_calls_are_not_asked_for(a_world: MakeWorld) -> None:
    world = a_world(EVERY)
    await world.watch()
    world.call("Suresh")
    world.answer()
    await world.round()
    assert world.answered.requests() == 0
    assert world.told() == ["Suresh"]
    assert ends(world) == [(AlertState.ENDED, EndReason.TOLD)]


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


async def test_a_thousand_answered_calls_and_more_are_read_in_parts_and_each_counts(
    a_world: MakeWorld,
) -> None:
    world = a_world(AT_ONCE, follow_up=True)
    await world.watch()
    for number in range(40):
        world.call(str(number), to=str(919812000000 + number))
    await world.round()
    world.clock.advance(HOUR)
    now = world.clock.now()
    for number in range(1_200):
        world.answered.call(now - 50 * MINUTE + number * 2_000, to=str(919812000000 + number))
    await world.round()
    assert world.stored() == 1_240
    assert {alert.ended_as for alert in world.alerts()} == {EndReason.REACHED}
    world.answered.requests()
    world.clock.advance(3 * HOUR)
    await world.follow()
    world.answered.requests()
    await world.follow()
    assert world.answered.requests() == 1


async def test_an_idle_poll_costs_one_request_for_each_list(world: World) -> None:
    await world.round()
    for exchange in world.lists["main"].lists.values():
        exchange.requests()
    await world.round()
    assert [exchange.requests() for exchange in world.lists["main"].lists.values()] == [1, 1, 1]


async def test_answered_calls_are_asked_for_two_hours_back_and_missed_ones_as_configured(
    world: World,
) -> None:
    await world.round()
    read_to = world.clock.now()
    for exchange in world.lists["main"].lists.values():
        exchange.requests()
    world.clock.advance(MINUTE)
    await world.poll()
    await world.follow()
    spans = {path: one.asked[0]["start_date"] for path, one in world.lists["main"].lists.items()}
    assert {path: round((read_to - start) / MINUTE) for path, start in spans.items()} == {
        "/outmissed": 15,
        "/outanswered": 120,
        "/answered": 120,
    }


async def test_who_was_reached_a_day_before_it_all_began_is_known(a_world: MakeWorld) -> None:
    world = a_world(AT_ONCE, follow_up=True)
    world.answer(ago=20 * HOUR)
    world.answer(ago=HOUR)
    await world.follow()
    assert world.stored() == 2


async def test_a_call_that_claims_to_have_been_answered_in_the_future_reaches_nobody(
    world: World,
) -> None:
    world.answered.ignores_times = True
    world.answered.call(world.clock.now() + 24 * HOUR)
    world.call("Suresh")
    await world.round()
    await world.round()
    assert ends(world) == [(AlertState.PENDING, None)]
    world.call("again")
    await world.round()
    assert world.reasons() == ["opened", "joined"]


async def test_killed_in_the_midst_nothing_is_half_done(world: World) -> None:
    world.call("Suresh")
    await world.round()
    world.clock.advance(5 * MINUTE)
    world.answer()
    world.answered.die_at = 1
    with pytest.raises(Killed):
        await world.follow()
    await world.restart()
    assert (world.stored(), ends(world)) == (1, [(AlertState.PENDING, None)])
    world.answered.die_at = None
    await world.round()
    assert (world.stored(), ends(world)) == (2, [REACHED])


async def test_a_store_that_fails_in_the_midst_keeps_nothing_of_it(world: World) -> None:
    world.call("Suresh")
    await world.round()
    world.clock.advance(5 * MINUTE)
    for number in range(300):
        world.answer(name="x" * 200, to=str(919812000000 + number))
    world.answer()
    world.fill_disk()
    with pytest.raises(StoreUnavailable):
        await world.follow()
    assert (world.stored(), ends(world), events(world)) == (1, [(AlertState.PENDING, None)], [])
    world.mend_store()
    await world.round()
    assert (world.stored(), ends(world)) == (302, [REACHED])


async def test_attempts_count_the_misses_since_the_customer_was_last_reached(a_world: MakeWorld) -> None:
    third = {**AT_ONCE, "match": {"attempts": ">=3"}}
    world = a_world(third, follow_up=True, accounts=("main", "second"))
    await world.watch()
    world.call("one")
    await world.round()
    world.exchanges["second"].call(world.clock.now(), name="two")
    await world.round()
    assert world.told() == []
    world.call("three")
    await world.round()
    assert world.told() == ["three"]
    world.clock.advance(5 * MINUTE)
    world.answer()
    await world.round()
    world.clock.advance(5 * MINUTE)
    world.call("one again")
    world.call("two again")
    await world.round()
    assert world.told() == ["three"]
    world.call("three again")
    await world.round()
    assert world.told() == ["three", "three again"]


async def test_a_miss_that_arrives_after_a_later_one_counts_with_it(a_world: MakeWorld) -> None:
    world = a_world({**AT_ONCE, "match": {"attempts": ">=2"}}, follow_up=True)
    await world.watch()
    world.clock.advance(10 * MINUTE)
    world.call("second")
    await world.round()
    assert world.told() == []
    world.call("first", ago=5 * MINUTE)
    await world.round()
    assert world.told() == ["first"]


async def test_attempts_count_where_answered_calls_are_not_read(a_world: MakeWorld) -> None:
    world = a_world({**AT_ONCE, "match": {"attempts": ">=2"}})
    await world.watch()
    world.call("one")
    world.call("other", to=OTHER)
    await world.round()
    assert world.told() == []
    world.call("two")
    await world.round()
    assert world.told() == ["two"]


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


async def test_a_clock_that_is_set_back_while_a_list_is_read_overlooks_nobody(world: World) -> None:
    world.call("Suresh")
    await world.round()
    world.clock.advance(5 * MINUTE)
    world.answer(ago=MINUTE)

    def set_back() -> None:
        world.clock.ms -= 3 * HOUR
        world.answered.date_ahead = 3 * HOUR
        world.answered.on_request = None

    world.answered.on_request = set_back
    await world.follow()
    assert ends(world) == [REACHED]


async def test_a_call_from_the_future_reaches_nobody(world: World) -> None:
    world.call("Suresh")
    await world.round()
    world.answer(ago=-HOUR)
    await world.round()
    assert ends(world) == [(AlertState.PENDING, None)]
