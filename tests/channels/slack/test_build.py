"""From the configuration to channels."""

import pytest

from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.bot import SlackBot
from notifier.channels.slack.build import slack_channels
from notifier.channels.slack.webhook import SlackWebhook
from notifier.config.receivers import SlackReceiver
from notifier.config.schema import SlackSettings
from notifier.config.values import Secret
from notifier.errors import ConfigError
from tests.support.clock import FakeClock
from tests.support.sample import a_notification
from tests.support.slack import TOKEN, FakeSlack

ROOM = SlackReceiver(to="#sales-missed")
AGENT = SlackReceiver(to="agent")
HOOK = SlackReceiver(webhook_url=Secret("https://hooks.slack.com/services/T/B/X"))


async def test_each_receiver_has_the_channel_of_its_kind(slack: FakeSlack) -> None:
    settings = SlackSettings(bot_token=Secret(TOKEN), base_url=slack.api_url)
    channels = slack_channels({"room": ROOM, "agent": AGENT, "hook": HOOK}, settings, FakeClock())
    assert {name: type(channel) for name, channel in channels.items()} == {
        "room": SlackBot,
        "agent": SlackBot,
        "hook": SlackWebhook,
    }
    for name, address in {"room": "#sales-missed", "agent": "U209"}.items():
        await channels[name].send(address, a_notification())
    assert len(slack.posted) == 2
    assert len(slack.connections) == 1
    for channel in channels.values():
        await channel.aclose()


def test_webhooks_need_no_bot() -> None:
    assert set(slack_channels({"hook": HOOK}, None, FakeClock())) == {"hook"}


def test_nothing_in_slack_needs_nothing() -> None:
    assert slack_channels({}, None, FakeClock()) == {}


def test_a_receiver_that_needs_the_bot_says_so_where_there_is_none() -> None:
    with pytest.raises(ConfigError, match=r"receivers\.room\.slack: needs the bot; set slack\.bot_token"):
        slack_channels({"room": ROOM, "hook": HOOK}, None, FakeClock())


async def test_another_api_takes_the_place_of_slacks(api: SdkApi, slack: FakeSlack) -> None:
    elsewhere = SlackSettings(bot_token=Secret(TOKEN), base_url="http://slack.invalid/api/")
    channels = slack_channels({"room": ROOM}, elsewhere, FakeClock(), api)
    await channels["room"].send("#sales-missed", a_notification())
    assert len(slack.posted) == 1
