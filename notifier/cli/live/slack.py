"""Does Slack take our tokens, may the bot do what it is to do, and are the people and channels there?"""

from collections.abc import Awaitable, Iterator

from notifier.channels.slack import Identity, SdkApi, app_token
from notifier.channels.unreached import OFFLINE
from notifier.cli.live.allowed import try_allowed
from notifier.cli.live.attempt import Tried, attempt
from notifier.cli.live.groups import try_groups
from notifier.cli.live.people import MOST_PEOPLE, by_address, side_by_side
from notifier.cli.live.rooms import try_rooms
from notifier.cli.live.scopes import MEND, Places, needs, places
from notifier.config import Config, SlackSettings
from notifier.config.values import Secret
from notifier.errors import DeliveryTransient

CUT_OFF = "this machine needs DNS, and https to the outside"


async def try_slack(config: Config) -> list[Tried]:
    """Try the bot, and the app; nothing where there is none."""
    if config.slack is None:
        return []
    settings = config.slack
    api = SdkApi(settings.bot_token, settings.base_url)
    try:
        found: list[Identity] = []
        bot = await attempt("Slack bot", _online(_identity(api, found)))
        app = [await _app(settings, settings.app_token)] if settings.app_token is not None else []
        if not found:
            says = "not tried, since the bot could not log in"
            return [bot, *app, Tried("Slack people, channels, groups", is_good=None, says=says)]
        asked, who = places(config), found[0]
        scopes = _scopes(config, who.scopes)
        people = await _people(api, config, asked, who.scopes)
        groups = await try_groups(api, config, who.scopes)
        rooms = await try_rooms(api, who, {room: _named(config, room) for room in asked.rooms})
        allowed = await try_allowed(api, config, who.scopes)
        return [bot, *app, *scopes, *people, *groups, *allowed, *rooms]
    finally:
        await api.aclose()


async def _identity(api: SdkApi, found: list[Identity]) -> str:
    who = await api.identity()
    found.append(who)
    return f"is {who.bot or 'nameless'} in {who.team or 'a nameless team'}"


async def _online(work: Awaitable[str]) -> str:
    """The same, with what to look at where this machine seems to be cut off."""
    try:
        return await work
    except DeliveryTransient as error:
        hint = f"; {CUT_OFF}" if any(words in str(error) for words in OFFLINE) else ""
        raise DeliveryTransient(f"{error}{hint}") from None


async def _app(settings: SlackSettings, token: Secret) -> Tried:
    """Ask for the address of a connection, and open none: what is pressed must go where it is heard."""
    api = SdkApi(token, settings.base_url)
    warned: list[str] = []

    async def asked() -> str:
        warned.append(app_token.warned_of(await api.call(app_token.METHOD, {})))
        return "works: messages have buttons"

    try:
        tried = await attempt("Slack app token", _online(asked()))
    finally:
        await api.aclose()
    return Tried(tried.what, is_good=None, says=warned[0]) if any(warned) else tried


def _scopes(config: Config, granted: frozenset[str] | None) -> Iterator[Tried]:
    if granted is None:
        says = "Slack does not say which were granted, so what is missing can't be told"
        yield Tried("Slack scopes", is_good=None, says=says)
        return
    is_good, is_all = True, True
    for need in needs(config):
        missing = need.missing(granted)
        if missing:
            says = f"missing {', '.join(missing)}: {need.feature.without}; {_mend(missing)}"
            yield Tried(f"Slack, {need.feature.what}", is_good=False if need.is_required else None, says=says)
            is_good, is_all = is_good and not need.is_required, False
    if is_good:
        says = "all that are needed were granted" if is_all else "enough; those above would make it better"
        yield Tried("Slack scopes", is_good=True, says=says)


def _mend(missing: tuple[str, ...]) -> str:
    return MEND if len(missing) == 1 else MEND.replace("add it", "add them")


async def _people(api: SdkApi, config: Config, asked: Places, granted: frozenset[str] | None) -> list[Tried]:
    addresses = asked.addresses
    if not addresses or (granted is not None and "users:read.email" not in granted):
        return []
    wanted = addresses[:MOST_PEOPLE]
    tried = await side_by_side({_whose(config, address): by_address(api, address) for address in wanted})
    bad = [one for one in tried if not one.is_good]
    good = len(tried) - len(bad)
    rest = len(addresses) - len(tried)
    says = f"{good} of {len(tried)} found by their address"
    if rest:
        says += f"; {rest} more were not looked up, to spare Slack's limits"
    return [Tried("Slack people", is_good=not bad, says=says), *bad]


def _whose(config: Config, address: str) -> str:
    agents = [f"agents.{key}.slack" for key, agent in config.agents.items() if agent.slack == address]
    return f"Slack {', '.join(filter(None, [*agents, _named(config, address)]))} {address}"


def _named(config: Config, address: str) -> str:
    """The keys of the receivers that lead there."""
    told = [key for key, one in config.receivers.items() if one.slack and one.slack.to == address]
    return ", ".join(f"receivers.{key}.slack.to" for key in told)
