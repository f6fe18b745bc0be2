"""Reading answered calls: late, doubled, many, killed in the midst, by a clock that is wrong."""

import pytest
from sqlalchemy import Connection, event

from notifier.errors import StoreUnavailable
from notifier.intake.follow import follow
from notifier.model import AlertState, Endpoint, EndReason
from tests.support.exchange import Killed
from tests.support.reached import AT_ONCE, EVERY, NOT_REACHED, REACHED, ends, events
from tests.support.sample import a_call
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld


@pytest.fixture
async def world(a_world: MakeWorld) -> World:
    """A rule per customer that waits ten minutes."""
    made = a_world(NOT_REACHED, follow_up=True)
    await made.watch()
    made.clock.advance(HOUR)
    return made


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


async def test_without_follow_up_answered_calls_are_not_asked_for(a_world: MakeWorld) -> None:
    world = a_world(EVERY)
    await world.watch()
    world.call("Suresh")
    world.answer()
    await world.round()
    assert world.answered.requests() == 0
    assert world.told() == ["Suresh"]
    assert ends(world) == [(AlertState.ENDED, EndReason.TOLD)]


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
