"""What every channel can do. What a vendor's error means is decided in its channel, nowhere else."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from notifier.model import History, Message, Notification

SUMMARY_SIZES: Mapping[str, int] = {"slack": 20, "slack_webhook": 20, "email": 200, "webhook": 100}
"""Alerts that one summary may name, by kind of channel: Slack's plain text has room for 4,000 characters."""

BY_ADDRESS: Final = "slack addresses"
TO_PEOPLE: Final = "slack people"
PARTS: Mapping[str, Callable[[str], bool]] = {
    BY_ADDRESS: lambda address: "@" in address,
    TO_PEOPLE: lambda address: address[:1] not in "#CG",
}
"""What a service may refuse while the rest of it works, by its name in troubles: does an address take it?"""


@dataclass
class Buttons:
    """Whether messages have buttons: one for all receivers of a bot, changed by whoever hears of presses."""

    are_heard: bool = False


class Channel(Protocol):
    """Sends notifications to addresses of one kind; one object serves one receiver.

    Every method may raise the subclasses of ``DeliveryError``; anything else is a fault of ours and is
    treated as an unknown error.
    """

    can_edit: bool
    has_threads: bool  # what happens later is said below a message that can be edited
    pace: float  # seconds between two messages in one lane
    summary_size: int  # alerts that one summary may name; also without formatting each must be named
    service: str  # whose credentials it uses: "slack", "email", "webhook hook"; where they break, all that
    # share them wait

    def lane(self, address: str) -> str:
        """Messages with the same lane are sent one after another, `pace` apart; holds no secret."""
        ...

    async def send(self, address: str, message: Message, *, plain: bool = False, reply_to: str = "") -> str:
        """Send it and return a receipt: an opaque text with which it can be edited later.

        That is `reply_to` where it became a reply: what is edited stays the first message. Where that is
        gone, it becomes the first message itself.

        Args:
            address: who or what it goes to, as ``Receiver.address`` resolved it.
            message: what to tell.
            plain: without formatting, after the remote side refused the formatted message.
            reply_to: receipt of the first message about that alert, where there is one; channels that know
                no replies need not look at it.
        """
        ...

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:
        """Bring a message that was sent up to date. Only called where `can_edit` is true."""
        ...

    async def confirm(
        self, address: str, delivery_ids: Collection[str], since: int, *, threads: Collection[str] = ()
    ) -> Mapping[str, str]:
        """Look which of these have arrived, by themselves or within a summary.

        Args:
            address: where they were sent to.
            delivery_ids: of the notifications, and of the message that was to name them.
            since: UTC ms of the first attempt.
            threads: receipts of messages to which some of them may be replies.

        Returns:
            A receipt for each that was found, as ``send`` would have returned it; "" for one that stands
            in a summary, which can't be edited for it. Empty where they can't be looked for.
        """
        ...

    async def reply(self, receipt: str, history: History, *, plain: bool = False) -> None:
        """Say below a message what happened since. Nobody is pinged. Only called where `has_threads` is true.

        Raises:
            EditRefused: that message is gone, or nothing can be said below it any more.
        """
        ...

    async def has_reply(self, receipt: str, delivery_id: str, since: int) -> bool:
        """Look whether that is there. Only called where `has_threads` is true.

        Args:
            receipt: of the message.
            delivery_id: of the history.
            since: UTC ms of the attempt.

        Returns:
            False also where it can't be looked for.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...
