"""A TCP proxy on loopback between the daemon and what it talks to; it breaks on command.

The break is chosen anew for each request of a connection that is kept (HTTP), or once for each connection
(SMTP, TLS), and can be switched at any time.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from notifier.clock import SystemClock
from tests.fault.breaks import Break, HangBeforeAccept, Mix, Pass, Refuse, Stranger
from tests.fault.link import Link, reset

_TRUSTED = Path(__file__).parents[1] / "channels" / "mail" / "data" / "localhost.crt"
_STRANGER = Path(__file__).parent / "data" / "stranger.crt"
_CLOCK = SystemClock()
_LOOK_EVERY = 0.01  # seconds
_PATIENCE = 1.0  # seconds
_FILLERS = 4  # connections; more than the shortest queue of a listener holds


@dataclass
class Traffic:
    """What went through."""

    connections: int = 0
    struck: int = 0  # requests or connections that met with a break
    lost: int = 0  # answers that the other side gave, and that did not arrive whole


class Proxy:
    """Forwards to one port of this machine.

    Args:
        upstream: the port.
        turns: a new break for each request; else one for each connection.
        tls: speak TLS on this side, with a certificate that the test's configuration trusts.
    """

    def __init__(self, upstream: int, *, turns: bool, tls: bool = False) -> None:
        self.upstream = upstream
        self.turns = turns
        self.traffic = Traffic()
        self.port = 0
        self._breaks: Break | Mix = Pass()
        self._tls = (_context(_TRUSTED), _context(_STRANGER)) if tls else None
        self._place: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._full: list[socket.socket] = []
        self._links: dict[Link, asyncio.Task[None] | None] = {}

    @property
    def breaks(self) -> Break | Mix:
        """What is broken at this moment."""
        return self._breaks

    async def start(self) -> None:
        """Take a free port, and listen."""
        # Bound and never listening, it keeps the port ours while the door is closed.
        self._place = _bound(0)
        self.port = self._place.getsockname()[1]
        await self._open()

    async def stop(self) -> None:
        """Let go of everything."""
        await self._close()
        ends = [task for task in self._links.values() if task is not None]
        self.cut()
        await asyncio.gather(*ends)
        if self._place is not None:
            self._place.close()

    async def set(self, breaks: Break | Mix) -> None:
        """From now on this is broken. Connections that stand meet it at their next request."""
        self._breaks = breaks
        await self._close()
        if not self.turns:
            await self._part()
        if isinstance(breaks, HangBeforeAccept):
            self._fill()
        elif not isinstance(breaks, Refuse):
            await self._open()
        if isinstance(breaks, Refuse | HangBeforeAccept):
            self.cut()

    @asynccontextmanager
    async def broken(self, breaks: Break | Mix) -> AsyncIterator[None]:
        """While this is open, that is broken. What hangs then goes on hanging, as in the world outside."""
        await self.set(breaks)
        try:
            yield
        finally:
            await self.set(Pass())

    def cut(self) -> None:
        """Reset every connection."""
        for link in tuple(self._links):
            link.cut()

    def pick(self) -> Break:
        """The break for one request or connection."""
        picked = self._breaks.pick() if isinstance(self._breaks, Mix) else self._breaks
        if not isinstance(picked, Pass):
            self.traffic.struck += 1
        return picked

    async def _part(self) -> None:
        """End the connections that stand, but not in mid-sentence: the break alone shall hurt."""
        ends = _CLOCK.monotonic() + _PATIENCE
        for link in tuple(self._links):
            while not link.is_idle and _CLOCK.monotonic() < ends:
                await _CLOCK.sleep(_LOOK_EVERY)
            link.cut()

    async def _open(self) -> None:
        listener = _bound(self.port)
        self._server = await asyncio.start_server(self._accepted, sock=listener)

    async def _close(self) -> None:
        for one in self._full:
            one.close()
        self._full.clear()
        if self._server is not None:
            self._server.close()  # not waited for: it would wait for what hangs
            self._server = None

    def _fill(self) -> None:
        listener = _bound(self.port)
        listener.listen(0)
        self._full.append(listener)
        for _ in range(_FILLERS):
            filler = socket.socket()
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(("127.0.0.1", self.port))
            self._full.append(filler)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.traffic.connections += 1
        link = Link(self, reader, writer)
        self._links[link] = asyncio.current_task()
        try:
            # A connection that breaks is what we are here for.
            with contextlib.suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError):
                await link.run(self._tls_for)
        finally:
            del self._links[link]
            reset(writer)

    def _tls_for(self, breaks: Break) -> ssl.SSLContext | None:
        if self._tls is None:
            return None
        trusted, stranger = self._tls
        return stranger if isinstance(breaks, Stranger) else trusted


def _bound(port: int) -> socket.socket:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    one.bind(("127.0.0.1", port))
    return one


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context
