"""Real HTTP over loopback."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from notifier.errors import NotifierError, StoreUnavailable
from notifier.host.health import Health
from notifier.host.masking import protect
from notifier.model import NoticeKind
from notifier.store.figures import Figures
from notifier.web.counters import Counters
from notifier.web.scrape import Scrape
from notifier.web.server import WebServer
from tests.support.clock import START, FakeClock
from tests.support.scraped import some_figures

SOURCE = "main/out_missed"


class Store:
    """What is asked: works, fails or hangs as a test wants it."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.release = asyncio.Event()
        self.release.set()
        self.asked = 0
        self.waiting = 0

    async def probe(self) -> None:
        self.asked += 1
        self.waiting += 1
        try:
            await self.release.wait()
        finally:
            self.waiting -= 1
        if self.error is not None:
            raise self.error


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def health(clock: FakeClock) -> Health:
    health = Health(clock)
    health.expect_loops(["intake main", "dispatch"])
    health.expect_sources({SOURCE: 30_000})
    health.read_ok(SOURCE)
    return health


@pytest.fixture
async def store() -> Store:
    return Store()


def a_scrape(health: Health) -> Scrape:
    clock = FakeClock()

    async def figures() -> Figures:
        return some_figures()

    return Scrape(Counters(clock), health, clock, figures)


@asynccontextmanager
async def serving(
    health: Health, store: Store, listen: str = "127.0.0.1:0"
) -> AsyncIterator[tuple[str, int]]:
    server = WebServer(listen, health, store.probe, a_scrape(health), stall_limit=60.0, probe_limit=0.05)
    address = await server.start()
    try:
        yield address
    finally:
        async with asyncio.timeout(5):
            await server.stop()


@pytest.fixture
async def address(health: Health, store: Store) -> AsyncIterator[tuple[str, int]]:
    async with serving(health, store) as address:
        yield address


@pytest.fixture
async def client(address: tuple[str, int]) -> AsyncIterator[aiohttp.ClientSession]:
    host, port = address
    timeout = aiohttp.ClientTimeout(total=5)
    async with aiohttp.ClientSession(f"http://{host}:{port}", timeout=timeout) as session:
        yield session


