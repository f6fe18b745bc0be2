"""What every channel can do. What a vendor's error means is decided in its channel, nowhere else."""

from collections.abc import Collection, Mapping
from typing import Protocol

from notifier.model import Message, Notification

SUMMARY_SIZES: Mapping[str, int] = {"slack": 20, "slack_webhook": 20, "email": 200, "webhook": 100}
"""Alerts that one summary may name, by kind of channel: Slack's plain text has room for 4,000 characters."""


class Channel(Protocol):
    """Sends notifications to addresses of one kind; one object serves one receiver.

    Every method may raise the subclasses of ``DeliveryError``; anything else is a fault of ours and is
    treated as an unknown error.
    """

    can_edit: bool
    pace: float  # seconds between two messages in one lane
    summary_size: int  # alerts that one summary may name; also without formatting each must be named
    service: str  # whose credentials it uses: "slack", "email", "webhook hook"; where they break, all that
    # share them wait

    def lane(self, address: str) -> str:
        """Messages with the same lane are sent one after another, `pace` apart; holds no secret."""
        ...

    async def send(self, address: str, message: Message, *, plain: bool = False) -> str:
        """Send it and return a receipt: an opaque text with which it can be edited later.

        Args:
            address: who or what it goes to, as ``Receiver.address`` resolved it.
            message: what to tell.
            plain: without formatting, after the remote side refused the formatted message.
        """
        ...

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:
        """Bring a message that was sent up to date. Only called where `can_edit` is true."""
        ...

    async def confirm(self, address: str, delivery_ids: Collection[str], since: int) -> Mapping[str, str]:
        """Look which of these have arrived, by themselves or within a summary.

        Args:
            address: where they were sent to.
            delivery_ids: of the notifications, and of the message that was to name them.
            since: UTC ms of the first attempt.

        Returns:
            A receipt for each that was found; "" for one that stands in a summary, which can't be edited for
            it. Empty where they can't be looked for.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...
