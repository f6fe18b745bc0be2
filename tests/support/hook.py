"""A program that takes our webhook, on a loopback socket."""

import ssl
from dataclasses import dataclass

from aiohttp import web

from tests.support.slack_faults import Faults, Raw
from tests.support.smtp import CERTIFICATE

SECRET = "a-secret-that-both-sides-know"
PATH = "/in/secret-part-of-the-path"


@dataclass(frozen=True)
class Request:
    """One request, as it came."""

    headers: dict[str, str]
    body: bytes


class FakeHook:
    """Takes everything with 204, unless it is told to fail.

    Args:
        tls: with a certificate that only tests trust.
    """

    def __init__(self, *, tls: bool = False) -> None:
        self.requests: list[Request] = []  # those that came, refused ones too
        self.accepted: list[Request] = []
        self.connections: set[object] = set()  # distinct client ports that were seen
        self._tls = tls
        self._faults = Faults()
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}{PATH}"

    def fail_next(self, failure: str | int | Raw, times: int = 1) -> None:
        """Let the next requests fail: an HTTP status; a whole answer; "hang"; "drop-before-accept" …"""
        self._faults.plan("hook", failure, times)

    async def start(self) -> None:
        """Listen on loopback."""
        self._faults.stopped.clear()
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_post(PATH, self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=self._context())
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening; what it remembers stays."""
        self._faults.stopped.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def _context(self) -> ssl.SSLContext | None:
        if not self._tls:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_suffix(".key"))
        return context

    async def _take(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            self.connections.add(request.transport.get_extra_info("peername"))
        came = Request(dict(request.headers), await request.read())
        self.requests.append(came)
        failure = self._faults.take("hook")
        if failure is None or failure in ("drop-after-accept", "hang-after-accept"):
            self.accepted.append(came)
        if failure is None:
            return web.Response(status=204)
        answer = await self._faults.respond(request, failure)
        assert answer is not None, f"{failure} is no failure of a webhook"
        return answer
