"""One connection through the proxy."""

import asyncio
import contextlib
import re
import socket
import ssl
import struct
from collections.abc import Callable
from typing import Protocol

from notifier.clock import SystemClock
from tests.fault.breaks import Break, CutAnswer, CutRequest, Delay, Drip, Hang, LoseAnswer, Mute, Pass, Say

_PIECE = 65_536  # bytes
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOCK = SystemClock()
_IDLE = 0.05  # seconds


class Owner(Protocol):
    """What a link asks of its proxy."""

    upstream: int
    turns: bool

    @property
    def traffic(self) -> "Counter": ...

    def pick(self) -> Break: ...


class Counter(Protocol):
    lost: int


class Link:
    """From a client to the upstream and back, until either of them or the break ends it."""

    def __init__(self, owner: Owner, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._owner = owner
        self._client = (reader, writer)
        self._server: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._break: Break = Pass()
        self._request = b""  # of this turn, or of the whole connection
        self._answered = 0  # bytes, likewise
        self._is_over = True  # the turn: an answer has begun, and what comes next is another request
        self._is_lost = False  # its answer
        self._spoken_at = 0.0  # monotonic seconds

    async def run(self, tls_for: Callable[[Break], ssl.SSLContext | None]) -> None:
        """Forward until it ends.

        Args:
            tls_for: the context to speak TLS with, where the proxy does.
        """
        if not self._owner.turns:
            self._break, self._is_over = self._owner.pick(), False
            if isinstance(self._break, Say):
                await self._say(self._break.what)
                return
        tls = tls_for(self._break)
        if tls is not None:
            await self._client[1].start_tls(tls)
        tasks = []
        if self._owner.turns or not isinstance(self._break, Hang):
            self._server = await asyncio.open_connection("127.0.0.1", self._owner.upstream)
            tasks.append(asyncio.create_task(self._down(self._server[0])))
        tasks.append(asyncio.create_task(self._up()))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.cut()

    @property
    def is_idle(self) -> bool:
        """Did the upstream speak last, and is that a while ago?"""
        return self._is_over and _CLOCK.monotonic() - self._spoken_at > _IDLE

    def cut(self) -> None:
        """Reset both sides."""
        reset(self._client[1])
        if self._server is not None:
            reset(self._server[1])

    async def _up(self) -> None:
        reader, _ = self._client
        while data := await reader.read(_PIECE):
            if self._owner.turns and self._is_over:
                self._break, self._request, self._answered = self._owner.pick(), b"", 0
                self._is_lost = False
            self._is_over = False
            self._request += data
            if not await self._forward(data):
                return

    async def _forward(self, data: bytes) -> bool:
        """Send what came from the client onwards; may more follow?"""
        match self._break:
            case Hang():
                return True
            case Say(what=what):
                if is_whole(self._request):
                    self._is_over = True
                    await self._say(what)
                return True
            case CutRequest(after=after, behind=behind):
                allowed = self._allowed(after, behind)
                if allowed is not None:
                    sent = len(self._request) - len(data)
                    await self._onwards(data[: max(0, allowed - sent)])
                    return False
            case Delay(seconds=seconds):
                await _CLOCK.sleep(seconds)
            case _:
                pass
        await self._onwards(data)
        return True

    async def _onwards(self, data: bytes) -> None:
        if self._server is not None:
            await _write(self._server[1], data)

    def _allowed(self, after: int, behind: bytes) -> int | None:
        """How many bytes of the request get through; None while it is not over yet."""
        found = self._request.find(behind)
        if found < 0:
            return None
        end = found + len(behind) + after
        return end if len(self._request) > end else None

    async def _down(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(_PIECE):
            self._is_over, self._spoken_at = True, _CLOCK.monotonic()
            if not await self._back(data):
                self._lose()
                return
            self._answered += len(data)
        await _closed(self._client[1])  # the upstream has ended it; what it said shall arrive

    async def _back(self, data: bytes) -> bool:
        """Send what came from the upstream back; may more follow?"""
        _, writer = self._client
        match self._break:
            case CutAnswer(after=after) if self._answered + len(data) > after:
                await _write(writer, data[: max(0, after - self._answered)])
                await _CLOCK.sleep(0.01)  # it shall arrive before the reset does
                return False
            case Mute(after=after) if self._answered + len(data) > after:
                self._lose()
                await _write(writer, data[: max(0, after - self._answered)])
                return True
            case LoseAnswer(behind=behind, silent=silent) if behind in self._request:
                if not silent:
                    return False
                self._lose()
                return True
            case Drip(size=size, every=every):
                await self._drip(data, size, every)
                return True
            case Delay(seconds=seconds):
                await _CLOCK.sleep(seconds)
            case _:
                pass
        await _write(writer, data)
        return True

    async def _drip(self, data: bytes, size: int, every: float) -> None:
        try:
            for at in range(0, len(data), size):
                await _write(self._client[1], data[at : at + size])
                await _CLOCK.sleep(every)
        except (OSError, asyncio.CancelledError):
            self._lose()  # the client did not wait for the rest
            raise

    def _lose(self) -> None:
        self._owner.traffic.lost += not self._is_lost
        self._is_lost = True

    async def _say(self, what: bytes) -> None:
        _, writer = self._client
        await _write(writer, what)
        if not what.startswith(b"HTTP/"):
            await _closed(writer)


def is_whole(request: bytes) -> bool:
    """Is this a whole HTTP request? What is no HTTP at all is whole as it is."""
    head, found, body = request.partition(b"\r\n\r\n")
    if not found:
        return b" HTTP/1." not in request
    length = _LENGTH.search(head)
    return len(body) >= (int(length[1]) if length else 0)


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a crash would: with a reset."""
    # A TLS transport that has ended has no socket to name, and fails to say so.
    with contextlib.suppress(OSError, AttributeError):
        one: socket.socket | None = writer.get_extra_info("socket")
        if one is not None and not writer.is_closing():
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _closed(writer: asyncio.StreamWriter) -> None:
    """End a connection in good order."""
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()
