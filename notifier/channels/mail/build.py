"""Builds the channels of all receivers that are told by e-mail."""

from collections.abc import Mapping

from notifier.channels.base import Channel
from notifier.channels.mail.channel import Mail
from notifier.channels.mail.postman import Postman
from notifier.clock import Clock
from notifier.config.receivers import EmailReceiver
from notifier.config.schema import EmailSettings
from notifier.errors import ConfigError, Problem


def mail_channels(
    receivers: Mapping[str, EmailReceiver], settings: EmailSettings | None, clock: Clock
) -> dict[str, Channel]:
    """One channel for each receiver, all over one connection.

    Args:
        receivers: by name.
        settings: of the SMTP server; may be missing where there is no receiver.
        clock: tells how long the connection was idle.

    Raises:
        ConfigError: there are receivers, and no server.
    """
    if settings is None:
        keys = (f"receivers.{name}.email" for name in receivers)
        problems = [
            Problem("configuration", key, "needs an SMTP server", "set email.host and email.sender")
            for key in keys
        ]
        if problems:
            raise ConfigError(problems)
        return {}
    postman = Postman(settings, clock)
    return {
        name: Mail(postman, settings.sender, receiver.reply_to or settings.reply_to)
        for name, receiver in receivers.items()
    }
