"""What TeleCMI lists late is found, and what that costs."""

from structlog.testing import capture_logs

from notifier.telecmi.interval import AHEAD
from tests.support.clock import START
from tests.support.late import LATE, PAGE, SHORT, busy, idle, late, longest_asked
from tests.support.world import HOUR, MINUTE
from tests.support.worlds import MakeWorld

DAY = 24 * HOUR


async def test_a_call_that_is_listed_20_hours_late_is_told_within_the_hour(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    await world.watch()
    placed = world.clock.now()
    for _ in range(20):
        world.clock.advance(HOUR)
        await world.round()
    world.exchange.call(placed, name="late", extension="300")
    await world.round()
    assert world.told() == []
    world.clock.advance(HOUR)
    await world.round()
    assert world.told() == ["late"]
    await world.round()
    assert world.stored() == len(world.told()) == 1


async def test_a_late_call_from_before_the_account_was_watched_is_baseline(a_world: MakeWorld) -> None:
    world = a_world(poll={"page_size": PAGE})
    await world.watch()
    world.clock.advance(20 * HOUR)
    world.exchange.call(START - MINUTE, name="before")
    await world.round()
    assert world.reasons() == ["baseline"]


async def test_a_comparison_that_agrees_costs_one_request_and_takes_the_place_of_the_poll(
    a_world: MakeWorld,
) -> None:
    world = a_world(LATE, poll=SHORT)
    busy(world)
    await world.watch()
    costs = await idle(world, 58)
    assert set(costs) == {1}
    late(world, "new", ago=MINUTE)
    began = world.clock.now() + MINUTE
    assert await idle(world, 1) == [1]
    source = world.source()
    assert (source.counted, source.held) == (61, 61)
    assert source.compared_at == source.agreed_at == world.clock.now()
    assert source.compared_since == began - DAY
    assert source.watermark == began // 1000 * 1000
    assert world.stored() == 61


async def test_it_is_asked_for_the_window_and_a_few_minutes_beyond_now(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    world.sections["telecmi"]["reconcile"] = {"every": "2h", "window": "3d"}
    await world.restart()
    await world.watch()
    world.clock.advance(2 * HOUR)
    world.exchange.requests()
    await world.poll()
    (asked,) = world.exchange.asked
    assert asked["start_date"] == world.clock.now() - 3 * DAY
    assert asked["end_date"] == world.clock.now() + AHEAD


async def test_when_to_compare_survives_a_restart(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    await world.watch()
    await world.restart()
    world.exchange.requests()
    await world.poll()
    assert longest_asked(world) < HOUR
    world.clock.advance(HOUR)
    await world.restart()
    await world.poll()
    assert longest_asked(world) > DAY


async def test_a_comparison_noted_by_a_clock_that_ran_ahead_does_not_put_off_the_next(
    a_world: MakeWorld,
) -> None:
    world = a_world(LATE, poll=SHORT)
    world.clock.ms += 10 * HOUR
    await world.poll()
    world.clock.ms -= 10 * HOUR
    world.exchange.requests()
    await world.poll()
    assert longest_asked(world) > DAY


async def test_a_count_that_lies_costs_one_full_read_of_the_window_per_time(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    busy(world)
    world.exchange.lie = 1
    await world.watch()
    costs = await idle(world, 3 * 60)
    dear = [cost for cost in costs if cost > 1]
    assert len(dear) == 3
    # The window's count; a poll of nothing; the rest, six pages and an empty one; the window's count again.
    assert dear == [10, 10, 10]
    source = world.source()
    assert (source.counted, source.held, source.agreed_at) == (61, 60, None)


async def test_that_telecmi_counts_more_than_it_lists_is_said_once(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    busy(world)
    world.exchange.lie = 2
    with capture_logs() as logs:
        await world.watch()
        await idle(world, 3 * 60)
    (said,) = [one for one in logs if "counts more" in one["event"]]
    assert (said["log_level"], said["more"]) == ("warning", 2)


async def test_that_telecmi_forgets_is_normal(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    busy(world)
    await world.watch()
    agreed_at = world.source().agreed_at
    del world.exchange.records[10:13]
    with capture_logs() as logs:
        costs = await idle(world, 2 * 60)
    assert [one for one in logs if one["log_level"] != "info"] == []
    assert len([cost for cost in costs if cost > 1]) == 2
    source = world.source()
    assert (source.counted, source.held, source.agreed_at) == (57, 60, agreed_at)
    assert source.known_gap is None
    assert world.stored() == 60
    assert world.health.ready().ok


async def test_a_call_that_hides_behind_what_telecmi_forgot_is_found(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    busy(world)
    await world.watch()
    del world.exchange.records[10]
    await idle(world, 60)
    late(world, "late", ago=33 * MINUTE)
    await idle(world, 60)
    await world.send()
    assert world.told() == ["late"]


async def test_the_watermark_is_where_polls_alone_would_have_put_it(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    busy(world)
    await world.watch()
    await idle(world, 58)
    late(world, "late")
    began = world.clock.now() + MINUTE
    (cost,) = await idle(world, 1)
    assert cost > 3  # the window, the poll, the rest, the window
    assert began <= (world.source().watermark or 0) + 999 < began + MINUTE
    assert world.source().agreed_at == world.clock.now()


async def test_rejects_without_a_time_count_as_held(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    busy(world)
    await world.watch()
    for _ in range(3):
        world.call("unreadable", time="yesterday", to="nobody")
    await world.poll()
    world.clock.advance(HOUR)
    await world.poll()
    source = world.source()
    assert (source.counted, source.held) == (63, 63)


async def test_where_telecmi_gives_no_count_everything_is_read(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    busy(world)
    await world.watch()
    world.exchange.counts = False
    world.clock.advance(HOUR)
    late(world, "late")
    await world.round()
    assert world.told() == ["late"]
    source = world.source()
    assert (source.counted, source.held) == (None, 61)
    assert await idle(world, 50) == [1] * 50
