"""Buttons in Slack without a public address: what is pressed comes over a connection that we open."""

from notifier.buttons.build import buttons_of
from notifier.buttons.buttons import Buttons

__all__ = ["Buttons", "buttons_of"]
