"""What reading costs while nothing happens, and what a server costs whose count or pages lie."""

from structlog.testing import capture_logs

from tests.support.clock import START
from tests.support.world import HOUR, MINUTE
from tests.support.worlds import MakeWorld


async def test_an_idle_poll_costs_one_request(a_world: MakeWorld) -> None:
    world = a_world(poll={"page_size": 2})
    await world.watch()
    for n in range(9):
        world.call(str(n))
    await world.poll()
    for _ in range(5):
        world.clock.advance(MINUTE)
        world.exchange.requests()
        await world.poll()
        assert world.exchange.requests() == 1


async def test_a_lying_count_costs_one_full_read_an_hour(a_world: MakeWorld) -> None:
    world = a_world(poll={"page_size": 2, "every": "1m"})
    world.exchange.lie = 1
    await world.watch()
    costs = []
    for _ in range(70):
        world.exchange.requests()
        await world.poll()
        costs.append(world.exchange.requests())
        world.clock.advance(MINUTE)
    assert costs.count(1) == 69
    assert sum(costs) == 69 + 4  # the window, a poll, the rest of the window, the window once more


async def test_a_new_call_is_found_at_once_behind_a_count_that_lies(a_world: MakeWorld) -> None:
    world = a_world()
    world.exchange.lie = 1
    await world.watch()
    for n in range(3):
        world.call(str(n))
        await world.round()
        world.clock.advance(MINUTE)
    assert world.told() == ["0", "1", "2"]


async def test_a_call_that_hides_behind_a_count_that_ceases_to_lie_is_found_within_an_hour(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    world.exchange.lie = 1
    await world.watch()
    await world.poll()
    world.clock.advance(MINUTE)
    world.call("hidden")
    world.exchange.lie = 0  # so the count is the same as before
    for _ in range(62):
        await world.round()
        world.clock.advance(MINUTE)
    assert world.told() == ["hidden"]


async def test_while_a_count_is_off_nothing_counts_as_read_before_the_next_full_read(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    world.exchange.lie = 1
    await world.watch()
    full = world.source()
    assert (full.watermark, full.known_gap) == (START, -1)
    for _ in range(30):
        world.clock.advance(MINUTE)
        await world.poll()
    assert world.source().watermark == START
    assert world.source().last_read_at is not None
    world.clock.advance(HOUR)
    began = world.clock.now()
    await world.poll()
    assert world.source().watermark == began // 1000 * 1000  # as far as TeleCMI's `Date` says


async def test_a_call_that_comes_in_while_pages_are_read_is_found_by_the_next_poll(
    a_world: MakeWorld,
) -> None:
    world = a_world(poll={"page_size": 10})
    await world.watch()
    for n in range(12):
        world.call(f"first {n}", ago=(20 + n) * 1_000)

    def appear() -> None:
        # Among what the first page has told already.
        if world.exchange.asked[-1]["page"] == 2 and len(world.exchange.records) == 12:
            world.call("late", ago=25_000)

    world.exchange.on_request = appear
    await world.poll()
    world.clock.advance(MINUTE)
    for n in range(10):
        world.call(f"then {n}", ago=n)  # and now it is on the second page
    await world.round()
    assert "late" in world.told()


async def test_a_count_that_fits_again_is_forgotten_as_a_gap(a_world: MakeWorld) -> None:
    world = a_world()
    world.exchange.lie = 1
    await world.watch()
    world.exchange.lie = 0
    await world.poll()
    assert world.source().known_gap is None


async def test_a_gap_noted_in_the_future_by_a_wrong_clock_is_not_believed(a_world: MakeWorld) -> None:
    world = a_world(poll={"page_size": 1})
    world.call("old")
    world.exchange.lie = 1
    await world.watch()
    world.clock.ms -= 3 * MINUTE
    world.exchange.requests()
    await world.poll()
    assert world.exchange.requests() > 1


async def test_telecmi_counting_fewer_than_we_hold_is_normal(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.call("kept")
    world.call("deleted at TeleCMI")
    await world.round()
    world.exchange.records.pop()
    await world.poll()
    world.exchange.requests()
    await world.poll()
    assert world.exchange.requests() == 1
    assert world.stored() == 2


async def test_pages_that_do_not_end_keep_what_was_read_and_are_said_once(a_world: MakeWorld) -> None:
    world = a_world({"name": "never", "match": {"extension": "300"}, "notify": "room"})
    await world.watch()
    before = world.source().watermark
    world.exchange.is_endless = True
    with capture_logs() as logs:
        seconds = await world.poll()
        await world.poll()
    assert seconds == 30
    assert world.stored() >= 5_000
    assert world.source().watermark == before
    assert [one["reason"] for one in logs if one["log_level"] == "warning"] == [
        "TeleCMI's pages do not end; what was read is stored"
    ]
    world.exchange.is_endless = False
    world.exchange.records.clear()
    before_healing = world.stored()
    world.call("Suresh")
    await world.poll()
    assert world.stored() == before_healing + 1


async def test_a_first_read_whose_pages_do_not_end_keeps_what_was_read(a_world: MakeWorld) -> None:
    world = a_world({"name": "never", "match": {"extension": "300"}, "notify": "room"})
    world.exchange.is_endless = True
    await world.poll()
    assert world.stored() == 5_000
    assert (world.source().started_at, world.source().watermark) == (START, None)


async def test_memory_of_windows_does_not_grow_with_the_history(a_world: MakeWorld) -> None:
    world = a_world({"name": "many", "per": "customer", "count": 5, "within": "30m", "notify": "room"})
    await world.watch()
    for n in range(60):
        world.call(str(n), to=f"9198123{n:05}")
        await world.poll()
        world.clock.advance(HOUR)
    windows = world.database.look(lambda connection: world.counts.covering(connection, world.clock.now()))
    assert 0 < len(windows) < 10
