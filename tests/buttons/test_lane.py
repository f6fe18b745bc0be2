"""What waits its turn: in order, no more than there is room for, and never harmed by what came before."""

import asyncio

from notifier.buttons.lane import Lane
from tests.support.daemon import until


class Work:
    """Does what it is told, when it may."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.begun: list[int] = []
        self.done: list[int] = []

    async def do(self, item: int) -> None:
        self.begun.append(item)
        await self.may.wait()
        if item < 0:
            msg = "no"
            raise ValueError(msg)
        self.done.append(item)


async def test_one_worker_keeps_the_order() -> None:
    work = Work()
    work.may.set()
    lane = Lane("a lane", work.do, workers=1, size=10)
    assert all(lane.offer(item) for item in range(5))
    await lane.drain()
    assert work.done == [0, 1, 2, 3, 4]
    assert await lane.aclose() == []


async def test_what_fails_harms_nothing_else() -> None:
    work = Work()
    work.may.set()
    lane = Lane("a lane", work.do, workers=1, size=10)
    assert all(lane.offer(item) for item in (1, -1, 2))
    await lane.drain()
    assert work.done == [1, 2]
    await lane.aclose()


async def test_there_is_room_for_so_many_only() -> None:
    work = Work()
    lane = Lane("a lane", work.do, workers=1, size=2)
    assert [lane.offer(item) for item in range(3)] == [True, True, False]
    work.may.set()
    await lane.drain()
    assert lane.offer(9)
    await lane.aclose()


async def test_what_was_not_done_is_handed_back_at_the_end_and_nothing_is_begun_then() -> None:
    work = Work()
    lane = Lane("a lane", work.do, workers=2, size=9)
    for item in range(5):
        lane.offer(item)
    await until(lambda: len(work.begun) == 2, "two at work")
    assert await lane.aclose() == [0, 1, 2, 3, 4]
    assert work.done == []
    assert not lane.offer(9)
