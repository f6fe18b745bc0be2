"""What no log may show."""

from collections.abc import Iterable

from notifier.config import Config


def secrets_of(config: Config) -> Iterable[str]:
    """Everything in a configuration that no log may show."""
    for account in config.telecmi.accounts:
        yield account.secret.get()
    if config.slack is not None:
        yield config.slack.bot_token.get()
    if config.email is not None and config.email.password is not None:
        yield config.email.password.get()
    for receiver in config.receivers.values():
        if receiver.slack is not None and receiver.slack.webhook_url is not None:
            yield receiver.slack.webhook_url.get()
        if receiver.webhook is not None:
            yield receiver.webhook.url.get()
            yield receiver.webhook.secret.get()
    if config.ops.heartbeat_url is not None:
        yield config.ops.heartbeat_url.get()
