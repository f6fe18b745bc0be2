"""Virtual time: it passes when nothing else is to be done, and never before."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from bench.month.clock import NothingLeft, VirtualClock, VirtualLoop

T = TypeVar("T")

BEGIN = 1_790_000_000_000
HOUR = 3_600


def run(work: Callable[[VirtualClock], Awaitable[T]]) -> T:
    async def main() -> T:
        return await work(VirtualClock(BEGIN))

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())


def test_who_sleeps_longer_wakes_later_whoever_began_first() -> None:
    async def work(clock: VirtualClock) -> list[tuple[str, int]]:
        woken: list[tuple[str, int]] = []

        async def sleeper(name: str, seconds: float) -> None:
            await clock.sleep(seconds)
            woken.append((name, clock.now() - BEGIN))

        await asyncio.gather(sleeper("a month", 30 * 24 * HOUR), sleeper("an hour", HOUR))
        return woken

    assert run(work) == [("an hour", HOUR * 1000), ("a month", 30 * 24 * HOUR * 1000)]


def test_an_event_that_is_set_in_time_ends_the_wait() -> None:
    async def work(clock: VirtualClock) -> tuple[bool, bool, int]:
        event = asyncio.Event()
        asyncio.get_running_loop().call_later(60, event.set)
        too_short = await clock.wait(event, 59)
        in_time = await clock.wait(event, 59)
        return too_short, in_time, clock.now() - BEGIN

    assert run(work) == (False, True, 60_000)


def test_an_instant_that_is_past_is_not_waited_for() -> None:
    async def work(clock: VirtualClock) -> int:
        await clock.until(BEGIN + 5_000)
        await clock.until(BEGIN)
        return clock.now()

    assert run(work) == BEGIN + 5_000


def test_work_for_a_thread_is_done_before_time_passes() -> None:
    async def work(clock: VirtualClock) -> tuple[int, float]:
        loop = asyncio.get_running_loop()
        with pytest.raises(ValueError, match="invalid literal"):
            await loop.run_in_executor(None, int, "seven")
        return await loop.run_in_executor(None, int, "7"), clock.monotonic()

    assert run(work) == (7, 0.0)


def test_who_waits_for_what_nobody_will_do_is_told_so() -> None:
    async def work(_: VirtualClock) -> None:
        await asyncio.Event().wait()

    with pytest.raises(NothingLeft):
        run(work)
