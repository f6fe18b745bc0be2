"""From a notification to a message. Pure: no I/O, no clock; equal notifications give equal messages."""

from notifier.channels.render.blocks import blocks
from notifier.channels.render.html import html, subject
from notifier.channels.render.sample import sample_notification
from notifier.channels.render.text import plain, text

__all__ = ["blocks", "html", "plain", "sample_notification", "subject", "text"]
