"""Does Slack take the bot's token, may it do what it is to do, and are the people and channels there?"""

import asyncio
from collections.abc import Iterator

from notifier.channels.slack import Identity, SdkApi
from notifier.channels.slack.rooms import Rooms
from notifier.cli.live.attempt import Tried, attempt
from notifier.cli.live.scopes import Places, needs, places
from notifier.config import Config
from notifier.errors import TargetBroken

MOST_PEOPLE = 50
"""People that are looked up: more would meet with Slack's limits."""

AT_ONCE = 5

FINDS_PEOPLE = frozenset({"users:read.email"})
FINDS_ROOMS = frozenset({"channels:read", "groups:read"})


async def try_slack(config: Config) -> list[Tried]:
    """Try the bot; nothing where there is none."""
    if config.slack is None:
        return []
    api = SdkApi(config.slack.bot_token, config.slack.base_url)
    try:
        found: list[Identity] = []
        bot = await attempt("Slack bot", _identity(api, found))
        if not found:
            return [bot]
        asked, scopes = places(config), found[0].scopes
        return [bot, *_scopes(asked, scopes), *await _people(api, config, asked, scopes)] + await _rooms(
            api, asked, scopes
        )
    finally:
        await api.aclose()


async def _identity(api: SdkApi, found: list[Identity]) -> str:
    who = await api.identity()
    found.append(who)
    return f"is {who.bot or 'nameless'} in {who.team or 'a nameless team'}"


def _scopes(asked: Places, granted: frozenset[str] | None) -> Iterator[Tried]:
    if granted is None:
        yield Tried("Slack scopes", is_good=None, says="Slack does not say which were granted")
        return
    missing = [need for need in needs(asked) if need.scope not in granted]
    for need in missing:
        says = f"not granted; it serves {need.what_for}"
        if need.is_required:
            says += ". Add it to the Slack app, and install the app again"
        yield Tried(f"Slack scope {need.scope}", is_good=False if need.is_required else None, says=says)
    if not any(need.is_required for need in missing):
        yield Tried("Slack scopes", is_good=True, says="all that are needed were granted")


def _may(wanted: frozenset[str], granted: frozenset[str] | None) -> bool:
    return granted is None or wanted <= granted


async def _people(api: SdkApi, config: Config, asked: Places, granted: frozenset[str] | None) -> list[Tried]:
    addresses = asked.addresses
    if not addresses or not _may(FINDS_PEOPLE, granted):
        return []
    turn = asyncio.Semaphore(AT_ONCE)

    async def looked_up(address: str) -> Tried:
        async with turn:
            return await attempt(_whose(config, address), _person(api, address))

    tried = await asyncio.gather(*map(looked_up, addresses[:MOST_PEOPLE]))
    bad = [one for one in tried if not one.is_good]
    good = len(tried) - len(bad)
    rest = len(addresses) - len(tried)
    says = f"{good} of {len(tried)} found by their address"
    if rest:
        says += f"; {rest} more were not looked up, to spare Slack's limits"
    return [Tried("Slack people", is_good=not bad, says=says), *bad]


async def _person(api: SdkApi, address: str) -> str:
    try:
        await api.call("users.lookupByEmail", {"email": address})
    except TargetBroken:
        raise TargetBroken("nobody in Slack has this address; correct it, or write their U… id") from None
    return "found"


def _whose(config: Config, address: str) -> str:
    agents = [f"agents.{key}" for key, agent in config.agents.items() if agent.slack == address]
    told = [
        f"receivers.{key}" for key, one in config.receivers.items() if one.slack and one.slack.to == address
    ]
    return f"Slack {', '.join([*agents, *told])} {address}"


async def _rooms(api: SdkApi, asked: Places, granted: frozenset[str] | None) -> list[Tried]:
    if not asked.names or not _may(FINDS_ROOMS, granted):
        says = "not looked up; `notifier send-test` tries them"
        return [Tried(f"Slack {name}", is_good=None, says=says) for name in asked.rooms]
    rooms = Rooms(api)
    tried = [await attempt(f"Slack {name}", _room(rooms, name)) for name in asked.names]
    others = [room for room in asked.rooms if room not in asked.names]
    says = "not looked up, since it is an id; `notifier send-test` tries it"
    return [*tried, *(Tried(f"Slack {room}", is_good=None, says=says) for room in others)]


async def _room(rooms: Rooms, name: str) -> str:
    if await rooms.find(name) is None:
        raise TargetBroken("the bot sees no such channel; is it spelt so, and if private, is the bot in it?")
    return "found"
