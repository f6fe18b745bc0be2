"""Comparing with TeleCMI's count loses nothing and holds up nothing, whatever happens in its midst."""

from collections.abc import MutableMapping
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from notifier.errors import StoreUnavailable
from tests.support.clock import START
from tests.support.exchange import SECRET, Killed
from tests.support.late import LATE, SHORT, busy, late, longest_asked
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

NOT = "calls could not be compared with TeleCMI's count; trying again"
AGAIN = "calls are compared with TeleCMI's count again"


def about_comparing(logs: list[MutableMapping[str, Any]]) -> list[MutableMapping[str, Any]]:
    return [one for one in logs if one["event"] in {NOT, AGAIN}]


async def test_polls_go_on_between_the_parts_of_a_long_comparison(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll={**SHORT, "every": "10s"})
    busy(world, 2_200)
    await world.watch()
    world.clock.advance(HOUR)
    world.exchange.lie = 1
    steps = 0
    waits = []
    while (world.source().compared_at or 0) < world.clock.now() - MINUTE or not steps:
        late(world, f"new {steps}", ago=0)
        waits.append(await world.poll())
        await world.send()
        steps += 1
        assert world.told()[-1] == f"new {steps - 1}", "it was told by the poll that came first"
        if steps > 100:
            break
    assert steps > 3
    assert waits[:3] == [0, 0, 0]
    assert world.stored() == 2_200 + steps


async def test_a_call_that_comes_in_during_a_comparison_is_no_gap(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    busy(world)
    await world.watch()
    world.clock.advance(HOUR)
    late(world, "late")

    def appear() -> None:
        if len(world.exchange.asked) == 5:
            late(world, "meanwhile", ago=0)

    world.exchange.requests()
    world.exchange.on_request = appear
    await world.poll()
    source = world.source()
    assert (source.counted, source.held) == (62, 62)
    await world.round()
    assert sorted(world.told()) == ["late", "meanwhile"]


async def test_being_killed_anywhere_in_a_comparison_loses_nothing_and_tells_nothing_twice(
    a_world: MakeWorld,
) -> None:
    for at in range(1, 14):
        world: World = a_world(LATE, poll=SHORT)
        busy(world)
        await world.watch()
        world.clock.advance(HOUR)
        late(world, "late")
        late(world, "new", ago=MINUTE)
        world.exchange.lie = 1
        world.exchange.requests()
        world.exchange.die_at = at
        try:
            await world.poll()
        except Killed:
            before = world.source()
            assert before.compared_at is not None
            assert before.compared_at < START + MINUTE, "it is not over before its end"
        world.exchange.die_at = None
        world.exchange.lie = 0
        await world.restart()
        await world.round()
        world.clock.advance(HOUR)
        await world.round()
        assert sorted(world.told()) == ["late", "new"]
        assert world.stored() == 62
        assert world.source().agreed_at == world.source().compared_at


async def test_a_long_interval_that_always_fails_does_not_stop_the_polls(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    asked: list[int] = []

    def fail() -> None:
        last = world.exchange.asked[-1]
        if last["end_date"] - last["start_date"] > 10 * HOUR and world.source().watermark is not None:
            asked.append(world.clock.now())
            world.exchange.failures.append(httpx.Response(400, json={"msg": "range too long"}))

    world.exchange.on_request = fail
    await world.watch()
    world.clock.advance(HOUR)
    with capture_logs() as logs:
        for n in range(60):
            late(world, str(n), ago=0)
            assert round(await world.poll()) == 30
            await world.send()
            world.clock.advance(MINUTE)
    assert world.told() == [str(n) for n in range(60)]
    assert len(asked) == 6  # every ten minutes
    assert {one["event"] for one in logs if one["log_level"] in {"warning", "error"}} == set()
    assert [(one["event"], "HTTP 400" in one["reason"]) for one in about_comparing(logs)] == [(NOT, True)]
    assert world.health.ready().ok
    assert world.source().last_error is None
    world.exchange.on_request = None
    world.clock.advance(10 * MINUTE)
    with capture_logs() as logs:
        await world.poll()
        world.clock.advance(HOUR)
        await world.poll()
    assert [one["event"] for one in about_comparing(logs)] == [AGAIN]


async def test_where_nothing_can_be_read_only_that_is_said(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    world.exchange.secret = "another"
    with capture_logs() as logs:
        await world.poll()
        world.exchange.secret = SECRET
        await world.poll()
        world.clock.advance(2 * HOUR)
        world.exchange.failures.extend([httpx.Response(503)] * 100)
        await world.poll()
        world.exchange.failures.clear()
        world.clock.advance(10 * MINUTE)
        await world.poll()
        world.clock.advance(HOUR)
        await world.poll()
    assert about_comparing(logs) == []
    assert [one["event"] for one in logs if one["log_level"] in {"warning", "error"}] == [
        "in trouble",
        "TeleCMI could not be read; trying again",
    ]
    assert world.source().agreed_at == world.source().compared_at == world.clock.now()


async def test_a_fault_in_the_midst_of_a_comparison_is_no_trouble_of_the_poll(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    busy(world)
    await world.watch()
    world.clock.advance(HOUR)
    late(world, "late")

    def fail() -> None:
        if len(world.exchange.asked) == 4:
            world.exchange.failures.extend([httpx.Response(503)] * 20)

    world.exchange.requests()
    world.exchange.on_request = fail
    await world.poll()
    assert world.health.ready().ok
    assert world.source().last_error is None
    world.exchange.on_request = None
    world.exchange.failures.clear()
    world.clock.advance(10 * MINUTE)
    await world.round()
    assert world.told() == ["late"]


@pytest.mark.parametrize("at", [1, 4])
async def test_telecmi_is_left_alone_for_as_long_as_it_says(a_world: MakeWorld, at: int) -> None:
    world = a_world(LATE, poll=SHORT)
    busy(world)
    await world.watch()
    world.clock.advance(HOUR)
    late(world, "late")

    def busy_now() -> None:
        if len(world.exchange.asked) == at:
            world.exchange.failures.append(httpx.Response(429, headers={"Retry-After": "300"}))

    world.exchange.requests()
    world.exchange.on_request = busy_now
    assert await world.poll() == 300
    assert world.exchange.requests() == at


async def test_while_telecmi_can_not_be_read_only_polls_are_tried(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    await world.watch()
    world.exchange.secret = "another"
    await world.poll()
    world.clock.advance(2 * HOUR)
    world.exchange.requests()
    await world.poll()
    assert longest_asked(world) < 3 * HOUR
    assert world.exchange.requests() == 1


async def test_a_store_that_fails_in_the_midst_goes_on_where_it_was(a_world: MakeWorld) -> None:
    world = a_world(LATE, poll=SHORT)
    busy(world)
    await world.watch()
    world.clock.advance(HOUR)
    late(world, "late")

    def break_it() -> None:
        if len(world.exchange.asked) == 4:
            world.break_store()

    world.exchange.requests()
    world.exchange.on_request = break_it
    with pytest.raises(StoreUnavailable):
        await world.poll()
    world.exchange.on_request = None
    world.mend_store()
    await world.round()
    assert world.told() == ["late"]
    assert world.source().agreed_at == world.source().compared_at
