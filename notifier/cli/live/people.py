"""Is somebody in Slack, by what a configuration says of them?"""

import asyncio
from collections.abc import Awaitable, Mapping

from notifier.channels.slack import SdkApi
from notifier.cli.live.attempt import Tried, attempt
from notifier.errors import TargetBroken

MOST_PEOPLE = 50
"""People that are looked up: more would meet with Slack's limits."""

AT_ONCE = 5


async def by_address(api: SdkApi, address: str) -> str:
    """Look somebody up by their e-mail address."""
    try:
        await api.call("users.lookupByEmail", {"email": address})
    except TargetBroken:
        text = "nobody in Slack has this address; correct it, or write their member id (U…)"
        raise TargetBroken(text) from None
    return "found"


async def by_id(api: SdkApi, user: str) -> str:
    """Look somebody up by their member id."""
    try:
        await api.call("users.info", {"user": user})
    except TargetBroken:
        raise TargetBroken("nobody in Slack has this member id; correct it, or write their address") from None
    return "found"


async def side_by_side(work: Mapping[str, Awaitable[str]]) -> list[Tried]:
    """Try each, not too many at once.

    Args:
        work: by what is tried.
    """
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(what: str, look_up: Awaitable[str]) -> Tried:
        async with turn:
            return await attempt(what, look_up)

    return list(await asyncio.gather(*(one(*each) for each in work.items())))
