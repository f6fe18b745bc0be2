"""A sign of life for a monitor elsewhere, which misses it when we, or this machine, are in trouble."""

import asyncio
from importlib.metadata import version
from typing import Final

import httpx
import structlog

from notifier.clock import Clock
from notifier.config.values import Secret
from notifier.host.health import Health

log = structlog.get_logger("notifier")

NAME: Final = "heartbeat"

EVERY: Final = 60.0
"""Seconds between two beats."""

LOOK_AGAIN: Final = 10.0
"""Seconds after which one that was withheld may follow."""

_REDIRECTS = 3


class Heartbeat:
    """Asks for a URL while the loops make progress and the job is being done; else the beat is withheld.

    The URL is a secret: whoever knows it can hide our death. No error of httpx is shown, as those hold URLs.

    Args:
        url: of the monitor.
        clock: by which beats are timed.
        health: what is to be good.
        transport: instead of the network, for tests.
        limit: seconds for one beat, redirects included.
    """

    def __init__(
        self,
        url: Secret,
        clock: Clock,
        health: Health,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        limit: float = 10.0,
    ) -> None:
        self._limit = limit
        self._url = url
        self._clock = clock
        self._health = health
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._looked_at = clock.monotonic()
        self._problem = ""

    async def step(self) -> float:
        """Beat, where all is well; never raises.

        Returns:
            Seconds until the next look.
        """
        # Progress since the last beat, not the mere fact that this loop still turns.
        if not (self._health.passed_since(self._looked_at) and self._health.ready().ok):
            return LOOK_AGAIN
        self._looked_at = self._clock.monotonic()
        problem = await self._beat()
        if problem and not self._problem:
            log.warning("the heartbeat does not arrive; trying again", reason=problem)
        if self._problem and not problem:
            log.info("the heartbeat arrives again")
        self._problem = problem
        return EVERY

    async def aclose(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            await self._client.aclose()

    async def _beat(self) -> str:
        """Why it did not arrive; "" where it did."""
        try:
            async with asyncio.timeout(self._limit):
                return await self._ask()
        except TimeoutError:
            return f"no answer within {self._limit:g} s"
        except Exception as error:  # noqa: BLE001 - nothing about it may harm what it watches
            return type(error).__name__

    async def _ask(self) -> str:
        if self._client is None:
            self._client = httpx.AsyncClient(
                transport=self._transport,
                timeout=self._limit,
                headers={"User-Agent": f"notifier/{version('notifier')}"},
                follow_redirects=False,
            )
        request = self._client.build_request("GET", self._url.get())
        for _ in range(_REDIRECTS + 1):
            response = await self._client.send(request, stream=True)
            await response.aclose()  # what it says does not matter, however long it is
            if response.next_request is None:
                return "" if response.is_success else f"HTTP {response.status_code}"
            request = response.next_request
            if request.url.scheme != "https":
                return "redirected to where nothing is encrypted"
        return "redirected again and again"
