"""Slack: through a bot (posts, edits, direct messages, looking for what was sent) or an incoming webhook."""

from notifier.channels.slack.api import Identity, SdkApi, SlackApi
from notifier.channels.slack.bot import SlackBot
from notifier.channels.slack.build import slack_channels
from notifier.channels.slack.webhook import SlackWebhook

__all__ = ["Identity", "SdkApi", "SlackApi", "SlackBot", "SlackWebhook", "slack_channels"]
