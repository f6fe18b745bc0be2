"""Where answered calls can't be read, missed ones are told at their time, and ops hear of it once."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from notifier.config.values import Secret
from notifier.host.heartbeat import Heartbeat
from notifier.model import NoticeKind
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

EVERY: dict[str, Any] = {"name": "every", "notify": "room", "wait": "10m"}


def absent(world: World) -> None:
    for path in ("/outanswered", "/answered"):
        world.lists["main"].lists.pop(path, None)


def refused(world: World) -> None:
    for path in ("/outanswered", "/answered"):
        world.lists["main"].lists[path].secret = "another"


def _answers(world: World, make: Callable[[], httpx.Response | BaseException]) -> None:
    for path in ("/outanswered", "/answered"):
        exchange = world.lists["main"].lists[path]
        exchange.failures.clear()
        exchange.failures.extend(make() for _ in range(5_000))


def failing(world: World) -> None:
    _answers(world, lambda: httpx.Response(503, text="Service Unavailable"))


def garbage(world: World) -> None:
    _answers(world, lambda: httpx.Response(200, text="<html>Maintenance</html>"))


def unreachable(world: World) -> None:
    _answers(world, lambda: httpx.ConnectError("no route to host"))


def other_lists(world: World) -> None:
    _answers(world, lambda: httpx.Response(200, json={"count": 3, "agents": []}))


WAYS = [absent, refused, failing, garbage, unreachable, other_lists]
NAMES = ["absent", "refused", "failing", "garbage", "unreachable", "other-lists"]
LASTING = {NoticeKind.SOURCE_REFUSED, NoticeKind.SOURCE_FAILING}


def raised(world: World) -> list[str]:
    return [trouble.subject for trouble in world.health.troubles.active() if trouble.kind in LASTING]


async def an_hour_of_polls(world: World) -> None:
    for _ in range(6):
        world.clock.advance(10 * MINUTE)
        await world.round()


@pytest.mark.parametrize("breaks", WAYS, ids=NAMES)
async def test_missed_calls_are_told_at_their_time_and_ops_hear_of_each_list_once(
    a_world: MakeWorld, breaks: Callable[[World], None]
) -> None:
    world = a_world(EVERY, follow_up=True)
    await world.watch()
    breaks(world)
    world.call("Suresh")
    await world.round()
    world.clock.advance(10 * MINUTE)
    await world.tick()
    await world.send()
    assert world.told() == ["Suresh"]
    await an_hour_of_polls(world)
    assert sorted(raised(world)) == ["main/in_answered", "main/out_answered"]
    before = world.health.troubles.active()
    await an_hour_of_polls(world)
    assert world.health.troubles.active() == before


@pytest.mark.parametrize("breaks", WAYS, ids=NAMES)
async def test_the_daemon_is_ready_and_its_heart_beats(
    a_world: MakeWorld, breaks: Callable[[World], None]
) -> None:
    world = a_world(EVERY, follow_up=True)
    await world.poll()
    breaks(world)
    await an_hour_of_polls(world)
    state = world.health.ready()
    assert (state.ok, state.problems) == (True, ())
    assert {one.subject for one in state.minor} == {"main/in_answered", "main/out_answered"}
    assert "every source of missed calls was read" in world.health.status_line()
    beats: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        beats.append(request)
        return httpx.Response(200)

    heartbeat = Heartbeat(
        Secret("https://example.com/beat"), world.clock, world.health, httpx.MockTransport(take)
    )
    await heartbeat.step()
    await heartbeat.aclose()
    assert len(beats) == 1


@pytest.mark.parametrize("breaks", WAYS, ids=NAMES)
async def test_they_heal_by_themselves_and_what_was_answered_meanwhile_is_known(
    a_world: MakeWorld, breaks: Callable[[World], None]
) -> None:
    world = a_world(EVERY, follow_up=True)
    await world.watch()
    lists = dict(world.lists["main"].lists)
    breaks(world)
    world.call("Suresh")
    await an_hour_of_polls(world)
    lists["/outanswered"].call(world.clock.now() - 30 * MINUTE)
    world.lists["main"].lists |= lists
    for exchange in lists.values():
        exchange.failures.clear()
        exchange.secret = world.exchange.secret
    await world.round()
    assert raised(world) == []
    assert [alert.ended_as for alert in world.alerts()] == ["reached"]


async def test_what_fails_for_the_whole_account_is_told_of_its_missed_calls_alone(a_world: MakeWorld) -> None:
    world = a_world(EVERY, follow_up=True)
    await world.watch()
    for exchange in world.lists["main"].lists.values():
        exchange.failures.extend(httpx.Response(503) for _ in range(5_000))
    await an_hour_of_polls(world)
    assert raised(world) == ["main/out_missed"]
    assert not world.health.ready().ok
    world.exchange.failures.clear()
    await world.round()
    await world.round()
    assert sorted(raised(world)) == ["main/in_answered", "main/out_answered"]


@pytest.mark.parametrize("is_refused", [True, False])
async def test_of_that_nobody_hears_twice_though_the_answered_lists_are_read_first(
    a_world: MakeWorld, *, is_refused: bool
) -> None:
    world = a_world(EVERY, follow_up=True)
    await world.watch()
    for exchange in world.lists["main"].lists.values():
        if is_refused:
            exchange.secret = "another"
        else:
            exchange.failures.extend(httpx.Response(503) for _ in range(5_000))
    for _ in range(6):
        await world.follow()
        world.clock.advance(1_000)
        await world.poll()
        world.clock.advance(5 * MINUTE)
    assert raised(world) == ["main/out_missed"]


async def test_an_account_that_never_worked_is_told_of_its_missed_calls_alone(a_world: MakeWorld) -> None:
    world = a_world(EVERY, follow_up=True)
    for exchange in world.lists["main"].lists.values():
        exchange.secret = "another"
    for _ in range(3):
        await world.follow()
        await world.poll()
        world.clock.advance(5 * MINUTE)
    assert raised(world) == ["main/out_missed"]


async def test_the_notice_says_what_follows_and_how_to_mend_it(a_world: MakeWorld) -> None:
    world = a_world(EVERY, follow_up=True)
    await world.watch()
    absent(world)
    await world.round()
    for trouble in world.health.troubles.active():
        assert "HTTP 404" in trouble.reason
        assert "missed calls are told all the same" in trouble.reason
        assert "`telecmi.follow_up: false`" in trouble.reason


async def test_a_list_that_is_not_there_is_asked_for_ever_less_often(a_world: MakeWorld) -> None:
    world = a_world(EVERY, follow_up=True)
    absent(world)
    waits = [await world.followers[0].step() for _ in range(8)]
    assert waits[-1] == 300
    assert waits == sorted(waits)


async def test_records_that_cannot_be_read_are_kept_and_cost_no_neighbour_theirs(a_world: MakeWorld) -> None:
    world = a_world(EVERY, follow_up=True)
    await world.watch()
    world.call("Suresh")
    await world.round()
    world.incoming.incoming(world.clock.now())["from"] = {"number": None}
    world.answered.call(world.clock.now(), to="nobody")
    world.answered.records.append({"time": "yesterday"})
    world.clock.advance(5 * MINUTE)
    world.incoming.incoming(world.clock.now())
    await world.round()
    assert [alert.ended_as for alert in world.alerts()] == ["reached"]
    for exchange in (world.answered, world.incoming):
        exchange.requests()
    await world.follow()
    assert [exchange.requests() for exchange in (world.answered, world.incoming)] == [1, 1]


async def test_a_silent_list_of_answered_calls_holds_no_alert_open(a_world: MakeWorld) -> None:
    """Quiet is told by missed calls, which are read; and what is old is forgotten."""
    many = {"name": "many", "per": "extension", "count": 2, "within": "30m", "notify": "room"}
    world = a_world(many, follow_up=True)
    await world.watch()
    await world.round()
    failing(world)
    world.call("one")
    world.call("two")
    await world.round()
    for _ in range(4):
        world.clock.advance(10 * MINUTE)
        await world.round()
    assert [alert.ended_as for alert in world.alerts()] == ["quiet"]


async def test_a_list_that_is_far_behind_holds_no_summary_back(a_world: MakeWorld) -> None:
    world = a_world({**EVERY, "wait": "4h"}, follow_up=True)
    await world.watch()
    world.clock.advance(24 * HOUR)
    world.call("old", ago=3 * HOUR)
    await world.poll()
    world.clock.advance(HOUR + MINUTE)
    await world.poll()  # the answered lists were last read a day ago, and nothing has failed
    await world.tick()
    await world.send()
    assert world.told() == ["old"]
