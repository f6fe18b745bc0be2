"""Builds the channels of all receivers that are in Slack."""

from collections.abc import Mapping

from notifier.channels.base import Buttons, Channel
from notifier.channels.slack.api import SdkApi, SlackApi
from notifier.channels.slack.bot import SlackBot
from notifier.channels.slack.groups import Groups
from notifier.channels.slack.lookups import Lookups
from notifier.channels.slack.mentions import Mentioning
from notifier.channels.slack.people import People
from notifier.channels.slack.rooms import Rooms
from notifier.channels.slack.webhook import SlackWebhook
from notifier.clock import Clock
from notifier.config.receivers import Agent, SlackReceiver
from notifier.config.schema import SlackSettings
from notifier.errors import ConfigError, Problem


def slack_channels(
    receivers: Mapping[str, SlackReceiver],
    settings: SlackSettings | None,
    clock: Clock,
    api: SlackApi | None = None,
    buttons: Buttons | None = None,
    agents: Mapping[str, Agent] | None = None,
) -> dict[str, Channel]:
    """One channel for each receiver; those that go through the bot share one connection and its look-ups.

    Args:
        receivers: by name.
        settings: of the bot; may be missing where every receiver has an incoming webhook.
        clock: decides when a look-up is too old.
        api: takes the place of the real Web API.
        buttons: whether messages have any; none have where nobody says so.
        agents: of the configuration, who are mentioned.

    Raises:
        ConfigError: a receiver needs the bot, and there is none.
    """
    agents = agents or {}
    channels: dict[str, Channel] = {
        name: SlackWebhook(name, receiver.webhook_url, Mentioning(receiver.mention, agents))
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
    lookups = Lookups(people, Groups(api, clock), clock)
    mentioning = {name: Mentioning(receivers[name].mention, agents, lookups) for name in through_bot}
    return channels | {name: SlackBot(api, people, rooms, buttons, mentioning[name]) for name in through_bot}
