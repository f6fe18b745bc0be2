"""What no log may show."""

from collections.abc import Iterable, Iterator

from notifier.config import Config
from notifier.config.values import Secret
from notifier.host.masking import protect


def guard(config: Config) -> None:
    """Keep the secrets of a configuration out of the logs, and what is read anew in place of one, too."""
    protect(secrets_of(config))
    for secret in _secrets(config):
        secret.tell(lambda value: protect([value]))


def secrets_of(config: Config) -> Iterable[str]:
    """Everything in a configuration that no log may show."""
    return (secret.get() for secret in _secrets(config))


def _secrets(config: Config) -> Iterator[Secret]:
    for account in config.telecmi.accounts:
        yield account.secret
    yield from _of_services(config)
    for receiver in config.receivers.values():
        if receiver.slack is not None and receiver.slack.webhook_url is not None:
            yield receiver.slack.webhook_url
        if receiver.webhook is not None:
            yield receiver.webhook.url
            yield receiver.webhook.secret
    if config.ops.heartbeat_url is not None:
        yield config.ops.heartbeat_url


def _of_services(config: Config) -> Iterator[Secret]:
    if config.slack is not None:
        yield config.slack.bot_token
        if config.slack.app_token is not None:
            yield config.slack.app_token
    if config.email is not None and config.email.password is not None:
        yield config.email.password
