"""Builds the channels of all receivers that are webhooks."""

from collections.abc import Mapping

from notifier.channels.base import Channel
from notifier.channels.webhook.channel import TIMEOUT, Webhook
from notifier.channels.webhook.client import webhook_client
from notifier.clock import Clock
from notifier.config.receivers import WebhookReceiver


def webhook_channels(receivers: Mapping[str, WebhookReceiver], clock: Clock) -> dict[str, Channel]:
    """One channel for each receiver, all over one client.

    Args:
        receivers: by name.
        clock: tells when a request is made.

    Raises:
        NotifierError: what the environment says of proxies or certificates can't be used.
    """
    if not receivers:
        return {}
    client = webhook_client(TIMEOUT)
    return {name: Webhook(name, settings, client, clock) for name, settings in receivers.items()}
