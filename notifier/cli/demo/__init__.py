"""`demo`: the real daemon against a TeleCMI look-alike, and what people would see in Slack."""

from notifier.cli.demo.demo import demo

__all__ = ["demo"]
