"""The proxy itself: each break is what it says, and ends when it is told to."""

import asyncio
import random
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from notifier.clock import SystemClock
from tests.fault.breaks import (
    GARBAGE,
    LIMITED,
    TLS_ALERT,
    Break,
    CutAnswer,
    CutRequest,
    Delay,
    Drip,
    Hang,
    HangBeforeAccept,
    LoseAnswer,
    Mix,
    Mute,
    Refuse,
    Stranger,
)
from tests.fault.proxy import Proxy
from tests.support.smtp import trusting

REQUEST = b"POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


class Upstream:
    """Answers whole requests, and remembers what it was sent."""

    def __init__(self) -> None:
        self.heard = b""
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        part = b""
        while data := await reader.read(1000):
            self.heard += data
            part += data
            if part.endswith(b"hello"):
                part = b""
                writer.write(ANSWER)


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    one = Upstream()
    server = await asyncio.start_server(one.answer, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    yield one
    server.close()


@pytest.fixture
async def proxy(upstream: Upstream) -> AsyncIterator[Proxy]:
    one = Proxy(upstream.port, turns=True)
    await one.start()
    yield one
    await one.stop()


class Client:
    """Its connections end with the test."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.opened: list[asyncio.StreamWriter] = []

    async def connect(self, tls: ssl.SSLContext | None = None) -> "Conversation":
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=tls)
        self.opened.append(writer)
        return Conversation(reader, writer)

    async def everything(self) -> bytes:
        """All that comes back for one request, until the end of the connection."""
        talk = await self.connect()
        talk.writer.write(REQUEST)
        said = b""
        try:
            while data := await talk.reader.read(1000):
                said += data
        except ConnectionResetError:
            said += b"RESET"
        return said


@dataclass
class Conversation:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, size: int = len(ANSWER)) -> bytes:
        self.writer.write(REQUEST)
        return await self.reader.readexactly(size)


@pytest.fixture
async def client(proxy: Proxy) -> AsyncIterator[Client]:
    one = Client(proxy.port)
    yield one
    for writer in one.opened:
        writer.transport.abort()


async def test_a_whole_request_and_its_answer_get_through(
    proxy: Proxy, upstream: Upstream, client: Client
) -> None:
    talk = await client.connect()
    for _ in range(2):
        assert await talk.ask() == ANSWER
    assert upstream.heard == 2 * REQUEST
    assert (proxy.traffic.connections, proxy.traffic.struck, proxy.traffic.lost) == (1, 0, 0)


@pytest.mark.parametrize(
    ("breaks", "said", "heard"),
    [
        (CutRequest(10), b"RESET", REQUEST[:10]),
        (CutRequest(1, behind=b"\r\n\r\n"), b"RESET", REQUEST[:-4]),
        (CutAnswer(7), ANSWER[:7] + b"RESET", REQUEST),
        (LoseAnswer(), b"RESET", REQUEST),
        (GARBAGE, GARBAGE.what, b""),
        (TLS_ALERT, TLS_ALERT.what, b""),
    ],
)
async def test_a_break_ends_the_connection_where_it_says(
    proxy: Proxy, upstream: Upstream, client: Client, breaks: Break, said: bytes, heard: bytes
) -> None:
    await proxy.set(breaks)
    assert await client.everything() == said
    assert upstream.heard == heard
    assert proxy.traffic.lost == isinstance(breaks, CutAnswer | LoseAnswer)


async def test_a_refused_connection_is_refused_at_once_and_the_port_stays_ours(
    proxy: Proxy, client: Client
) -> None:
    talk = await client.connect()
    await talk.ask()
    async with proxy.broken(Refuse()):
        with pytest.raises(ConnectionResetError):
            await talk.reader.readexactly(1)
        with pytest.raises(ConnectionRefusedError):
            await client.connect()
    assert await (await client.connect()).ask() == ANSWER


async def test_a_full_queue_lets_nobody_connect(proxy: Proxy, client: Client) -> None:
    async with proxy.broken(HangBeforeAccept()):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.connect()
    assert await (await client.connect()).ask() == ANSWER


@pytest.mark.parametrize("breaks", [Hang(), LoseAnswer(silent=True), Mute(4)])
async def test_a_silent_connection_stays_silent_and_a_new_one_is_served(
    proxy: Proxy, client: Client, breaks: Break
) -> None:
    talk = await client.connect()
    async with proxy.broken(breaks):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await talk.ask()
    assert not talk.reader.at_eof()
    assert await (await client.connect()).ask() == ANSWER


async def test_a_kept_connection_meets_the_break_at_its_next_request(proxy: Proxy, client: Client) -> None:
    talk = await client.connect()
    assert await talk.ask() == ANSWER
    async with proxy.broken(LIMITED):
        assert await talk.ask(len(LIMITED.what)) == LIMITED.what
    assert b"Retry-After: 1\r\n" in LIMITED.what
    assert await talk.ask() == ANSWER
    assert proxy.traffic.struck == 1


@pytest.mark.parametrize("breaks", [Drip(3, 0.001), Delay(0.001)])
async def test_what_comes_slowly_comes_whole(proxy: Proxy, client: Client, breaks: Break) -> None:
    await proxy.set(breaks)
    assert await (await client.connect()).ask() == ANSWER


async def test_an_answer_whose_end_nobody_waits_for_is_lost(proxy: Proxy, client: Client) -> None:
    await proxy.set(Drip(1, 0.5))
    talk = await client.connect()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await talk.ask()
    talk.writer.transport.abort()
    async with asyncio.timeout(5):
        while not proxy.traffic.lost:
            await SystemClock().sleep(0.01)
    assert proxy.traffic.lost == 1


async def test_breaks_are_mixed_by_the_seed(proxy: Proxy, client: Client) -> None:
    def drawn() -> list[Break]:
        mix = Mix(random.Random(7), [LIMITED, Hang()], 0.5)
        return [mix.pick() for _ in range(20)]

    assert drawn() == drawn()
    assert len({*drawn()}) == 3
    await proxy.set(Mix(random.Random(7), [LIMITED], 1.0))
    assert await (await client.connect()).ask(len(LIMITED.what)) == LIMITED.what


async def test_with_tls_it_is_trusted_until_it_is_a_stranger(upstream: Upstream) -> None:
    proxy = Proxy(upstream.port, turns=False, tls=True)
    await proxy.start()
    client = Client(proxy.port)
    try:
        talk = await client.connect(trusting())
        assert await talk.ask() == ANSWER
        for breaks, error in ((Stranger(), ssl.SSLCertVerificationError), (TLS_ALERT, ssl.SSLError)):
            await proxy.set(breaks)
            with pytest.raises(error):
                await client.connect(trusting())
        talk.writer.transport.abort()
    finally:
        await proxy.stop()
