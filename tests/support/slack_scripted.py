"""A Web API without a socket, for answers that Slack would never give."""

from collections.abc import Mapping

from notifier.channels.slack.api import SlackApi
from notifier.channels.slack.bot import SlackBot
from notifier.channels.slack.people import People
from notifier.channels.slack.rooms import Rooms
from tests.support.clock import FakeClock


class Scripted:
    """Answers the same to every call; `calls` are the methods."""

    def __init__(self, answer: Mapping[str, object]) -> None:
        self.answer = answer
        self.calls: list[str] = []
        self.closed = False

    async def call(self, method: str, payload: Mapping[str, object]) -> Mapping[str, object]:
        self.calls.append(method)
        return self.answer

    async def aclose(self) -> None:
        self.closed = True


def a_bot(api: SlackApi) -> SlackBot:
    """A bot that remembers nothing, as after a restart."""
    return SlackBot(api, People(api, FakeClock()), Rooms(api))
