"""Pages for monitoring: `/healthz` (do the loops run?), `/readyz` (is the job being done?), `/metrics`."""

import asyncio
import errno
import os
from collections.abc import Awaitable, Callable
from http import HTTPStatus

# Not `aiohttp.web`: what it has for whole applications is a megabyte more.
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import Response, StreamResponse
from aiohttp.web_server import Server

from notifier.errors import NotifierError
from notifier.host.health import Health
from notifier.web.connection import Connection, answer
from notifier.web.listen import parse_listen
from notifier.web.probe import StoreProbe
from notifier.web.readiness import as_json
from notifier.web.scrape import Scrape

_SHUTDOWN_LIMIT = 0.5  # seconds that an answer under way may still take


class WebServer:
    """Serves the pages over plain HTTP, meant for loopback.

    Args:
        listen: "host:port"; port 0 is any free one, an IPv6 address stands in brackets.
        health: what is shown.
        probe: asks the store, and raises StoreError where it does not work.
        scrape: gathers what `/metrics` shows.
        stall_limit: seconds after which a loop without a finished pass is stuck.
        probe_limit: seconds that the store may take to answer.
    """

    def __init__(
        self,
        listen: str,
        health: Health,
        probe: Callable[[], Awaitable[object]],
        scrape: Scrape,
        *,
        stall_limit: float,
        probe_limit: float = 2.0,
    ) -> None:
        self._host, self._port = parse_listen(listen)
        self._health = health
        self._probe = StoreProbe(probe, probe_limit)
        self._scrape = scrape
        self._stall_limit = stall_limit
        self._manager: Server | None = None
        self._sockets: asyncio.Server | None = None

    async def start(self) -> tuple[str, int]:
        """Begin to serve.

        Returns:
            The address and the port that it is really bound to.

        Raises:
            NotifierError: it can't be bound.
        """
        loop = asyncio.get_running_loop()
        self._manager = manager = Server(self._respond)
        try:
            self._sockets = await loop.create_server(
                lambda: Connection(manager, loop=loop), self._host, self._port
            )
        except OSError as error:
            raise NotifierError(f"web.listen: {self._refusal(error)}") from error
        host, port = self._sockets.sockets[0].getsockname()[:2]
        return str(host), int(port)

    def _refusal(self, error: OSError) -> str:
        address = f"{self._host} port {self._port}"
        if error.errno == errno.EADDRINUSE:
            return f"{address} is in use; choose another port, or stop what uses it"
        # asyncio's own words repeat the address. A name that is not found has a number below 0.
        number = error.errno or 0
        reason = os.strerror(number) if number > 0 else error.strerror or type(error).__name__
        return f"can't listen on {address}: {reason}"

    async def stop(self) -> None:
        """Stop serving, at once but for answers that are under way. Does nothing where nothing runs."""
        if self._sockets is not None and self._manager is not None:
            self._sockets.close()
            self._manager.pre_shutdown()
            await self._manager.shutdown(_SHUTDOWN_LIMIT)
            self._sockets = None
        await self._probe.cancel()
        await self._scrape.cancel()

    async def _respond(self, request: BaseRequest) -> StreamResponse:
        pages = {"/healthz": self._healthz, "/readyz": self._readyz, "/metrics": self._metrics}
        page = pages.get(request.path)
        if page is None:
            return answer(HTTPStatus.NOT_FOUND, "not found\n")
        if request.method not in {"GET", "HEAD"}:
            return answer(HTTPStatus.METHOD_NOT_ALLOWED, "GET only\n", allow="GET, HEAD")
        return await page(request)

    async def _healthz(self, _request: BaseRequest) -> Response:
        stalled = self._health.stalled(self._stall_limit)
        if stalled:
            return answer(HTTPStatus.SERVICE_UNAVAILABLE, f"stuck: {', '.join(stalled)}\n")
        return answer(HTTPStatus.OK, "ok\n")

    async def _readyz(self, _request: BaseRequest) -> Response:
        _, store_problem = await self._probe.ask()
        ready, text = as_json(self._health.ready(), store_problem)
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return answer(status, text, content_type="application/json")

    async def _metrics(self, request: BaseRequest) -> Response:
        text, content_type = await self._scrape.page(",".join(request.headers.getall("Accept", ())))
        return answer(HTTPStatus.OK, text, content_type=content_type)
