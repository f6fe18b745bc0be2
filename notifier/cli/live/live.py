"""All that is tried, side by side."""

import asyncio
from collections.abc import Iterator

from notifier.channels.mail import Postman
from notifier.cli.live.attempt import Tried, attempt
from notifier.cli.live.slack import try_slack
from notifier.cli.live.telecmi import try_accounts
from notifier.clock import Clock
from notifier.config import Config, EmailSettings


async def try_all(config: Config, clock: Clock) -> list[Tried]:
    """Try whatever a configuration names, each within its own deadline; nothing is posted.

    Args:
        config: with its secrets.
        clock: tells what the last day is.
    """
    parts = await asyncio.gather(try_accounts(config, clock), try_slack(config), _try_mail(config, clock))
    return [tried for part in parts for tried in part] + list(_untried(config))


async def _try_mail(config: Config, clock: Clock) -> list[Tried]:
    if config.email is None:
        return []
    return [await attempt(f"SMTP {config.email.host}:{config.email.port}", _log_in(config.email, clock))]


async def _log_in(settings: EmailSettings, clock: Clock) -> str:
    postman = Postman(settings, clock)
    try:
        await postman.log_in()
    finally:
        await postman.aclose()
    how = "without encryption" if settings.security == "none" else f"with {settings.security}"
    return f"connected {how}, {'logged in' if settings.username else 'without a login'}"


def _untried(config: Config) -> Iterator[Tried]:
    for name, receiver in config.receivers.items():
        if receiver.webhook is not None or (receiver.slack is not None and receiver.slack.webhook_url):
            says = f"not tried, since that would post something; `notifier send-test {name}` does"
            yield Tried(f"webhook of {name}", is_good=None, says=says)
