"""Answers to whoever pressed a button, which nobody else sees."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import structlog

from notifier.buttons.press import Place
from notifier.channels.slack import SlackApi
from notifier.channels.slack.connection import Connection
from notifier.errors import DeliveryError

log = structlog.get_logger("notifier.buttons")

LIMIT: Final = 5.0  # seconds for each of the two ways
SLACKS: Final = "https://hooks.slack.com"
_MOST = 3_000  # characters


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said, and to whom."""

    user: str
    place: Place
    text: str  # mrkdwn; what came from outside is escaped


@dataclass(frozen=True)
class Answers:
    """Gives them; one that can't be given is said in the log, and nothing more comes of it."""

    api: SlackApi
    connection: Connection
    base_url: str  # of Slack's Web API

    async def give(self, answer: Answer) -> None:
        """By the URL that came with the press; where that does not work, as a message to that person."""
        if answer.place.url and await self._by_url(answer.place.url, answer.text[:_MOST]):
            return
        if not answer.place.channel:
            log.warning("nobody can be answered: Slack named no place")
            return
        asked: dict[str, object] = {
            "channel": answer.place.channel,
            "user": answer.user,
            "text": answer.text[:_MOST],
        }
        thread: dict[str, object] = {"thread_ts": answer.place.thread} if answer.place.thread else {}
        try:
            async with asyncio.timeout(LIMIT):
                await self.api.call("chat.postEphemeral", asked | thread)
        except (DeliveryError, TimeoutError) as error:
            log.warning("somebody could not be answered", reason=str(error) or "no answer in time")

    async def _by_url(self, url: str, text: str) -> bool:
        if not is_slacks(url, self.base_url):
            log.warning("a press came with a URL that is not Slack's, which is left alone")
            return False
        said: Mapping[str, object] = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": text,
        }
        try:
            async with (
                asyncio.timeout(LIMIT),
                self.connection.session(url).post(url, json=said) as response,
            ):
                return response.status == 200
        except (aiohttp.ClientError, OSError, ValueError):
            return False  # their texts may hold the URL, which is as good as a secret


def is_slacks(url: str, base_url: str) -> bool:
    """Does a URL that came from outside lead to Slack, or to what stands in for it?

    Args:
        url: of any form.
        base_url: of Slack's Web API.
    """
    try:
        parts, base = urlsplit(url), urlsplit(base_url)
        place = f"{parts.scheme}://{parts.netloc}"
        own = {f"{base.scheme}://{base.netloc}", f"{base.scheme}://hooks.{base.netloc}", SLACKS}
    except ValueError:
        return False
    return place in own and url.isascii() and url.isprintable()
