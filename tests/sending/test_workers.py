"""One worker for each target; who dies says so, and who is late is cut off."""

import asyncio

import pytest

from notifier.model import Target
from notifier.sending.workers import Workers

ROOM, HALL = Target("room", "#room"), Target("hall", "#hall")


async def wait(event: asyncio.Event) -> None:
    await event.wait()


async def die() -> None:
    raise ZeroDivisionError


async def test_they_are_known_by_their_targets_until_they_end() -> None:
    ended: list[bool] = []
    workers = Workers("test", lambda: ended.append(True))
    gate = asyncio.Event()
    workers.start(ROOM, wait(gate))
    workers.start(HALL, wait(gate))
    assert (ROOM in workers, list(workers), len(workers), ended) == (True, [ROOM, HALL], 2, [])
    gate.set()
    await workers.drain()
    assert (ROOM in workers, len(workers), ended) == (False, 0, [True, True])
    workers.raise_if_broken()


async def test_what_one_died_of_is_raised() -> None:
    workers = Workers("test", lambda: None)
    workers.start(ROOM, die())
    await workers.drain()
    with pytest.raises(ZeroDivisionError):
        workers.raise_if_broken()


async def test_who_is_late_is_cut_off_and_that_is_no_fault() -> None:
    workers = Workers("test", lambda: None)
    workers.start(ROOM, wait(asyncio.Event()))
    await workers.aclose(0)
    assert len(workers) == 0
    workers.raise_if_broken()
    await workers.aclose(0)


@pytest.mark.parametrize("hurried", [True, False], ids=["hurried", "not hurried"])
async def test_they_may_end_until_there_is_a_hurry(hurried: bool) -> None:  # noqa: FBT001 - a parameter
    workers = Workers("test", lambda: None)
    gate, hurry = asyncio.Event(), asyncio.Event()
    workers.start(ROOM, wait(gate))
    (hurry if hurried else gate).set()
    await workers.settle(5, hurry)
    assert len(workers) == (1 if hurried else 0)
    await workers.aclose(0)
