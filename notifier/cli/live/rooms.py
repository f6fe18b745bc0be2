"""Are the channels there that a configuration names, and may the bot post in them?"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from notifier.channels.slack import Identity, SdkApi
from notifier.channels.slack.rooms import PAGES, PER_PAGE, next_cursor
from notifier.channels.slack.scopes import ROOM_NAMES, UNINVITED
from notifier.cli.live.attempt import Tried, attempt

UNTRIED = "not looked up; `notifier send-test` tries it"


@dataclass(frozen=True, slots=True)
class Seen:
    """A channel that the bot sees."""

    is_member: bool
    is_archived: bool


async def try_rooms(api: SdkApi, who: Identity, wanted: Mapping[str, str]) -> list[Tried]:
    """Look the channels up.

    Args:
        api: with the bot's token.
        who: the bot.
        wanted: "#name" or id of each, and the keys of the configuration that name it.
    """
    if not wanted:
        return []
    if who.scopes is not None and not who.scopes.issuperset(ROOM_NAMES.scopes):
        return [Tried(f"Slack {room}", is_good=None, says=UNTRIED) for room in wanted]
    found: dict[str, Seen] = {}
    listed = await attempt("Slack channels", _list(api, wanted, found))
    if not listed.is_good:
        return [listed]
    return [_judged(room, keys, found.get(_bare(room)), who) for room, keys in wanted.items()]


async def _list(api: SdkApi, wanted: Collection[str], found: dict[str, Seen]) -> str:
    cursor = ""
    for _ in range(PAGES):
        asked: dict[str, object] = {"types": "public_channel,private_channel", "limit": PER_PAGE}
        answer = await api.call("conversations.list", asked | ({"cursor": cursor} if cursor else {}))
        found.update(_read(answer))
        cursor = next_cursor(answer)
        if not cursor or all(_bare(room) in found for room in wanted):
            break
    return "listed"


def _read(answer: Mapping[str, object]) -> Iterator[tuple[str, Seen]]:
    channels = answer.get("channels")
    for channel in channels if isinstance(channels, list) else ():
        match channel:
            case {"name": str(name), "id": str(found), **more}:
                seen = Seen(more.get("is_member") is True, more.get("is_archived") is True)
                yield name.lower(), seen
                yield found.lower(), seen


def _judged(room: str, keys: str, seen: Seen | None, who: Identity) -> Tried:
    what = f"Slack {room}"
    invite = f"/invite @{who.bot or 'the bot'}"
    if seen is None:
        says = (
            f"the bot sees no such channel: is it spelt so? If it is private, write {invite} there;"
            f" else correct {keys}"
        )
        return Tried(what, is_good=False, says=says)
    if seen.is_archived:
        return Tried(what, is_good=False, says=f"is archived: unarchive it, or set {keys} to another channel")
    if seen.is_member:
        return Tried(what, is_good=True, says="found, and the bot is in it")
    if who.scopes is not None and not who.scopes.issuperset(UNINVITED.scopes):
        return Tried(
            what, is_good=False, says=f"the bot is not in it, and may not post there: write {invite} there"
        )
    says = f"found; the bot may post, but can't look whether a message arrived: write {invite} there"
    return Tried(what, is_good=None, says=says)


def _bare(room: str) -> str:
    return room.removeprefix("#").lower()
