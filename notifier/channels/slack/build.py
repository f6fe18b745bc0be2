"""Builds the channels of all receivers that are in Slack."""

from collections.abc import Mapping

from notifier.channels.base import Channel
from notifier.channels.slack.api import SdkApi, SlackApi
from notifier.channels.slack.bot import SlackBot
from notifier.channels.slack.people import People
from notifier.channels.slack.rooms import Rooms
from notifier.channels.slack.webhook import SlackWebhook
from notifier.clock import Clock
from notifier.config.receivers import SlackReceiver
from notifier.config.schema import SlackSettings
from notifier.errors import ConfigError, Problem


def slack_channels(
    receivers: Mapping[str, SlackReceiver],
    settings: SlackSettings | None,
    clock: Clock,
    api: SlackApi | None = None,
) -> dict[str, Channel]:
    """One channel for each receiver; those that go through the bot share one connection and its look-ups.

    Args:
        receivers: by name.
        settings: of the bot; may be missing where every receiver has an incoming webhook.
        clock: decides when a look-up is too old.
        api: takes the place of the real Web API.

    Raises:
        ConfigError: a receiver needs the bot, and there is none.
    """
    channels: dict[str, Channel] = {
        name: SlackWebhook(name, receiver.webhook_url)
        for name, receiver in receivers.items()
        if receiver.webhook_url is not None
    }
    through_bot = [name for name, receiver in receivers.items() if receiver.webhook_url is None]
    if not through_bot:
        return channels
    if api is None and settings is not None:
        api = SdkApi(settings.bot_token, settings.base_url)
    if api is None:
        keys = (f"receivers.{name}.slack" for name in through_bot)
        raise ConfigError(
            [Problem("configuration", key, "needs the bot", "set slack.bot_token") for key in keys]
        )
    people, rooms = People(api, clock), Rooms(api)
    return channels | {name: SlackBot(api, people, rooms) for name in through_bot}
