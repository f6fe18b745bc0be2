"""E-mail as a channel: one message for each recipient, so that results are per recipient."""

from collections.abc import Collection, Mapping

from notifier.channels.base import SUMMARY_SIZES
from notifier.channels.mail.message import compose, message_id, sender_address
from notifier.channels.mail.postman import Postman
from notifier.errors import EditRefused
from notifier.model import Message, Notification


class Mail:
    """Sends notifications by e-mail; an implementation of `Channel`.

    Args:
        postman: the connection, shared by all receivers of a configuration.
        sender: "Missed calls <calls@example.com>".
    """

    can_edit = False
    pace = 0.0
    summary_size = SUMMARY_SIZES["email"]
    service = "email"

    def __init__(self, postman: Postman, sender: str) -> None:
        self._postman = postman
        self._sender = sender

    def lane(self, address: str) -> str:  # noqa: ARG002 - the protocol's
        """One for all: they share one connection, and who waits for it must not have begun yet."""
        return "mail"

    async def send(self, address: str, message: Message, *, plain: bool = False) -> str:
        """Send it, and return its Message-ID, which is the same at every try.

        Args:
            address: one e-mail address.
            message: what to tell.
            plain: without the HTML part.

        Raises:
            TargetBroken: the address is none, or is refused for good.
            DeliveryError: see the table in `faults`.
        """
        mail = compose(message, self._sender, address, text_only=plain)
        await self._postman.deliver(sender_address(self._sender), address, mail.as_bytes())
        return message_id(message, self._sender)

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:  # noqa: ARG002 - the protocol's
        """An e-mail can't be changed.

        Raises:
            EditRefused: always.
        """
        raise EditRefused("an e-mail can't be changed once it was sent")

    async def confirm(self, address: str, delivery_ids: Collection[str], since: int) -> Mapping[str, str]:  # noqa: ARG002 - the protocol's
        """Nothing: whether an e-mail arrived can't be looked up."""
        return {}

    async def aclose(self) -> None:
        """Let go of the shared connection; whoever sends next connects again."""
        await self._postman.aclose()
