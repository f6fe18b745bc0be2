"""E-mail by SMTP: the message, one shared connection, and what a server's answers mean."""

from notifier.channels.mail.build import mail_channels
from notifier.channels.mail.channel import Mail
from notifier.channels.mail.postman import Postman

__all__ = ["Mail", "Postman", "mail_channels"]
