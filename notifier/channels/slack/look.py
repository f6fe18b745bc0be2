"""Looking for what was posted: by its delivery id, in a channel's history or below a message."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Final

from notifier.channels.slack import message as form
from notifier.channels.slack.api import SlackApi
from notifier.channels.slack.rooms import next_cursor
from notifier.errors import DeliveryError, DeliveryTransient, RateLimited

SKEW: Final = 5 * 60 * 1000  # ms by which Slack's clock may be behind ours
PAGES: Final = 10  # of a history or a thread, looked through at once
PER_PAGE: Final = 200


@dataclass
class Look:
    """What is looked for, and what was found of it so far."""

    wanted: frozenset[str]  # delivery ids
    since: int  # UTC ms, by our clock
    found: dict[str, str] = field(default_factory=dict)  # a receipt, by delivery id

    @property
    def is_over(self) -> bool:
        """Is everything found?"""
        return self.found.keys() >= self.wanted

    def take(self, receipts: Mapping[str, str]) -> None:
        """A page holds these; what stands by itself counts more than what stands in a summary."""
        for delivery_id, receipt in receipts.items():
            if delivery_id in self.wanted:
                self.found[delivery_id] = receipt or self.found.get(delivery_id, "")


async def look_through(api: SlackApi, look: Look, method: str, place: Mapping[str, object]) -> None:
    """Look page by page, as long as anything is missing.

    Args:
        api: to ask.
        look: what for.
        method: "conversations.history", or "conversations.replies" for a thread.
        place: the channel; for a thread, the ts of its first message as well.

    Raises:
        DeliveryError: what Slack answered.
    """
    asked: dict[str, object] = {
        **place,
        "oldest": f"{(look.since - SKEW) / 1000:.6f}",
        "include_all_metadata": True,
        "limit": PER_PAGE,
    }
    cursor = ""
    for _ in range(PAGES):
        answer = await api.call(method, asked | ({"cursor": cursor} if cursor else {}))
        look.take(form.receipts_in(str(place["channel"]), answer.get("messages")))
        cursor = next_cursor(answer)
        if not cursor or look.is_over:
            return


async def if_allowed(looking: Awaitable[None]) -> None:
    """Look; what forbids it (a missing scope, a channel that the bot has not joined) leaves it unfound.

    Raises:
        DeliveryTransient: Slack could not be asked.
        RateLimited: likewise.
    """
    try:
        await looking
    except (DeliveryTransient, RateLimited):
        raise
    except DeliveryError:
        return
