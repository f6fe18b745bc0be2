"""After a start nobody is told before it is known whom somebody has reached meanwhile."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from notifier.app.first_reads import PATIENCE, FirstReads
from notifier.app.pages import STALLED
from notifier.errors import StoreUnavailable
from notifier.loop import Wakes
from notifier.model import Endpoint
from notifier.sandbox import parse_faults
from tests.support.clock import FakeClock
from tests.support.daemon import until
from tests.support.served import on_stage
from tests.support.stage import Stage

WAIT = 2_000  # ms


def patient(stage: Stage) -> dict[str, Any]:
    """A rule that waits, of a daemon that follows up."""
    telecmi = {**stage.sections()["telecmi"], "follow_up": True}
    rules = [{"name": "patient", "per": "customer", "wait": "2s", "notify": "room"}]
    return {"telecmi": telecmi, "rules": rules}


async def test_who_was_reached_while_we_were_away_is_told_of_to_nobody(stage: Stage) -> None:
    stage.configure(**patient(stage))
    async with on_stage(stage) as served:
        await served.start()
        name = stage.call()
        await served.until(lambda: served.events("new calls"), "the call")
        waits_until = stage.clock.now() + WAIT
        await served.end()
    stage.sandbox.book.add(
        extension="202",
        customer=stage.number(name)[3:],
        placed_at=stage.clock.now(),
        endpoint=Endpoint.IN_ANSWERED,
    )
    await until(lambda: stage.clock.now() > waits_until, "the end of the wait")
    async with on_stage(stage) as served:
        await served.start()
        await served.until(lambda: served.events("customers were reached"), "the answered call")
        assert not served.events("opened after its wait")
        later = stage.call()
        await served.until(stage.told, "another call")
        await served.end()
    assert {told for told, _ in stage.told()} == {later}


async def test_lists_that_hang_keep_neither_the_start_nor_those_who_are_to_be_told_waiting_for_long(
    stage: Stage,
) -> None:
    telecmi = stage.sections()["telecmi"]
    poll = {**telecmi["poll"], "timeout": "1s"}
    stage.configure(telecmi={**telecmi, "poll": poll, "follow_up": True})
    stage.sandbox.faults = parse_faults("out_answered/hang,in_answered/hang")
    async with on_stage(stage) as served:
        await served.start()
        # It said that it is ready before it knew any of that.
        assert not stage.told()
        assert stage.sandbox.requests["/v1/answered"] == 0
        name = stage.call()
        await served.until(stage.told, "the call")
        assert stage.sandbox.requests["/v1/answered"] > 0
        assert served.events("new calls")
        await served.end()
    assert {told for told, _ in stage.told()} == {name}


def test_whoever_waits_is_not_taken_for_stuck() -> None:
    """Nor does a list that can't be read in a minute keep the watchdog from being fed."""
    assert PATIENCE < STALLED


class Steps:
    """What is to wait, and how often it went."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> float:
        self.count += 1
        return 7.0


def reads(*untried: str) -> tuple[FirstReads, FakeClock, Wakes]:
    clock, wakes = FakeClock(), Wakes()
    return FirstReads(clock, wakes, ["lifecycle", "dispatch"], untried), clock, wakes


async def a_read() -> float:
    return 30.0


async def a_store_that_fails() -> float:
    raise StoreUnavailable("locked")


@pytest.mark.parametrize("last", [a_read, a_store_that_fails])
async def test_whatever_became_of_the_first_reads_it_goes_on_then(
    last: Callable[[], Awaitable[float]],
) -> None:
    first, _, wakes = reads("main/out_answered", "main/in_answered")
    step = Steps()
    waiting = first.then(step)
    assert await waiting() == PATIENCE
    assert await first.of("main/out_answered", a_read)() == 30.0
    assert (await waiting(), step.count) == (PATIENCE, 0)
    assert not wakes.events
    try:
        await first.of("main/in_answered", last)()
    except StoreUnavailable:
        assert last is a_store_that_fails
    assert all(wakes.event(name).is_set() for name in ("lifecycle", "dispatch"))
    assert (await waiting(), step.count) == (7.0, 1)


async def test_it_goes_on_without_them_where_they_take_too_long() -> None:
    first, clock, _ = reads("main/out_answered")
    step = Steps()
    waiting = first.then(step)
    clock.advance(20_000)
    assert await waiting() == PATIENCE - 20
    clock.advance(round(PATIENCE * 1000) - 20_000)
    assert (await waiting(), step.count) == (7.0, 1)


async def test_where_nothing_is_to_be_read_first_nothing_waits() -> None:
    first, _, _ = reads()
    step = Steps()
    assert await first.then(step)() == 7.0
