"""Slack through the bot: posts, edits what it posted, and can look whether a post has arrived."""

from collections.abc import Collection, Mapping
from typing import Final

from notifier.channels.base import SUMMARY_SIZES
from notifier.channels.slack import message as form
from notifier.channels.slack.address import AddressKind, digest, kind_of
from notifier.channels.slack.api import SlackApi
from notifier.channels.slack.people import People
from notifier.channels.slack.rooms import Rooms, next_cursor
from notifier.errors import DeliveryError, DeliveryTransient, EditRefused, RateLimited, TargetBroken
from notifier.model import Message, Notification

SKEW: Final = 5 * 60 * 1000  # ms by which Slack's clock may be behind ours
PAGES: Final = 10  # of history, looked through at once
PER_PAGE: Final = 200
SUMMARY_SIZE: Final = SUMMARY_SIZES["slack"]


class SlackBot:
    """The ``Channel`` of one receiver. Several share the API and what was looked up.

    Args:
        api: Slack's Web API.
        people: direct conversations.
        rooms: ids of channels.
    """

    can_edit = True
    pace = 1.0  # Slack's limit for posting to one channel
    summary_size = SUMMARY_SIZE
    service = "slack"

    def __init__(self, api: SlackApi, people: People, rooms: Rooms) -> None:
        self._api = api
        self._people = people
        self._rooms = rooms

    def lane(self, address: str) -> str:
        """One lane per address, whichever receiver it is of; an e-mail address is not shown."""
        return f"slack:mail-{digest(address.lower())}" if "@" in address else f"slack:{address.lower()}"

    async def send(self, address: str, message: Message, *, plain: bool = False) -> str:
        """Post it.

        Raises:
            DeliveryError: what Slack answered; see ``errors.GROUPS``.
        """
        kind = kind_of(address)
        payload = form.posted(message, plain=plain)
        payload["metadata"] = form.metadata(message)
        try:
            payload["channel"] = await self._postable(address, kind)
            answer = await self._api.call("chat.postMessage", payload)
        except TargetBroken:
            self._people.forget(address)
            raise
        channel = answer.get("channel")
        if kind is AddressKind.NAME and isinstance(channel, str):
            self._rooms.learn(address, channel)
        return form.receipt(channel, answer.get("ts"))

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:
        """Change a message.

        An update without `metadata` leaves that of the message as it is. One without `blocks` may leave those
        too, so a plain one takes them away.

        Raises:
            EditRefused: the receipt names no message, or Slack does not let us.
            DeliveryError: what else Slack answered.
        """
        place = form.place(receipt)
        if place is None:
            raise EditRefused("Slack did not name this message when it was posted")
        nothing: dict[str, object] = {"blocks": []}
        await self._api.call("chat.update", nothing | form.content(notification, plain=plain) | place)

    async def confirm(self, address: str, delivery_ids: Collection[str], since: int) -> Mapping[str, str]:
        """Look for messages in the history of their channel, once for all.

        What forbids looking (a missing scope, a channel that the bot has not joined) is no reason not to
        send: rather a duplicate than a loss.

        Raises:
            DeliveryTransient: Slack could not be asked; they may be there.
            RateLimited: likewise.
        """
        try:
            channel = await self._readable(address)
            return {} if channel is None else await self._found(channel, frozenset(delivery_ids), since)
        except (DeliveryTransient, RateLimited):
            raise
        except DeliveryError:
            return {}

    async def aclose(self) -> None:
        """Close the shared API, and so that of the receivers which were made together with this one."""
        await self._api.aclose()

    async def _postable(self, address: str, kind: AddressKind) -> str:
        if kind in {AddressKind.PERSON, AddressKind.MAIL}:
            return await self._people.conversation(address)
        return address

    async def _readable(self, address: str) -> str | None:
        kind = kind_of(address)
        return await (
            self._rooms.find(address) if kind is AddressKind.NAME else self._postable(address, kind)
        )

    async def _found(self, channel: str, wanted: frozenset[str], since: int) -> dict[str, str]:
        found: dict[str, str] = {}
        cursor = ""
        for _ in range(PAGES):
            asked: dict[str, object] = {
                "channel": channel,
                "oldest": f"{(since - SKEW) / 1000:.6f}",
                "include_all_metadata": True,
                "limit": PER_PAGE,
            }
            answer = await self._api.call(
                "conversations.history", asked | ({"cursor": cursor} if cursor else {})
            )
            for delivery_id, receipt in form.receipts_in(channel, answer.get("messages")).items():
                if delivery_id in wanted:
                    found[delivery_id] = receipt or found.get(delivery_id, "")
            cursor = next_cursor(answer)
            if not cursor or found.keys() >= wanted:
                break
        return found
