"""Slack through the bot: posts, edits what it posted, and can look whether a post has arrived."""

import contextlib
from collections.abc import Collection, Mapping
from typing import Final

from notifier.channels.base import SUMMARY_SIZES, Buttons
from notifier.channels.render import Mentions
from notifier.channels.slack import message as form
from notifier.channels.slack.address import AddressKind, digest, kind_of
from notifier.channels.slack.api import SlackApi
from notifier.channels.slack.look import Look, if_allowed, look_through
from notifier.channels.slack.mentions import MENTIONS_NOBODY, Mentioning
from notifier.channels.slack.people import People
from notifier.channels.slack.rooms import Rooms
from notifier.errors import DeliveryError, EditRefused, TargetBroken
from notifier.model import History, Message, Notification

SUMMARY_SIZE: Final = SUMMARY_SIZES["slack"]


class SlackBot:
    """The ``Channel`` of one receiver. Several share the API and what was looked up.

    Args:
        api: Slack's Web API.
        people: direct conversations.
        rooms: ids of channels.
        buttons: whether messages have any; none have where nobody says so.
        mentioning: whom messages mention; nobody where nobody says so.
    """

    can_edit = True
    has_threads = True
    pace = 1.0  # Slack's limit for posting to one channel
    summary_size = SUMMARY_SIZE
    service = "slack"

    def __init__(
        self,
        api: SlackApi,
        people: People,
        rooms: Rooms,
        buttons: Buttons | None = None,
        mentioning: Mentioning | None = None,
    ) -> None:
        self._api = api
        self._people = people
        self._rooms = rooms
        self._buttons = buttons or Buttons()
        self._mentioning = mentioning or MENTIONS_NOBODY

    def lane(self, address: str) -> str:
        """One lane per address, whichever receiver it is of; an e-mail address is not shown."""
        return f"slack:mail-{digest(address.lower())}" if "@" in address else f"slack:{address.lower()}"

    async def send(self, address: str, message: Message, *, plain: bool = False, reply_to: str = "") -> str:
        """Post it: as a reply, which is shown in the channel, too, where there is what it replies to.

        Raises:
            DeliveryError: what Slack answered; see ``meanings.GROUPS``.
        """
        kind = kind_of(address)
        try:
            channel = await self._postable(address, kind)
            mentions = await self._mentioning.of_new(message)
            answer = await self._replied(channel, message, reply_to, mentions, plain=plain)
            if answer is not None and not form.is_unthreaded(answer):
                return reply_to
            if answer is None:
                has_buttons = self._buttons.are_heard
                said = form.posted(message, plain=plain, mentions=mentions, has_buttons=has_buttons)
                answer = await self._posted(channel, message, said)
        except TargetBroken:
            self._people.forget(address)
            raise
        posted_in = answer.get("channel")
        if kind is AddressKind.NAME and isinstance(posted_in, str):
            self._rooms.learn(address, posted_in)
        return form.receipt(posted_in, answer.get("ts"))

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:
        """Change a message.

        An update without `metadata` leaves that of the message as it is. One without `blocks` may leave those
        too, so a plain one takes them away.

        Raises:
            EditRefused: the receipt names no message, or Slack does not let us.
            DeliveryError: what else Slack answered.
        """
        place = self._place(receipt)
        nothing: dict[str, object] = {"blocks": []}
        mentions = await self._mentioning.of_edit(notification)
        has_buttons = self._buttons.are_heard
        said = form.content(notification, plain=plain, mentions=mentions, has_buttons=has_buttons)
        await self._api.call("chat.update", nothing | said | place)

    async def confirm(
        self, address: str, delivery_ids: Collection[str], since: int, *, threads: Collection[str] = ()
    ) -> Mapping[str, str]:
        """Look for messages in these threads and in the history of their channel, in each once for all.

        Whether a reply that is shown in the channel stands in its history, too, Slack does not say. What
        forbids looking is no reason not to send: rather a duplicate than a loss.

        Raises:
            DeliveryTransient: Slack could not be asked; they may be there.
            RateLimited: likewise.
        """
        look = Look(frozenset(delivery_ids), since)
        for first in filter(None, map(form.place, threads)):
            await if_allowed(look_through(self._api, look, "conversations.replies", first))
        if not look.is_over:
            await if_allowed(self._look_in_channel(look, address))
        return look.found

    async def reply(self, receipt: str, history: History, *, plain: bool = False) -> None:
        """Post below a message what happened since: not shown in the channel, and mentioning nobody.

        Raises:
            EditRefused: the receipt names no message, that is gone, or nothing can be said below it.
            DeliveryError: what else Slack answered.
        """
        first = self._place(receipt)
        said = form.history(history, plain=plain)
        below = {"channel": first["channel"], "thread_ts": first["ts"], "metadata": form.metadata(history)}
        answer = await self._api.call("chat.postMessage", {**said, **below})
        if form.is_unthreaded(answer):
            await self._take_back(first["channel"], answer.get("ts"))
            raise EditRefused("the message was deleted")

    async def has_reply(self, receipt: str, delivery_id: str, since: int) -> bool:
        """Look below a message; what forbids looking is no reason not to say it.

        Raises:
            DeliveryTransient: Slack could not be asked; it may be there.
            RateLimited: likewise.
        """
        first = form.place(receipt)
        look = Look(frozenset({delivery_id}), since)
        if first is not None:
            await if_allowed(look_through(self._api, look, "conversations.replies", first))
        return look.is_over

    async def aclose(self) -> None:
        """Close the shared API, and so that of the receivers which were made together with this one."""
        await self._api.aclose()

    @staticmethod
    def _place(receipt: str) -> dict[str, object]:
        place = form.place(receipt)
        if place is None:
            raise EditRefused("Slack did not name this message when it was posted")
        return place

    async def _take_back(self, channel: object, ts: object) -> None:
        """By itself it is of no use to anybody."""
        with contextlib.suppress(DeliveryError):
            await self._api.call("chat.delete", {"channel": channel, "ts": ts})

    async def _postable(self, address: str, kind: AddressKind) -> str:
        if kind in {AddressKind.PERSON, AddressKind.MAIL}:
            return await self._people.conversation(address)
        return address

    async def _posted(
        self, channel: str, message: Message, said: Mapping[str, object]
    ) -> Mapping[str, object]:
        marked = {"channel": channel, "metadata": form.metadata(message)}
        return await self._api.call("chat.postMessage", {**said, **marked})

    async def _replied(
        self, channel: str, message: Message, reply_to: str, mentions: Mentions, *, plain: bool
    ) -> Mapping[str, object] | None:
        """Slack's answer; None where there is nothing to reply to, or not in this channel."""
        first = form.place(reply_to)
        if first is None or not isinstance(message, Notification):
            return None
        if channel != first["channel"] and not channel.startswith("#"):
            return None  # whoever was told then has another conversation by now
        thread = {"thread_ts": first["ts"], "reply_broadcast": True}
        try:
            said = form.reply(message, plain=plain, mentions=mentions)
            return await self._posted(channel, message, {**said, **thread})
        except EditRefused:
            return None

    async def _readable(self, address: str) -> str | None:
        kind = kind_of(address)
        return await (
            self._rooms.find(address) if kind is AddressKind.NAME else self._postable(address, kind)
        )

    async def _look_in_channel(self, look: Look, address: str) -> None:
        channel = await self._readable(address)
        if channel is not None:
            await look_through(self._api, look, "conversations.history", {"channel": channel})
