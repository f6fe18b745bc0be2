"""What ops are told of how a source is read: raised once, cleared once."""

from collections.abc import MutableMapping
from typing import Any

import httpx
from structlog.testing import capture_logs

from notifier.host.troubles import Trouble
from notifier.model import NoticeKind
from tests.support.clock import START
from tests.support.exchange import SECRET
from tests.support.rejects import ask_for_retry, keep, left_by_an_older_version, readable
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

DOWN = httpx.Response(503)


def active(world: World) -> list[tuple[NoticeKind, str]]:
    """What is raised and not cleared."""
    return [(one.kind, one.subject) for one in world.health.troubles.active()]


def reason(world: World) -> str:
    """Of the only trouble."""
    (one,) = world.health.troubles.active()
    return one.reason


def said(logs: list[MutableMapping[str, Any]]) -> list[str]:
    """The lines of log about how reading goes."""
    about = ("in trouble", "works again", "TeleCMI could not be read; trying again", "TeleCMI answers again")
    return [one["event"] for one in logs if one["event"] in about]


async def failing(world: World, minutes: int) -> None:
    """TeleCMI is down for so long; one poll a minute."""
    for _ in range(minutes):
        world.exchange.failures.extend([DOWN] * 50)
        await world.poll()
        world.exchange.failures.clear()
        world.clock.advance(MINUTE // 2)


async def test_a_refusal_is_raised_at_once_and_cleared_by_the_next_good_read(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.exchange.secret = "another"
    with capture_logs() as logs:
        await world.poll()
        await world.poll()
        assert active(world) == [(NoticeKind.SOURCE_REFUSED, "main/out_missed")]
        assert "check app_id" in reason(world)
        assert reason(world).endswith("read again only at a restart")
        world.exchange.secret = SECRET
        await world.poll()
        await world.poll()
    assert active(world) == []
    assert said(logs) == ["in trouble", "works again"]


async def test_a_refusal_that_an_earlier_run_told_is_in_this_ones_log(a_world: MakeWorld) -> None:
    world = a_world()
    world.exchange.secret = "another"
    told = Trouble(NoticeKind.SOURCE_REFUSED, "main/out_missed", "wrong secret", START)
    world.health.troubles.adopt([told])
    with capture_logs() as logs:
        await world.poll()
        await world.poll()
    assert said(logs) == ["TeleCMI could not be read; trying again"]
    world.exchange.secret = SECRET
    await world.poll()
    assert active(world) == []


async def test_faults_that_pass_are_raised_when_they_have_not_passed_for_ten_minutes(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    await world.watch()
    with capture_logs() as logs:
        await failing(world, 9)
        assert active(world) == []
        await failing(world, 5)
        assert active(world) == [(NoticeKind.SOURCE_FAILING, "main/out_missed")]
        assert "HTTP 503" in reason(world)
        await world.poll()
    assert active(world) == []
    assert said(logs) == ["TeleCMI could not be read; trying again", "in trouble", "works again"]


async def test_a_good_read_begins_the_ten_minutes_anew(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    for _ in range(3):
        await failing(world, 9)
        await world.poll()
    assert active(world) == []


async def test_where_polls_are_rare_five_of_them_have_to_fail(a_world: MakeWorld) -> None:
    world = a_world(poll={"every": "10m"})
    await world.watch()
    for _ in range(6):  # the sixth is 50 minutes after the first
        world.exchange.failures.append(httpx.Response(503, headers={"Retry-After": "900"}))  # no second try
        assert active(world) == []
        await world.poll()
        world.exchange.failures.clear()
        world.clock.advance(10 * MINUTE)
    assert active(world) == [(NoticeKind.SOURCE_FAILING, "main/out_missed")]


async def test_a_clock_that_differs_on_two_reads_in_a_row_is_raised(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.exchange.date_ahead = 6 * MINUTE
    await world.poll()
    assert active(world) == []
    world.exchange.date_ahead = 0
    await world.poll()
    world.exchange.date_ahead = 6 * MINUTE
    await world.poll()
    assert active(world) == []
    await world.poll()
    assert active(world) == [(NoticeKind.CLOCK_SKEW, "main")]
    assert "behind TeleCMI's" in reason(world)
    world.exchange.dates.append(None)
    await world.poll()
    assert active(world) != []
    world.exchange.date_ahead = 4 * MINUTE
    await world.poll()
    assert active(world) == []


async def test_a_clock_that_runs_ahead_is_said_to(a_world: MakeWorld) -> None:
    world = a_world()
    world.exchange.date_ahead = -2 * HOUR
    await world.poll()
    await world.poll()
    assert "ahead of TeleCMI's" in reason(world)
    assert "2h" in reason(world) or "1h59m" in reason(world)


async def test_new_rejects_are_raised_and_cleared_when_none_came_for_a_day(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    for n in range(3):
        world.call(str(n), to="nobody")
    with capture_logs() as logs:
        await world.poll()
        assert active(world) == [(NoticeKind.REJECTS, "main/out_missed")]
        assert reason(world).startswith("3 records could not be read")
        assert "`notifier rejects`" in reason(world)
        world.clock.advance(12 * HOUR)
        world.call("one more", to="nobody")
        await world.poll()
        world.clock.advance(23 * HOUR)
        await world.poll()
        assert active(world) != []
        world.clock.advance(2 * HOUR)
        await world.poll()
    assert active(world) == []
    warned = [one for one in logs if "records could not be read" in one["event"]]
    assert [one["count"] for one in warned] == [1]  # the others were told with the trouble


async def test_when_all_rejects_were_read_the_trouble_is_over(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    (kept,) = keep(world, left_by_an_older_version(readable("Suresh")))
    told = Trouble(NoticeKind.REJECTS, "main/out_missed", "1 record could not be read", START)
    world.health.troubles.adopt([told])
    await world.poll()
    assert active(world) == [(NoticeKind.REJECTS, "main/out_missed")]
    ask_for_retry(world, [kept])
    await world.poll()
    assert active(world) == []


async def test_one_sources_troubles_are_not_anothers(a_world: MakeWorld) -> None:
    world = a_world(accounts=("main", "second"))
    await world.watch()
    world.exchanges["second"].secret = "another"
    world.exchanges["second"].date_ahead = HOUR
    world.exchanges["main"].call(world.clock.now(), to="nobody")
    await world.poll()
    await world.poll()
    assert set(active(world)) == {
        (NoticeKind.SOURCE_REFUSED, "second/out_missed"),
        (NoticeKind.REJECTS, "main/out_missed"),
    }