async def raw(address: tuple[str, int], request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(*address)
    with suppress(ConnectionError):
        writer.write(request)
        await writer.drain()
    answer = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(5):
            while chunk := await reader.read(65_536):
                answer += chunk
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return answer


async def page(client: aiohttp.ClientSession) -> tuple[int, Any]:
    async with client.get("/readyz") as response:
        assert response.content_type == "application/json"
        return response.status, await response.json()


async def test_healthz_is_ok_while_every_loop_makes_progress(client: aiohttp.ClientSession) -> None:
    async with client.get("/healthz") as response:
        assert (response.status, await response.text()) == (200, "ok\n")


async def test_healthz_names_the_loop_that_is_stuck(
    client: aiohttp.ClientSession, health: Health, clock: FakeClock
) -> None:
    clock.advance(60_001)
    health.pass_finished("dispatch")
    async with client.get("/healthz") as response:
        assert (response.status, await response.text()) == (503, "stuck: intake main\n")


async def test_readyz_shows_sources_outbox_and_store(
    client: aiohttp.ClientSession, health: Health, clock: FakeClock
) -> None:
    health.outbox(START, dead=1)
    health.troubles.raise_(NoticeKind.DEAD_LETTERS, "outbox", "1 was given up")
    clock.advance(2_500)
    assert await page(client) == (
        200,
        {
            "ready": True,
            "problems": [],
            "notices": [
                {
                    "kind": "dead_letters",
                    "subject": "outbox",
                    "reason": "1 was given up",
                    "since": "2026-09-21T14:13:20Z",
                }
            ],
            "sources": {
                SOURCE: {"ok": True, "last_good_read_seconds_ago": 2.5, "problem": "", "needed": True}
            },
            "outbox": {"oldest_due_seconds": 2.5, "dead_letters": 1},
            "store": {"ok": True, "problem": ""},
        },
    )


async def test_readyz_is_503_with_the_reasons_where_the_job_is_not_done(
    client: aiohttp.ClientSession, health: Health
) -> None:
    health.read_failed(SOURCE, "wrong secret", refused=True)
    status, body = await page(client)
    assert status == 503
    assert body["ready"] is False
    assert body["problems"] == [f"{SOURCE}: no good read for 0 s (wrong secret)"]
    assert body["sources"][SOURCE] == {
        "ok": False,
        "last_good_read_seconds_ago": 0.0,
        "problem": "wrong secret",
        "needed": True,
    }


async def test_readyz_before_the_first_read_says_so(client: aiohttp.ClientSession, health: Health) -> None:
    health.expect_sources({"new": 30_000})
    status, body = await page(client)
    assert (status, body["problems"]) == (503, ["new: no good read yet"])
    assert body["sources"]["new"]["last_good_read_seconds_ago"] is None


async def test_readyz_really_asks_the_store_each_time(client: aiohttp.ClientSession, store: Store) -> None:
    store.error = StoreUnavailable("the disk is full")
    status, body = await page(client)
    assert (status, body["problems"]) == (503, ["store: the disk is full"])
    assert body["store"] == {"ok": False, "problem": "the disk is full"}
    store.error = None
    assert (await page(client))[0] == 200
    assert store.asked == 2


async def test_a_store_that_is_known_to_fail_is_one_problem_not_two(
    client: aiohttp.ClientSession, health: Health, store: Store
) -> None:
    health.store_failed("locked")
    store.error = StoreUnavailable("locked")
    status, body = await page(client)
    assert (status, body["problems"]) == (503, ["store: locked"])


@pytest.mark.parametrize(
    ("error", "problem"),
    [(StoreUnavailable(""), "StoreUnavailable"), (TypeError("of ours"), "the question failed: TypeError")],
)
async def test_any_failing_question_shows_on_the_page(
    client: aiohttp.ClientSession, store: Store, error: Exception, problem: str
) -> None:
    store.error = error
    status, body = await page(client)
    assert (status, body["store"]) == (503, {"ok": False, "problem": problem})


async def test_a_store_that_hangs_is_asked_once_however_many_want_to_know(
    client: aiohttp.ClientSession, store: Store
) -> None:
    store.release.clear()
    answers = await asyncio.gather(*(page(client) for _ in range(10)))
    assert [status for status, _ in answers] == [503] * 10
    assert answers[0][1]["problems"] == ["store: no answer within 0.05 s"]
    assert store.asked == 1
    store.release.set()
    assert [(await page(client))[0] for _ in range(2)][-1] == 200


async def test_no_secret_and_no_number_shows_on_the_page(client: aiohttp.ClientSession, store: Store) -> None:
    protect(["page-secret"])
    store.error = StoreUnavailable("page-secret for +919812345678")
    _, body = await page(client)
    assert body["store"]["problem"] == "*** for +91…5678"


@pytest.mark.parametrize("path", ["/", "/metrics/", "/healthz/", "/healthz/x", "/../etc/passwd", "/%2e%2e/x"])
async def test_there_is_no_other_page(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path) as response:
        assert (response.status, await response.text()) == (404, "not found\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_pages_can_only_be_read(client: aiohttp.ClientSession, store: Store, method: str) -> None:
    async with client.request(method, "/readyz", data=b"x") as response:
        assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")
    assert store.asked == 0


async def test_metrics_can_be_read_and_nothing_else(client: aiohttp.ClientSession) -> None:
    async with client.get("/metrics") as response:
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-store"
        whole = await response.read()
    async with client.head("/metrics") as response:
        assert (response.status, await response.read()) == (200, b"")
        assert abs(int(response.headers["Content-Length"]) - len(whole)) < 100
    async with client.post("/metrics", data=b"x") as response:
        assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")


async def test_head_gives_the_status_alone(client: aiohttp.ClientSession, store: Store) -> None:
    store.error = StoreUnavailable("full")
    async with client.head("/readyz") as response:
        assert (response.status, await response.read()) == (503, b"")


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /healthz HTTP/1.0\r\n\r\n", b"200"),
        (b"GET /nothing HTTP/1.0\r\n\r\n", b"404"),
        (b"POST /healthz HTTP/1.0\r\n\r\n", b"405"),
        (b"\x16\x03\x01 tls\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9.9\r\n\r\n", b"400"),
        (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 1_000 + b"\r\n", b"400"),
    ],
)
async def test_no_answer_tells_what_serves_it_and_no_bad_request_is_logged(
    address: tuple[str, int], caplog: pytest.LogCaptureFixture, request_line: bytes, status: bytes
) -> None:
    caplog.set_level(logging.INFO)
    with capture_logs() as logged:
        answer = await raw(address, request_line)
    assert answer.split()[1] == status
    assert b"Server: notifier\r\n" in answer
    assert b"aiohttp" not in answer
    assert b"Python" not in answer
    assert (logged, caplog.records) == ([], [])


