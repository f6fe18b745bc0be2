"""The same client against real sockets: what a transport made of objects can't do."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from notifier.config.schema import Account, Poll
from notifier.errors import SourceTransient
from notifier.model import Endpoint
from notifier.telecmi import Client, Interval, Page, http_client
from tests.support.clock import FakeClock

EMPTY = b'{"count": 0, "cdr": [], "code": "200"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

Speaks = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def telecmi(speaks: Speaks) -> AsyncIterator[str]:
    """A server that reads one request and then says what it is told to."""
    running: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split()[0])
        await reader.readexactly(length)
        try:
            await speaks(writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def start(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(asyncio.ensure_future(talk(reader, writer)))

    server = await asyncio.start_server(start, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def ask(base_url: str, *, timeout_ms: int = 5_000) -> Page:
    account = Account.model_validate(
        {"name": "main", "region": "india", "app_id": 1, "secret": "s", "base_url": base_url}
    )
    poll = Poll.model_construct(page_size=10, timeout=timeout_ms)
    async with http_client(timeout_ms / 1000) as http:
        client = Client(account, poll, http, FakeClock(), country="IN", deadline_s=0.0)
        return await client.page(Endpoint.OUT_MISSED, Interval(0, 1), 1)


def says(*pieces: bytes) -> Speaks:
    async def speak(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return speak


def body(content: bytes, *headers: bytes) -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return HEAD + lines + b"Content-Length: %d\r\n\r\n" % len(content) + content


async def test_a_real_answer_is_read() -> None:
    async with telecmi(says(body(EMPTY, b"Date: Mon, 21 Sep 2026 14:13:20 GMT"))) as url:
        page = await ask(url)
    assert (page.answer.count, page.server_date) == (0, 1_790_000_000_000)


async def test_a_compressed_answer_is_read_though_none_was_asked_for() -> None:
    async with telecmi(says(body(gzip.compress(EMPTY), b"Content-Encoding: gzip"))) as url:
        assert (await ask(url)).answer.count == 0


async def test_an_answer_that_drips_for_ever_is_given_up() -> None:
    async def drips(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1\r\n \r\n")
            await writer.drain()
            await _tick()

    began = time.perf_counter()
    async with telecmi(drips) as url:
        with pytest.raises(SourceTransient, match=r"no answer from TeleCMI within 0\.3 s"):
            await ask(url, timeout_ms=300)
    assert time.perf_counter() - began < 3


async def _tick() -> None:
    try:
        async with asyncio.timeout(0.02):
            await asyncio.Event().wait()
    except TimeoutError:
        pass


async def test_a_server_that_never_answers_is_given_up() -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with telecmi(silent) as url:
        with pytest.raises(SourceTransient, match=r"no answer from TeleCMI within 0\.2 s"):
            await ask(url, timeout_ms=200)


async def test_an_answer_over_16_mb_is_refused_without_reading_the_rest() -> None:
    sent = 0

    async def floods(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(HEAD + b"Content-Length: 1000000000\r\n\r\n")
        piece = b" " * 1_000_000
        while True:
            writer.write(piece)
            await writer.drain()
            sent += len(piece)

    async with telecmi(floods) as url:
        with pytest.raises(SourceTransient, match="larger than 16 MB"):
            await ask(url)
    assert sent < 40_000_000


async def test_a_gzip_bomb_is_refused() -> None:
    bomb = gzip.compress(b" " * 200_000_000, 9)
    assert len(bomb) < 300_000
    async with telecmi(says(body(bomb, b"Content-Encoding: gzip"))) as url:
        with pytest.raises(SourceTransient, match="larger than 16 MB"):
            await ask(url)


@pytest.mark.parametrize(
    "pieces",
    [
        (b"",),
        (b"SSH-2.0-OpenSSH_9.9\r\n",),
        (HEAD + b"Content-Length: 500\r\n\r\n" + EMPTY,),
        (body(b"not gzip", b"Content-Encoding: gzip"),),
        (HEAD + b"X: " + b"x" * 1_000_000 + b"\r\n\r\n",),
    ],
    ids=["closes", "another protocol", "breaks off", "not what it says", "endless header"],
)
async def test_a_server_that_breaks_http_is_a_fault_that_may_pass(pieces: tuple[bytes, ...]) -> None:
    async with telecmi(says(*pieces)) as url:
        with pytest.raises(SourceTransient, match="no connection to TeleCMI"):
            await ask(url)


async def test_nobody_listening_is_a_fault_that_may_pass() -> None:
    async with telecmi(says(b"")) as url:
        pass
    with pytest.raises(SourceTransient, match="no connection to TeleCMI"):
        await ask(url)
