"""The look-alike as an HTTP server: both regions on one port."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from email.utils import formatdate
from typing import get_args

from aiohttp import web

from notifier.model import Endpoint
from notifier.sandbox.answers import answer
from notifier.sandbox.broken import deliver, instead
from notifier.sandbox.calls import Book
from notifier.sandbox.control import control_routes
from notifier.sandbox.faults import Chance, Fault, striking
from notifier.sandbox.queries import QueryError, read_query
from notifier.sandbox.shapes import PATH, ROOT, Region, Shape


class Sandbox:
    """Answers as TeleCMI does.

    Args:
        app_id: the only one that exists, in both regions.
        secret: its secret.
        book: the calls; what has not become visible by `now()` is not told.
        now: UTC ms.
        rng: decides which requests a fault strikes.
        faults: what goes wrong; may be set at any time.
        shape: the answers as documented, or as seen; may be set at any time.
        date_skew: ms by which the `Date` header is ahead of `now()`; may be set at any time.
        control: serve /sandbox/calls, /sandbox/faults and /sandbox/stats too.
        drip: seconds between the bytes of a slow answer.
    """

    def __init__(
        self,
        *,
        app_id: int,
        secret: str,
        book: Book,
        now: Callable[[], int],
        rng: random.Random,
        faults: Iterable[Chance] = (),
        shape: Shape = "documented",
        date_skew: int = 0,
        control: bool = False,
        drip: float = 0.5,
    ) -> None:
        self.app_id = app_id
        self.secret = secret
        self.book = book
        self.shape: Shape = shape
        self.date_skew = date_skew
        self.requests: Counter[str] = Counter()  # by path: "/v1/outmissed", "/v2/out_missed"
        self.faults = faults
        self._now = now
        self._rng = rng
        self._control = control
        self._drip = drip
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._origin = ""

    @property
    def faults(self) -> tuple[Chance, ...]:
        """What goes wrong. "Every n-th request" of a list counts from when it was set."""
        return self._faults

    @faults.setter
    def faults(self, chances: Iterable[Chance]) -> None:
        self._faults = tuple(chances)
        self._since_set: Counter[Endpoint] = Counter()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen, and return the port. After `stop` it may be started again, on the same port too.

        Raises:
            OSError: the port is taken.
        """
        self._stopping.clear()
        # Cancelled handlers end a hanging answer when its client goes.
        self._runner = web.AppRunner(
            self._application(), access_log=None, handler_cancellation=True, shutdown_timeout=1
        )
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError:
            await self.stop()
            raise
        listening: int = self._runner.addresses[0][1]
        self._origin = f"http://{host}:{listening}"
        return listening

    async def stop(self) -> None:
        """Close every connection, hanging and slow ones too. Nothing happens where it does not run."""
        self._stopping.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def base_url(self, region: Region) -> str:
        """What stands in an account's `base_url`, once it was started: "http://127.0.0.1:4711/v1"."""
        return self._origin + ROOT[region]

    def _application(self) -> web.Application:
        app = web.Application()
        regions: tuple[Region, ...] = get_args(Region)
        for region in regions:
            for endpoint, path in PATH[region].items():
                app.router.add_post(path, self._handler(region, endpoint))
        if self._control:
            app.add_routes(control_routes(self.book, self._switch, lambda: dict(self.requests)))
        app.on_response_prepare.append(self._date)
        return app

    def _switch(self, chances: tuple[Chance, ...]) -> None:
        self.faults = chances

    async def _date(self, request: web.Request, response: web.StreamResponse) -> None:
        del request
        response.headers["Date"] = formatdate((self._now() + self.date_skew) / 1000, usegmt=True)

    def _handler(
        self, region: Region, endpoint: Endpoint
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            self.requests[request.path] += 1
            self._since_set[endpoint] += 1
            struck = striking(self._faults, self._since_set[endpoint], self._rng, endpoint)
            if Fault.HANG in struck:
                await self._stopping.wait()
                return web.Response(status=503)
            if (broken := instead(struck)) is not None:
                return broken
            try:
                body = self._answer(region, endpoint, raw, struck)
            except QueryError as refusal:
                return web.json_response(refusal.body, status=refusal.status)
            return await deliver(request, body, struck, self._stopping, self._drip)

        return handle

    def _answer(self, region: Region, endpoint: Endpoint, raw: bytes, struck: frozenset[Fault]) -> bytes:
        now = self._now()
        query = read_query(region, raw, self.app_id, self.secret, now)
        calls = self.book.visible(query.start, query.end, now, endpoint)
        return json.dumps(answer(region, self.shape, self.app_id, calls, query, faults=struck)).encode()
