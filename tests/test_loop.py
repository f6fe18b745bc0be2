"""How a loop goes round: work, then wait for news, the next due time, or the end."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from notifier.errors import StoreRefused, StoreUnavailable
from notifier.host.health import Health
from notifier.loop import SHORT, STORE_RETRY, Wakes, go_round
from tests.support.clock import FakeClock


class Scene:
    """A loop whose steps are planned: seconds to wait, or what they raise; then it is stopped."""

    def __init__(self, *steps: float | Exception) -> None:
        self.steps = list(steps)
        self.clock = FakeClock()
        self.health = Health(self.clock)
        self.health.expect_loops(["loop"])
        self.wakes = Wakes()
        self.at: list[float] = []
        self.during: Callable[[], None] | None = None

    async def step(self) -> float:
        self.at.append(self.clock.monotonic())
        if self.during is not None:
            self.during()
        what = self.steps.pop(0)
        if not self.steps:
            self.wakes.stop()
        if isinstance(what, Exception):
            raise what
        return what

    def go(self, first: float = 0.0) -> Awaitable[None]:
        return go_round(
            "loop", self.step, wakes=self.wakes, clock=self.clock, health=self.health, first=first
        )


async def test_it_waits_as_long_as_each_step_asks() -> None:
    scene = Scene(5, 0, 30, 0)
    await scene.go()
    assert scene.at == [0, 5, 5, 35]


async def test_the_first_pass_may_wait() -> None:
    scene = Scene(0)
    await scene.go(first=12.0)
    assert scene.at == [12]


async def test_news_that_come_during_a_step_are_not_missed() -> None:
    scene = Scene(600, 600, 0)
    scene.during = lambda: scene.wakes.wake("loop") if len(scene.at) == 1 else None
    await scene.go()
    assert scene.at == [0, 0, 600]


async def test_a_long_wait_still_shows_that_the_loop_is_alive() -> None:
    scene = Scene(3600, 0)
    stalls: list[bool] = []

    class Watching(FakeClock):
        async def wait(self, event: asyncio.Event, seconds: float) -> bool:
            stalls.append(scene.health.progressing(SHORT + 1))
            return await super().wait(event, seconds)

    scene.clock = Watching()
    scene.health = Health(scene.clock)
    scene.health.expect_loops(["loop"])
    await scene.go()
    assert len(stalls) == 3600 / SHORT
    assert all(stalls)


async def test_stopping_ends_it_after_the_pass_it_is_in() -> None:
    scene = Scene(3600)
    await scene.go()
    assert scene.at == [0]


async def test_stopped_before_it_began_it_does_nothing() -> None:
    scene = Scene(0)
    scene.wakes.event("loop")
    scene.wakes.stop()
    await scene.go(first=5.0)
    assert scene.at == []


async def test_stopped_while_it_waits_it_begins_no_other_pass() -> None:
    scene = Scene(3600, 0)

    class Stopping(FakeClock):
        async def wait(self, event: asyncio.Event, seconds: float) -> bool:
            scene.wakes.stop()
            return await super().wait(event, seconds)

    scene.clock = Stopping()
    await scene.go()
    assert scene.at == [0]


async def test_a_store_that_cannot_be_used_is_said_once_and_tried_again() -> None:
    scene = Scene(StoreUnavailable("disk full"), StoreUnavailable("disk full"), 1, 0)
    with capture_logs() as logs:
        await scene.go()
    assert scene.at == [0, STORE_RETRY, 2 * STORE_RETRY, 2 * STORE_RETRY + 1]
    assert [one["event"] for one in logs] == [
        "the store can't be used; trying again",
        "the store works again",
    ]
    assert scene.health.ready().store_problem == ""


async def test_a_loop_that_only_reads_does_not_say_that_a_full_disk_works_again() -> None:
    scene = Scene(StoreUnavailable("disk full"), 1, 0)
    with capture_logs() as logs:
        assert scene.health.store_failed("disk full", "another loop")
        await scene.go()
    assert logs == []
    assert scene.health.ready().store_problem == "disk full"
    assert scene.health.store_ok("another loop")


@pytest.mark.parametrize("error", [StoreRefused("damaged"), ZeroDivisionError()])
async def test_anything_else_ends_the_loop(error: Exception) -> None:
    scene = Scene(error)
    with pytest.raises(type(error)):
        await scene.go()


def test_waking_reaches_only_those_who_are_named() -> None:
    wakes = Wakes()
    one, other = wakes.event("one"), wakes.event("other")
    wakes.wake("one")
    assert (one.is_set(), other.is_set()) == (True, False)
    assert wakes.event("one") is one
