"""The webhook as a channel: posts a signed document, and can do nothing else.

Its URL and secret are in no text, no lane, and in no error, not even as the error's context.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Collection, Mapping
from typing import Final

import httpx

from notifier.channels.base import SUMMARY_SIZES
from notifier.channels.webhook import document
from notifier.channels.webhook.faults import lost, refused
from notifier.channels.webhook.signature import signature
from notifier.clock import Clock
from notifier.config.receivers import WebhookReceiver
from notifier.errors import CredentialsBroken, DeliveryError, EditRefused, NotifierError, TargetBroken
from notifier.model import History, Message, Notification

TIMEOUT: Final = 20.0  # seconds for one request, all in all
_REST: Final = 1.0  # seconds for the body of an answer, which only serves to keep the connection
_MOST: Final = 64 * 1024  # bytes of it


class Webhook:
    """The ``Channel`` of one receiver.

    Args:
        receiver: its name, for that of the service: whose secret does not work harms no other.
        settings: where to post, and what to sign with.
        client: may be shared.
        clock: tells when a request is made.
        timeout: seconds for one message.
    """

    can_edit = False
    has_threads = False
    pace = 0.0
    summary_size = SUMMARY_SIZES["webhook"]

    def __init__(
        self,
        receiver: str,
        settings: WebhookReceiver,
        client: httpx.AsyncClient,
        clock: Clock,
        *,
        timeout: float = TIMEOUT,
    ) -> None:
        self.service = f"webhook {receiver}"
        self._settings = settings
        self._client = client
        self._clock = clock
        self._timeout = timeout
        # Of the URL as it was at first: a lane must not change while a message is under way in it.
        self._digest = hashlib.sha256(settings.url.get().encode()).hexdigest()[:12]

    def lane(self, address: str) -> str:
        """One lane per URL, named by a hash; the address is always "webhook"."""
        return f"{address}:{self._digest}"

    async def send(
        self,
        address: str,  # noqa: ARG002 - the protocol's
        message: Message,
        *,
        plain: bool = False,  # noqa: ARG002 - the protocol's
        reply_to: str = "",  # noqa: ARG002 - the protocol's
    ) -> str:
        """Post it. A document has no formatting: a plain one is the same.

        Returns:
            "", since nothing that was posted can be changed.

        Raises:
            DeliveryError: what the receiver answered; see the table in `faults`.
        """
        failure = await self._attempt(message)
        if failure is not None:
            self._reread(failure)
            raise failure  # out of any `except`: as its context, the original error would carry the URL
        return ""

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:  # noqa: ARG002 - the protocol's
        """Impossible.

        Raises:
            EditRefused: always.
        """
        raise EditRefused("what a webhook was told can't be changed")

    async def confirm(
        self,
        address: str,  # noqa: ARG002 - the protocol's
        delivery_ids: Collection[str],  # noqa: ARG002 - likewise
        since: int,  # noqa: ARG002 - likewise
        *,
        threads: Collection[str] = (),  # noqa: ARG002 - likewise
    ) -> Mapping[str, str]:
        """Nothing: a webhook can't be asked. Its receiver knows a repetition by the delivery id."""
        return {}

    async def reply(self, receipt: str, history: History, *, plain: bool = False) -> None:  # noqa: ARG002 - the protocol's
        """Impossible.

        Raises:
            EditRefused: always.
        """
        raise EditRefused("what a webhook was told has no thread")

    async def has_reply(self, receipt: str, delivery_id: str, since: int) -> bool:  # noqa: ARG002 - the protocol's
        """Never."""
        return False

    async def aclose(self) -> None:
        """Close the shared client, and so that of the receivers which were made together with this one."""
        await self._client.aclose()

    async def _attempt(self, message: Message) -> DeliveryError | None:
        body = document.body(message)
        now = self._clock.now()
        headers = {
            "Content-Type": "application/json",
            "Notifier-Timestamp": str(now // 1000),
            "Notifier-Delivery": message.delivery_id,
            "Notifier-Signature": signature(self._settings.secret.get(), now // 1000, body),
        }
        answer: httpx.Response | None = None
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream(
                    "POST", self._settings.url.get().strip(), content=body, headers=headers
                ) as answer,
            ):
                await _finish(answer)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            if answer is None:
                return lost(error)
        assert answer is not None, "there was an error, or an answer"
        return refused(answer.status_code, answer.headers, now)

    def _reread(self, failure: DeliveryError) -> None:
        """The next try takes what was replaced in its file. If that fails, the old one stays."""
        if isinstance(failure, CredentialsBroken | TargetBroken):
            for secret in (self._settings.url, self._settings.secret):
                with contextlib.suppress(OSError, ValueError, NotifierError):
                    secret.reread()


async def _finish(answer: httpx.Response) -> None:
    """Read the body, if it is small and comes soon, so that the connection can be used again."""
    size = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_REST):
            async for part in answer.aiter_raw():
                size += len(part)
                if size > _MOST:
                    return