async def test_a_body_is_not_read(address: tuple[str, int]) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n"
    answer = await raw(address, head + b"x" * 100_000)
    assert answer.endswith(b"ok\n")


async def test_answers_are_not_kept_by_anybody(client: aiohttp.ClientSession) -> None:
    async with client.get("/healthz") as response:
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_fault_of_ours_is_logged_and_tells_the_reader_nothing(store: Store) -> None:
    class Broken(Health):
        def stalled(self, limit: float) -> tuple[str, ...]:
            msg = f"inner secret {limit}"
            raise RuntimeError(msg)

    async with serving(Broken(FakeClock()), store) as address:
        with capture_logs() as logged:
            answer = await raw(address, b"GET /healthz HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.0 500 ")
    assert answer.endswith(b"\r\n\r\nInternal Server Error\n")
    (line,) = logged
    assert isinstance(line.pop("exc_info"), RuntimeError)
    assert line == {"event": "a page failed", "log_level": "error", "status": 500}


async def test_stopping_waits_neither_for_idle_connections_nor_for_a_store_that_hangs(
    health: Health, store: Store
) -> None:
    store.release.clear()
    async with serving(health, store) as address:
        idle, idle_writer = await asyncio.open_connection(*address)
        asking, asking_writer = await asyncio.open_connection(*address)
        asking_writer.write(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        await asking.read(1)
        assert store.waiting == 1
    assert store.waiting == 0
    assert await idle.read() == b""
    for writer in (idle_writer, asking_writer):
        writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address)


async def test_a_server_that_never_started_can_be_stopped_and_one_that_did_twice(
    health: Health, store: Store
) -> None:
    server = WebServer("127.0.0.1:0", health, store.probe, a_scrape(health), stall_limit=60.0)
    await server.stop()
    await server.start()
    await server.stop()
    await server.stop()
    assert store.asked == 0


async def test_it_listens_on_ipv6(health: Health, store: Store) -> None:
    async with serving(health, store, "[::1]:0") as (host, port):
        assert (host, port > 0) == ("::1", True)
        assert (await raw((host, port), b"GET /healthz HTTP/1.0\r\n\r\n")).endswith(b"ok\n")


async def refusal(health: Health, store: Store, listen: str) -> str:
    server = WebServer(listen, health, store.probe, a_scrape(health), stall_limit=60.0)
    with pytest.raises(NotifierError) as raised:
        await server.start()
    await server.stop()
    return str(raised.value)


async def test_a_port_in_use_is_said_once_and_how_to_mend_it(
    address: tuple[str, int], health: Health, store: Store
) -> None:
    assert await refusal(health, store, f"127.0.0.1:{address[1]}") == (
        f"web.listen: 127.0.0.1 port {address[1]} is in use; choose another port, or stop what uses it"
    )


async def test_an_address_that_can_not_be_had_is_said(health: Health, store: Store) -> None:
    assert await refusal(health, store, "192.0.2.1:9464") == (
        "web.listen: can't listen on 192.0.2.1 port 9464: Cannot assign requested address"
    )
    said = await refusal(health, store, "host.invalid:0")
    assert re.fullmatch(r"web\.listen: can't listen on host\.invalid port 0: \w.*", said)


async def test_the_page_is_json_that_ends_with_a_line_break(client: aiohttp.ClientSession) -> None:
    async with client.get("/readyz") as response:
        text = await response.text()
    assert text.endswith("}\n")
    assert json.loads(text)["ready"] is True
