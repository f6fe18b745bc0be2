"""One connection of Slack's Socket Mode: what comes over it is acknowledged at once, and handed on.

The SDK keeps connections up by itself, also with a token that is refused; and it logs addresses that
hold a ticket. Here it serves one connection, says nothing, and whoever made it decides what comes next.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from notifier.channels.slack.connection import proxy_for
from notifier.errors import DeliveryTransient

CONNECT: Final = 15.0  # seconds until Slack must have greeted us
CLOSE: Final = 1.0  # seconds that saying goodbye may take
_LONGEST_ID = 255  # characters of an envelope's id

Received = Callable[[Mapping[str, object]], None]
"""Takes a message that was acknowledged."""


class Connection:
    """Made for one address, and not used again after it is over.

    Args:
        url: wss://…, with its ticket: a secret for as long as it works.
        received: takes what comes.
        over: called when it is over, or soon will be.
    """

    def __init__(self, url: str, received: Received, over: Callable[[], None]) -> None:
        self._client = _Client(url, received, over)

    @property
    def is_over(self) -> bool:
        """Is another one to be opened?"""
        return self._client.is_over

    async def open(self) -> None:
        """Connect, and wait until Slack greets us.

        Raises:
            DeliveryTransient: that did not come about.
        """
        client = self._client
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECT):
                await self._connect()
        if not client.is_greeted:
            raise DeliveryTransient(f"Slack could not be connected to ({client.quiet.why})")

    async def aclose(self) -> None:
        """Close it, with what the SDK leaves behind."""
        await self._client.put_away()

    async def _connect(self) -> None:
        """The SDK would go on trying with a ticket that is good for once: the first failure counts."""
        client = self._client
        connecting: asyncio.Task[None] = asyncio.create_task(client.connect())  # type: ignore[no-untyped-call]  # the SDK's
        failing = asyncio.create_task(client.quiet.failed.wait())
        try:
            await asyncio.wait({connecting, failing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (connecting, failing):
                task.cancel()
            await asyncio.gather(connecting, failing, return_exceptions=True)
        if not client.quiet.failed.is_set():
            await client.answered.wait()


class _Quiet(logging.Filter):
    """Lets nothing through, and remembers of errors what kind they were."""

    def __init__(self) -> None:
        super().__init__()
        self.why = "no answer in time"
        self.failed = asyncio.Event()

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.exc_info, tuple) and record.exc_info[0] is not None:
            self.why = record.exc_info[0].__name__
            self.failed.set()
        return False


class _Client(SocketModeClient):
    def __init__(self, url: str, received: Received, over: Callable[[], None]) -> None:
        self.quiet = _Quiet()
        logger = logging.Logger("notifier.buttons.sdk", logging.WARNING)  # noqa: LOG001 - each its own
        logger.addFilter(self.quiet)
        super().__init__(app_token="", logger=logger, web_client=AsyncWebClient(logger=logger))
        self.proxy = proxy_for(_as_http(url))  # the SDK knows no NO_PROXY
        self.wss_uri = url
        self.answered = asyncio.Event()  # by a greeting, or by a goodbye
        self.is_greeted = False
        self.is_over = False
        self._received = received
        self._over = over
        self.message_listeners.append(self._take)

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - the SDK's
        """The SDK would replace this connection by another; that is not its business here."""
        if not self.is_over:
            self.is_over = True
            self.quiet.why = "it was closed before a greeting"
            self.answered.set()
            self._over()

    async def put_away(self) -> None:
        """Close everything: the SDK cancels its tasks and does not wait for them."""
        tasks = [self.message_processor, self.current_session_monitor, self.message_receiver]
        # Maybe the other side does not say goodbye.
        with suppress(TimeoutError, aiohttp.ClientError, OSError):
            async with asyncio.timeout(CLOSE):
                await self.close()  # type: ignore[no-untyped-call]  # the SDK's
        begun = [task for task in tasks if task is not None]
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
        await self.aiohttp_client_session.close()

    async def _take(
        self,
        _: AsyncBaseSocketModeClient,
        message: dict[str, object],
        raw: str | None,  # noqa: ARG002 - the SDK's
    ) -> None:
        if message.get("type") == "hello":
            self.is_greeted = True
            self.answered.set()
        envelope = message.get("envelope_id")
        if not isinstance(envelope, str) or len(envelope) > _LONGEST_ID:
            return
        # Before anything else: Slack waits for 3 s. What it does not hear of comes once more, over the next
        # connection, and is known then.
        with suppress(aiohttp.ClientError, OSError):
            await self.send_socket_mode_response({"envelope_id": envelope})
        self._received(message)


def _as_http(url: str) -> str:
    """The address for which the environment names a proxy."""
    parts = urlsplit(url)
    return parts._replace(scheme={"wss": "https", "ws": "http"}.get(parts.scheme, "https")).geturl()
