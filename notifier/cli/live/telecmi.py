"""Does TeleCMI take each account's credentials?"""

import asyncio

from notifier.channels.render.times import duration
from notifier.cli.live.attempt import Tried, attempt
from notifier.cli.show import counted
from notifier.clock import Clock
from notifier.config import Account, Config
from notifier.errors import SourceTransient
from notifier.model import Endpoint
from notifier.telecmi import Client, Http, Interval, http_client

DAY = 86_400_000  # ms
SKEW = 60_000
"""ms between TeleCMI's clock and ours that are pointed out."""

PATIENCE = 2.0
"""Seconds in which a fault that may pass is tried again."""


async def try_accounts(config: Config, clock: Clock) -> list[Tried]:
    """Ask for one page of the calls of the last day, of each list of each account that is read."""
    http = http_client(config.telecmi.poll.timeout / 1000)
    try:
        return list(
            await asyncio.gather(
                *(
                    attempt(_what(account, endpoint), _page(account, endpoint, config, http, clock))
                    for account in config.telecmi.accounts
                    for endpoint in config.telecmi.endpoints
                )
            )
        )
    finally:
        await http.aclose()


def _what(account: Account, endpoint: Endpoint) -> str:
    return f"TeleCMI {account.name}/{endpoint}" if endpoint.is_answered else f"TeleCMI {account.name}"


async def _page(account: Account, endpoint: Endpoint, config: Config, http: Http, clock: Clock) -> str:
    client = Client(account, config.telecmi.poll, http, clock, country=config.country, deadline_s=PATIENCE)
    now = clock.now()
    try:
        page = await client.page(endpoint, Interval(now - DAY, now), 1)
    except SourceTransient as error:
        hint = "check the network, HTTPS_PROXY, and base_url where it is set"
        raise SourceTransient(f"{error}; {hint}") from None
    count = page.answer.count
    kind = "answered call" if endpoint.is_answered else "missed call"
    found = "no count of its calls" if count is None else f"{counted(count, kind)} in 24 h"
    return f"accepted, {found}{_skew(page.server_date, now)}"


def _skew(server_date: int | None, now: int) -> str:
    if server_date is None or abs(server_date - now) < SKEW:
        return ""
    way = "ahead of" if now > server_date else "behind"
    return f"; our clock is {duration(abs(server_date - now))} {way} TeleCMI's: set it by NTP"
