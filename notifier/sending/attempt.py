"""One attempt to send a message, looked for first where an earlier one may have left it there."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.config.values import DAY
from notifier.errors import DeliveryTransient
from notifier.model import Message

M = TypeVar("M", bound=Message)

SEND_LIMIT = 30.0
"""Seconds for one message with all it needs."""


@dataclass(frozen=True, slots=True)
class Tried(Generic[M]):
    """How it went."""

    shown: M | None  # what stands there now; None where nothing is known to
    error: Exception | None  # why it could not be sent; None where something stands there
    began_at: int  # UTC ms
    seconds: float


@dataclass(frozen=True)
class Courier:
    """Tries, and raises nothing: whatever a channel does, the others go on."""

    clock: Clock
    limit: float = SEND_LIMIT

    async def bring(
        self,
        message: M,
        channel: Channel,
        address: str,
        *,
        plain: bool,
        since: int | None,
        possible: Sequence[M] = (),
    ) -> Tried[M]:
        """Send a message once.

        Args:
            message: what to tell.
            channel: of the target's receiver.
            address: of the target.
            plain: without formatting.
            since: UTC ms of the first attempt that may have arrived; None where there was none.
            possible: what that attempt may have told, what told most last; the same where none is given.
        """
        began_at, began = self.clock.now(), self.clock.monotonic()
        shown: M | None = None
        error: Exception | None = None
        try:
            async with asyncio.timeout(self.limit):
                if since is not None:
                    if since > began_at:
                        since = began_at - DAY  # by a clock that was ahead; nobody knows by how much
                    shown = await _arrived(possible or (message,), channel, address, since)
                if shown is None:
                    await channel.send(address, message, plain=plain)
                    shown = message
        except TimeoutError:
            error = DeliveryTransient("no answer in time", uncertain=True)
        except Exception as other:  # noqa: BLE001 - what it means is for the caller to judge
            error = other
        return Tried(shown if error is None else None, error, began_at, self.clock.monotonic() - began)


async def _arrived(possible: Sequence[M], channel: Channel, address: str, since: int) -> M | None:
    by_id = {message.delivery_id: message for message in possible}
    found = await channel.confirm(address, tuple(by_id), since)
    return next((by_id[one] for one in reversed(by_id) if one in found), None)
