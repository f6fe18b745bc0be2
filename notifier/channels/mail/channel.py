"""E-mail as a channel: one message for each recipient, so that results are per recipient."""

from collections.abc import Collection, Mapping, Sequence

from notifier.channels.base import SUMMARY_SIZES
from notifier.channels.mail.message import compose, message_id, sender_address
from notifier.channels.mail.postman import Postman
from notifier.errors import EditRefused
from notifier.model import History, Message, Notification


class Mail:
    """Sends notifications by e-mail; an implementation of `Channel`.

    Args:
        postman: the connection, shared by all receivers of a configuration.
        sender: "Missed calls <calls@example.com>".
        answers_to: whom answers go to, each written so.
    """

    can_edit = False
    has_threads = False
    pace = 0.0
    summary_size = SUMMARY_SIZES["email"]
    service = "email"

    def __init__(self, postman: Postman, sender: str, answers_to: Sequence[str] = ()) -> None:
        self._postman = postman
        self._sender = sender
        self._answers_to = answers_to

    def lane(self, address: str) -> str:  # noqa: ARG002 - the protocol's
        """One for all: they share one connection, and who waits for it must not have begun yet."""
        return "mail"

    async def send(
        self,
        address: str,
        message: Message,
        *,
        plain: bool = False,
        reply_to: str = "",  # noqa: ARG002 - the protocol's
    ) -> str:
        """Send it, and return its Message-ID, which is the same at every try.

        Args:
            address: one e-mail address.
            message: what to tell.
            plain: without the HTML part.
            reply_to: not needed: mail programs know by its headers what belongs together.

        Raises:
            TargetBroken: the address is none, or is refused for good.
            DeliveryError: see the table in `faults`.
        """
        mail = compose(message, self._sender, address, answers_to=self._answers_to, text_only=plain)
        await self._postman.deliver(sender_address(self._sender), address, mail.as_bytes())
        return message_id(message, self._sender)

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:  # noqa: ARG002 - the protocol's
        """An e-mail can't be changed.

        Raises:
            EditRefused: always.
        """
        raise EditRefused("an e-mail can't be changed once it was sent")

    async def confirm(
        self,
        address: str,  # noqa: ARG002 - the protocol's
        delivery_ids: Collection[str],  # noqa: ARG002 - likewise
        since: int,  # noqa: ARG002 - likewise
        *,
        threads: Collection[str] = (),  # noqa: ARG002 - likewise
    ) -> Mapping[str, str]:
        """Nothing: whether an e-mail arrived can't be looked up."""
        return {}

    async def reply(self, receipt: str, history: History, *, plain: bool = False) -> None:  # noqa: ARG002 - the protocol's
        """Impossible.

        Raises:
            EditRefused: always.
        """
        raise EditRefused("an e-mail has no thread to speak in")

    async def has_reply(self, receipt: str, delivery_id: str, since: int) -> bool:  # noqa: ARG002 - the protocol's
        """Never."""
        return False

    async def aclose(self) -> None:
        """Let go of the shared connection; whoever sends next connects again."""
        await self._postman.aclose()
