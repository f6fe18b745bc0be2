"""From a notification to a message. Pure: no I/O, no clock; equal notifications give equal messages.

Here is what every message in Slack needs; the rest is loaded where it is used.
"""

from notifier.channels.render.blocks import blocks
from notifier.channels.render.mentions import NOBODY, Mentions
from notifier.channels.render.phrases import is_quiet
from notifier.channels.render.text import text

__all__ = [
    "NOBODY",
    "Mentions",
    "blocks",
    "is_quiet",
    "text",
]
