"""A program of the reader's own: it gets signed JSON by HTTP; `docs/webhook.md` is the contract."""

from notifier.channels.webhook.build import webhook_channels
from notifier.channels.webhook.channel import Webhook

__all__ = ["Webhook", "webhook_channels"]
