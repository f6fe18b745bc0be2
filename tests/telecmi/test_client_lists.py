"""One account's lists are asked for at one pace, and its missed calls never wait for the others."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import httpx
import pytest

from notifier.config.schema import Poll
from notifier.model import Endpoint
from notifier.telecmi import Client, http_client
from notifier.telecmi.client import PACE
from tests.support.clock import FakeClock
from tests.support.telecmi import GOOD, WHOLE, Telecmi, account, client


class TurnClock(FakeClock):
    """Whoever sleeps wakes in the order of time, not of asking."""

    def __init__(self) -> None:
        super().__init__()
        self._sleeping: list[tuple[float, int, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleeping.append((self.elapsed + seconds, len(self._sleeping), woken))
        await woken.wait()

    async def run(self, *work: Awaitable[object]) -> None:
        tasks = [asyncio.ensure_future(one) for one in work]
        while not all(task.done() for task in tasks):
            for _ in range(50):
                await asyncio.sleep(0)  # noqa: TID251 - gives way, waits for nothing
            if self._sleeping:
                self._sleeping.sort(key=lambda one: one[:2])
                at, _, woken = self._sleeping.pop(0)
                self.elapsed = max(self.elapsed, at)
                woken.set()
        for task in tasks:
            task.result()


class Asked:
    """Notes which list was asked for, and when."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.requests: list[tuple[str, float]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append((request.url.path.rpartition("/")[2], round(self.clock.monotonic(), 3)))
        return httpx.Response(200, json=GOOD.json())


def asking(clock: FakeClock) -> tuple[Asked, Callable[[Endpoint], Awaitable[object]]]:
    asked = Asked(clock)
    http = http_client(1.0, transport=httpx.MockTransport(asked))
    made = Client(account(), Poll(), http, clock, country="IN", deadline_s=30.0)
    return asked, lambda endpoint: made.page(endpoint, WHOLE, 1)


async def test_missed_calls_come_before_answered_ones_that_asked_first() -> None:
    clock = TurnClock()
    asked, page = asking(clock)
    await clock.run(
        page(Endpoint.OUT_ANSWERED),
        page(Endpoint.IN_ANSWERED),
        page(Endpoint.OUT_ANSWERED),
        page(Endpoint.OUT_MISSED),
    )
    assert [path for path, _ in asked.requests][:2] == ["outanswered", "outmissed"]
    assert len(asked.requests) == 4
    assert asked.requests[1][1] == PACE


async def test_between_two_requests_of_an_account_is_the_pace_whatever_the_lists() -> None:
    clock = TurnClock()
    asked, page = asking(clock)
    await clock.run(*(page(endpoint) for endpoint in [*Endpoint] * 3))
    times = [at for _, at in asked.requests]
    assert len(times) == 9
    assert all(later - earlier >= PACE - 0.001 for earlier, later in pairwise(times))


async def test_missed_calls_wait_no_longer_than_the_pace_for_a_backlog_of_the_others() -> None:
    clock = TurnClock()
    asked, page = asking(clock)

    async def many(endpoint: Endpoint, count: int) -> None:
        for _ in range(count):
            await page(endpoint)

    await clock.run(
        many(Endpoint.OUT_ANSWERED, 10), many(Endpoint.IN_ANSWERED, 10), many(Endpoint.OUT_MISSED, 10)
    )
    missed = [at for path, at in asked.requests if path == "outmissed"]
    assert all(later - earlier <= 2 * PACE + 0.001 for earlier, later in pairwise(missed))


@pytest.mark.parametrize("endpoint", [Endpoint.OUT_ANSWERED, Endpoint.IN_ANSWERED])
async def test_answered_calls_are_asked_for_like_missed_ones(endpoint: Endpoint) -> None:
    server = Telecmi(GOOD)
    made = client(server)
    for one in (Endpoint.OUT_MISSED, endpoint):
        await made.page(one, WHOLE, 2)
    missed, answered = server.bodies()
    assert answered == missed


async def test_as_many_requests_are_under_way_as_there_are_sources() -> None:
    """Lists that hang must not keep others from being asked."""
    under_way, all_there = 0, asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way
        await reader.readuntil(b"\r\n\r\n")
        under_way += 1
        if under_way == 60:
            all_there.set()
        await all_there.wait()
        writer.write(b"HTTP/1.1 503 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with http_client(20.0) as http, asyncio.timeout(20), asyncio.TaskGroup() as group:
        asked = [group.create_task(http.post(url, content=b"")) for _ in range(60)]
    server.close()
    await server.wait_closed()
    assert {task.result().status_code for task in asked} == {503}
