"""A Slack look-alike with two channels and two people, and a bot that talks to it."""

from collections.abc import AsyncIterator

import pytest

from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.bot import SlackBot
from notifier.channels.slack.people import People
from notifier.channels.slack.rooms import Rooms
from notifier.config.values import Secret
from tests.support.clock import FakeClock
from tests.support.slack import TOKEN, FakeSlack


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def slack(clock: FakeClock) -> AsyncIterator[FakeSlack]:
    slack = FakeSlack(now=clock.now)
    slack.add_channel("sales-missed", "C1")
    slack.add_channel("leads", "C2")
    slack.add_user("U209", "agent209@example.com")
    slack.add_user("U210", "agent210@example.com")
    await slack.start()
    yield slack
    await slack.stop()


@pytest.fixture
async def api(slack: FakeSlack) -> AsyncIterator[SdkApi]:
    api = SdkApi(Secret(TOKEN), slack.api_url, timeout=5)
    yield api
    await api.aclose()


@pytest.fixture
def bot(api: SdkApi, clock: FakeClock) -> SlackBot:
    return SlackBot(api, People(api, clock), Rooms(api))
