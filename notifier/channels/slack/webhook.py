"""Slack through an incoming webhook: posts to the one channel it was made for, and can do nothing else.

Its URL is a secret: it is in no text, no lane, and in no error, not even as the error's context.
"""

from collections.abc import Collection, Mapping

import aiohttp

from notifier.channels.slack import message as form
from notifier.channels.slack.address import digest
from notifier.channels.slack.bot import SUMMARY_SIZE
from notifier.channels.slack.connection import TIMEOUT, Connection
from notifier.channels.slack.errors import code_in, lost, refused, worded
from notifier.channels.slack.meanings import NEW_WEBHOOK
from notifier.channels.slack.mentions import MENTIONS_NOBODY, Mentioning
from notifier.config.values import Secret
from notifier.errors import DeliveryError, DeliveryTransient, EditRefused, TargetBroken
from notifier.model import History, Message, Notification

_WHAT = "incoming webhook"


class SlackWebhook:
    """The ``Channel`` of one receiver.

    Args:
        receiver: its name, for that of the service: whose URL does not work harms no other.
        url: the webhook's.
        mentioning: whom messages mention; nobody where nobody says so.
        timeout: seconds for one message.
    """

    can_edit = False
    has_threads = False
    pace = 1.0
    summary_size = SUMMARY_SIZE

    def __init__(
        self, receiver: str, url: Secret, mentioning: Mentioning | None = None, *, timeout: float = TIMEOUT
    ) -> None:
        self.service = f"slack webhook {receiver}"
        self._mentioning = mentioning or MENTIONS_NOBODY
        self._url = url
        self._connection = Connection(timeout)

    def lane(self, address: str) -> str:
        """One lane per webhook, named by a hash; the address is always "webhook"."""
        return f"slack:{address}-{digest(self._url.get())}"

    async def send(
        self,
        address: str,  # noqa: ARG002 - the protocol's
        message: Message,
        *,
        plain: bool = False,
        reply_to: str = "",  # noqa: ARG002 - the protocol's
    ) -> str:
        """Post it.

        Returns:
            "", since an incoming webhook does not say what it posted.

        Raises:
            DeliveryError: what Slack answered; see ``meanings.GROUPS``.
        """
        mentions = await self._mentioning.of_new(message)
        failure = await self._attempt(form.posted(message, plain=plain, mentions=mentions))
        if failure is not None:
            raise failure  # out of any `except`: as its context, the original error would carry the URL
        return ""

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:  # noqa: ARG002 - the protocol's
        """Impossible.

        Raises:
            EditRefused: always.
        """
        raise EditRefused("an incoming webhook can't change what it posted")

    async def confirm(
        self,
        address: str,  # noqa: ARG002 - the protocol's
        delivery_ids: Collection[str],  # noqa: ARG002 - likewise
        since: int,  # noqa: ARG002 - likewise
        *,
        threads: Collection[str] = (),  # noqa: ARG002 - likewise
    ) -> Mapping[str, str]:
        """Nothing: an incoming webhook can't read."""
        return {}

    async def reply(self, receipt: str, history: History, *, plain: bool = False) -> None:  # noqa: ARG002 - the protocol's
        """Impossible.

        Raises:
            EditRefused: always.
        """
        raise EditRefused("an incoming webhook does not know what it posted")

    async def has_reply(self, receipt: str, delivery_id: str, since: int) -> bool:  # noqa: ARG002 - the protocol's
        """Never."""
        return False

    async def aclose(self) -> None:
        """Close the connections."""
        await self._connection.aclose()

    async def _attempt(self, payload: Mapping[str, object]) -> DeliveryError | None:
        url = self._url.get().strip()
        try:
            async with self._connection.session(url).post(url, json=payload) as response:
                body = await response.text(encoding="utf-8", errors="replace")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return lost(_WHAT, error)
        return _verdict(response.status, body.strip(), response.headers)


def _verdict(status: int, body: str, headers: Mapping[str, str]) -> DeliveryError | None:
    if status == 200 and body == "ok":
        return None
    failure = refused(_WHAT, status, code_in(body), headers)
    if status in {403, 404, 410} and (
        type(failure) is DeliveryError or isinstance(failure, DeliveryTransient)
    ):
        # Whatever the words: the webhook was revoked, or its channel is gone.
        return worded(TargetBroken, f"{_WHAT}: HTTP {status}", NEW_WEBHOOK)
    return failure
