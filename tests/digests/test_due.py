"""When a digest is sent: on time, a little late, or not at all; once, whatever the clock does."""

import httpx
import pytest

from notifier.digests.plan import LATE, PATIENCE
from notifier.digests.record import NOT_THE_LATEST, REMOVED, TOO_LATE
from notifier.model import Tally
from tests.support.digest_room import DAY, DUE, EVENING, HOUR, MINUTE, DigestRoom, ms
from tests.support.worlds import MakeWorld


async def test_it_is_sent_once_when_it_is_due(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    room.world.call("Suresh")
    await room.until(DUE - 1)
    assert room.told() == []
    await room.until(DUE + HOUR)
    (sent,) = room.told()
    assert DUE <= sent.at <= DUE + MINUTE
    assert (sent.address, sent.report.name) == ("#room", "evening")
    assert (sent.report.since, sent.report.until) == (DUE - DAY, DUE)
    assert sent.report.figures.customers == Tally(1, 0, None)
    assert sent.report.figures.newest_open[0].name == "Suresh"


async def test_it_is_sent_each_day_about_that_day(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    for day in range(3):
        room.world.call(f"Day {day}")
        await room.until(DUE + day * DAY + MINUTE)
    assert [sent.report.until for sent in room.told()] == [DUE, DUE + DAY, DUE + 2 * DAY]
    assert [sent.report.figures.newest_open[0].name for sent in room.told()] == ["Day 0", "Day 1", "Day 2"]
    assert {sent.report.figures.calls for sent in room.told()} == {1}


async def test_the_loop_wakes_when_the_next_one_is_due(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    room.away(DUE - 30 * MINUTE + 20 * MINUTE)
    assert await room.go() == DUE


async def test_without_digests_there_is_nothing_to_wait_for(a_world: MakeWorld) -> None:
    room = DigestRoom(a_world())
    await room.loop.adopt()
    assert await room.go() is None


async def test_it_waits_until_telecmi_was_read_up_to_its_end(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    room.world.call()
    await room.until(DUE + MINUTE, poll=False)
    assert room.told() == []
    await room.world.poll()
    await room.until(DUE + 2 * MINUTE, poll=False)
    assert room.told()[0].report.figures.calls == 1


async def test_it_does_not_wait_for_ever_and_says_what_was_read(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    room.world.call()
    await room.world.poll()
    read_to = room.clock.now()
    await room.until(DUE + PATIENCE - 1, poll=False)
    assert room.told() == []
    await room.until(DUE + PATIENCE + 1, poll=False)
    assert room.told()[0].report.figures.read_to == read_to


async def test_it_does_not_wait_for_a_telecmi_that_fails(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    room.world.call()
    await room.world.poll()
    room.away(DUE)
    room.world.exchange.failures.extend([httpx.Response(500)] * 100)
    await room.until(DUE + MINUTE)
    assert len(room.told()) == 1


@pytest.mark.parametrize("late", [MINUTE, HOUR, LATE], ids=["a minute", "an hour", "two hours"])
async def test_one_that_fell_due_while_we_were_away_is_sent(a_world: MakeWorld, late: int) -> None:
    room = await DigestRoom.open(a_world)
    room.world.call()
    await room.world.poll()
    room.away(DUE + late)
    await room.restart()
    await room.until(DUE + late, poll=True)
    assert [sent.report.until for sent in room.told()] == [DUE]
    await room.until(DUE + 3 * HOUR)
    assert len(room.told()) == 1


async def test_one_that_is_too_late_is_skipped_with_that_reason(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    room.world.call()
    await room.world.poll()
    room.away(DUE + 3 * HOUR)
    await room.restart()
    await room.until(DUE + 4 * HOUR)
    assert room.told() == []
    assert room.fates() == [("room:#room", "dropped", TOO_LATE)]


async def test_after_a_week_away_only_the_latest_is_sent(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    room.away(DUE + 7 * DAY + HOUR)
    room.world.call("Suresh", ago=2 * HOUR)
    await room.restart()
    await room.until(DUE + 7 * DAY + HOUR)
    (sent,) = room.told()
    assert (sent.report.since, sent.report.until) == (DUE + 6 * DAY, DUE + 7 * DAY)
    assert [state for _, state, _ in room.fates()] == ["dropped"] * 7 + ["sent"]
    assert {reason for _, _, reason in room.fates()[:7]} == {NOT_THE_LATEST}


async def test_after_a_year_away_few_are_written_down(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    room.away(DUE + 365 * DAY + 5 * HOUR)
    await room.restart()
    await room.go()
    assert room.told() == []
    assert len(room.rows()) == 21


async def test_what_was_written_down_and_never_tried_is_too_late_all_the_same(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    room.world.call()
    await room.until(DUE + MINUTE, poll=False)
    assert [row.state for row in room.rows()] == ["waiting"]
    room.away(DUE + 5 * HOUR)
    await room.restart()
    await room.until(DUE + 6 * HOUR)
    assert room.told() == []
    assert room.fates() == [("room:#room", "dropped", TOO_LATE)]


async def test_a_new_digest_begins_with_its_next_time(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    room.world.call()
    await room.until(DUE + 10 * MINUTE)
    late = {"name": "late", "at": "20:05", "notify": ["room"]}
    await room.restart(boot=False, digests=[EVENING, late])
    await room.until(DUE + HOUR)
    assert [sent.report.name for sent in room.told()] == ["evening"]
    room.world.call()
    await room.until(DUE + DAY + HOUR)
    assert [sent.report.name for sent in room.told()] == ["evening", "evening", "late"]


@pytest.mark.parametrize("boot", [True, False], ids=["a restart", "a reload"])
async def test_changed_times_send_nothing_for_what_is_past(a_world: MakeWorld, boot: bool) -> None:  # noqa: FBT001 - a parameter
    room = await DigestRoom.open(a_world)
    room.world.call()
    await room.until(DUE - 5 * MINUTE)
    room.world.call()
    await room.restart(boot=boot, digests=[{**EVENING, "at": ["19:50", "20:30"]}])
    await room.until(DUE + 29 * MINUTE)
    assert room.told() == []
    await room.until(DUE + 31 * MINUTE)
    (sent,) = room.told()
    assert (sent.report.since, sent.report.until) == (ms("2026-09-21 19:50"), ms("2026-09-21 20:30"))


async def test_a_reload_between_two_passes_loses_none(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    room.world.call()
    await room.until(DUE - MINUTE)
    room.away(DUE + MINUTE)
    await room.restart(boot=False)
    await room.until(DUE + 2 * MINUTE)
    assert len(room.told()) == 1


async def test_a_digest_that_was_removed_is_not_sent_any_more(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    room.world.call()
    await room.until(DUE + MINUTE, poll=False)
    await room.restart(boot=False, digests=[])
    await room.until(DUE + 10 * MINUTE)
    assert room.told() == []
    assert room.fates() == [("room:#room", "dropped", REMOVED)]
    room.away(DUE + DAY + MINUTE)
    await room.restart(digests=[EVENING])
    await room.until(DUE + DAY + HOUR)
    assert len(room.rows()) == 1


async def test_a_clock_that_is_set_back_sends_none_twice(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    room.world.call()
    await room.until(DUE + MINUTE)
    room.clock.ms -= 10 * MINUTE
    await room.until(DUE + HOUR)
    assert len(room.told()) == 1


async def test_a_clock_that_was_years_ahead_silences_none(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    now = room.clock.ms
    room.clock.ms += 3_000 * DAY
    await room.go()
    room.clock.ms = now
    room.world.call()
    await room.until(DUE + MINUTE)
    assert [sent.report.until for sent in room.told()] == [DUE]


async def test_each_digest_has_its_own_zone_days_and_team(a_world: MakeWorld) -> None:
    dubai = {"name": "dubai", "at": "20:00", "timezone": "Asia/Dubai", "notify": "room", "team": "support"}
    weekend = {"name": "weekend", "at": "20:00", "days": ["sat", "sun"], "notify": "room"}
    room = await DigestRoom.open(
        a_world,
        dubai,
        weekend,
        agents={"305": {"name": "Meera", "team": "support", "phone": "+919800000000"}},
    )
    room.world.call("Suresh", extension="305")
    room.world.call("Own phone", extension="305", to="9800000000")
    room.world.call("Others", extension="209")
    await room.until(DUE + 3 * HOUR)
    (sent,) = room.told()
    report = sent.report
    assert (report.name, report.until, report.zone.key) == ("dubai", DUE + 90 * MINUTE, "Asia/Dubai")
    assert (report.teams, report.agent_names) == (("support",), {"main/305": "Meera"})
    assert (report.figures.calls, report.figures.agent_legs) == (1, 1)
    assert [one.name for one in report.figures.newest_open] == ["Suresh"]


async def test_it_waits_for_answered_calls_too_and_tells_who_was_reached(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world, follow_up=True)
    world = room.world
    world.call("Suresh", to="919812345678")
    world.call("Priya", to="919812345679")
    room.away(DUE)
    world.lists["main"].lists["/outanswered"].call(DUE - 10 * MINUTE, to="919812345678")
    await world.poll()
    await room.until(DUE + MINUTE, poll=False)
    assert room.told() == []
    await room.until(DUE + 2 * MINUTE)
    figures = room.told()[0].report.figures
    assert (figures.customers.missed, figures.customers.reached, figures.knows_reached) == (2, 1, True)
    assert [one.name for one in figures.newest_open] == ["Priya"]
