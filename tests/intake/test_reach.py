"""From when on calls count, and up to when a source counts as read."""

from dataclasses import replace

import httpx

from notifier.recount import LATENESS, Counts
from notifier.rules import Windows
from notifier.store.database import Connection
from notifier.telecmi.interval import AHEAD
from tests.support.clock import START
from tests.support.world import HOUR, MINUTE
from tests.support.worlds import MakeWorld

DAY = 24 * HOUR
OVERLAP = 15 * MINUTE
MANY = {"name": "many", "per": "extension", "count": 2, "within": "2h", "notify": "room"}


async def test_calls_from_before_the_account_was_watched_are_baseline_and_nobody_is_told(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    world.call("old", ago=HOUR)
    await world.round()
    assert world.reasons() == ["baseline"]
    assert world.told() == []


async def test_a_call_from_before_is_baseline_however_late_it_is_reported(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.call("old", ago=MINUTE + 1)
    await world.round()
    assert world.reasons() == ["baseline"]


async def test_baseline_counts_in_windows(a_world: MakeWorld) -> None:
    world = a_world(MANY)
    world.call("old", ago=HOUR)
    await world.watch()
    world.call("new")
    await world.round()
    assert world.reasons() == ["baseline", "opened"]
    assert world.told() == ["new"]


async def test_the_first_read_reaches_back_a_day(a_world: MakeWorld) -> None:
    world = a_world()
    await world.poll()
    assert world.exchange.asked[0]["start_date"] == START - DAY
    assert world.exchange.asked[0]["end_date"] == START + AHEAD


async def test_the_first_read_reaches_back_to_start_from_and_tells_of_what_came_since(
    a_world: MakeWorld,
) -> None:
    world = a_world(poll={"start_from": "2d"})
    world.call("before", ago=2 * DAY + 1)
    world.call("since", ago=2 * DAY - 1)
    await world.round()
    assert world.exchange.asked[0]["start_date"] == START - 2 * DAY
    assert world.told() == ["since"]


async def test_start_from_may_be_an_instant(a_world: MakeWorld) -> None:
    world = a_world(poll={"start_from": "2026-09-21T00:00:00Z"})
    world.exchange.call(1_789_948_800_000 - 1, name="before")
    world.exchange.call(1_789_948_800_000, name="since")
    await world.round()
    assert world.told() == ["since"]


async def test_a_call_from_while_telecmi_could_not_be_read_for_the_first_time_is_told(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    world.exchange.secret = "another"
    await world.poll()
    world.clock.advance(HOUR)
    world.call("meanwhile", ago=MINUTE)
    world.exchange.secret = "exchange-secret"
    await world.restart()
    await world.round()
    assert world.told() == ["meanwhile"]


async def test_an_account_that_is_added_later_has_a_baseline_of_its_own(a_world: MakeWorld) -> None:
    world = a_world(accounts=("main", "second"))
    await world.intakes["main"].step()
    world.clock.advance(HOUR)
    now = world.clock.now()
    world.exchanges["main"].call(now - 1, name="main's")
    world.exchanges["second"].call(now - 1, name="second's")
    await world.round()
    assert world.told() == ["main's"]


async def test_a_read_covers_the_overlap_and_the_watermark_is_when_it_began(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    began = world.clock.now()
    await world.poll()
    assert world.exchange.asked[-1]["start_date"] == START - OVERLAP
    assert world.source().watermark == began


async def test_a_call_that_appears_between_two_pages_of_a_long_read_is_not_skipped(
    a_world: MakeWorld,
) -> None:
    world = a_world(poll={"page_size": 1})
    await world.watch()
    for n in range(10):
        world.call(str(n))
    began = world.clock.now()
    await world.poll()
    assert world.clock.now() > began
    assert world.source().watermark == began


async def test_the_watermark_never_passes_the_servers_date(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.exchange.date_ahead = -10 * MINUTE
    world.clock.advance(HOUR)
    await world.poll()
    assert world.source().watermark == world.clock.now() // 1000 * 1000 - 10 * MINUTE


async def test_of_all_dates_of_a_read_the_earliest_counts(a_world: MakeWorld) -> None:
    world = a_world(poll={"page_size": 1})
    await world.watch()
    world.clock.advance(HOUR)
    world.call("a")
    world.call("b")
    first = world.clock.now() - 2 * MINUTE
    world.exchange.dates.extend([first + MINUTE, first])
    await world.poll()
    assert world.source().watermark == first


async def test_without_a_date_our_own_clock_counts(a_world: MakeWorld) -> None:
    world = a_world()
    world.exchange.dates.append(None)
    await world.poll()
    assert world.source().watermark == START


async def test_a_clock_that_ran_ahead_makes_no_new_call_baseline_and_skips_none(a_world: MakeWorld) -> None:
    world = a_world()
    ahead = 3 * HOUR
    world.exchange.date_ahead = -ahead  # TeleCMI is right
    await world.poll()
    assert world.source().started_at == START - ahead
    world.exchange.call(START - ahead + 1000, name="true time")
    await world.round()
    assert world.told() == ["true time"]
    world.clock.ms -= ahead  # ours is set right
    world.exchange.date_ahead = 0
    world.clock.advance(MINUTE)
    world.call("later")
    await world.round()
    assert world.told() == ["true time", "later"]


async def test_a_clock_that_was_set_back_delays_no_call(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.clock.ms -= 40 * MINUTE
    world.exchange.date_ahead = 41 * MINUTE
    world.exchange.call(START + 30_000, name="true time")
    await world.round()  # asks up to five minutes past the wrong now only
    world.clock.ms += 41 * MINUTE
    world.exchange.date_ahead = 0
    await world.round()
    assert world.told() == ["true time"]


async def test_calls_from_long_before_what_was_asked_for_do_not_make_it_read_the_whole_history(
    a_world: MakeWorld,
) -> None:
    world = a_world(MANY)
    await world.watch()
    reached: list[int] = []

    class Watching(Counts):
        def covering(self, connection: Connection, oldest: int) -> Windows:
            reached.append(oldest)
            return super().covering(connection, oldest)

    world.intake.reader.book = replace(world.book, counts=Watching(world.book.rules))
    stray = {"_id": "stray", "to": "919812345678", "time": START - 3000 * DAY, "from": "209_1", "name": ""}
    fresh = {"_id": "fresh", "to": "919812345678", "time": START + 1, "from": "209_1", "name": ""}
    world.exchange.failures.append(httpx.Response(200, json={"total": 2, "cdr": [stray, fresh]}))
    await world.poll()
    assert world.stored() == 2
    assert world.reasons() == ["baseline", "below_threshold"]
    assert reached == [START - OVERLAP - LATENESS]


async def test_a_clock_that_is_years_behind_at_the_first_read_tells_of_nothing_old(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    world.call("long ago", ago=30 * DAY)
    world.exchange.date_ahead = 60 * DAY
    await world.round()
    assert world.told() == []


async def test_a_date_that_is_years_behind_at_the_first_read_tells_of_nothing_old(a_world: MakeWorld) -> None:
    world = a_world()
    world.call("yesterday", ago=23 * HOUR)
    world.call("last week", ago=7 * DAY)
    world.exchange.date_ahead = -3650 * DAY
    await world.round()
    assert "last week" not in world.told()


async def test_without_a_date_the_watermark_is_when_the_read_began(a_world: MakeWorld) -> None:
    world = a_world()
    for n in range(25):
        world.call(str(n), ago=HOUR)
    began = world.clock.now()
    world.exchange.dates.extend([None] * 10)
    world.exchange.on_request = lambda: world.clock.advance(MINUTE)
    await world.poll()
    assert world.source().watermark == began
