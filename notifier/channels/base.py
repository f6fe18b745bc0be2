"""What every channel can do. What a vendor's error means is decided in its channel, nowhere else."""

from typing import Protocol

from notifier.model import Notification


class Channel(Protocol):
    """Sends notifications to addresses of one kind; one object serves one receiver.

    Every method may raise the subclasses of ``DeliveryError``; anything else is a fault of ours and is
    treated as an unknown error.
    """

    can_edit: bool
    pace: float  # seconds between two messages in one lane

    def lane(self, address: str) -> str:
        """Messages with the same lane are sent one after another, `pace` apart; holds no secret."""
        ...

    async def send(self, address: str, notification: Notification, *, plain: bool = False) -> str:
        """Send it and return a receipt: an opaque text with which it can be edited later.

        Args:
            address: who or what it goes to, as ``Receiver.address`` resolved it.
            notification: what to tell.
            plain: without formatting, after the remote side refused the formatted message.
        """
        ...

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:
        """Bring a message that was sent up to date. Only called where `can_edit` is true."""
        ...

    async def confirm(self, address: str, delivery_id: str, since: int) -> str | None:
        """Look whether a message whose outcome is unknown has arrived.

        Args:
            address: where it was sent to.
            delivery_id: of the notification.
            since: UTC ms of the attempt.

        Returns:
            Its receipt, or None where it is not there or can't be looked for.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...
