"""From a channel's name to its id, which reading its history needs and posting does not."""

from collections.abc import Iterator, Mapping

from notifier.channels.slack.api import SlackApi

PAGES = 20
PER_PAGE = 200


class Rooms:
    """Remembers the ids that Slack named; shared by all receivers of a bot."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._ids: dict[str, str] = {}  # by name, without its "#"

    def learn(self, name: str, channel: str) -> None:
        """Slack named this id when something was posted to that name ("#sales")."""
        self._ids[_bare(name)] = channel

    async def find(self, name: str) -> str | None:
        """The id of a channel; None where none has this name among the first 4,000 that the bot may see.

        Raises:
            DeliveryError: what Slack answered; it wants the scopes `channels:read` and `groups:read`.
        """
        if _bare(name) not in self._ids:
            await self._list(_bare(name))
        return self._ids.get(_bare(name))

    async def _list(self, wanted: str) -> None:
        cursor = ""
        for _ in range(PAGES):
            asked: dict[str, object] = {
                "types": "public_channel,private_channel",
                "exclude_archived": True,
                "limit": PER_PAGE,
            }
            answer = await self._api.call(
                "conversations.list", asked | ({"cursor": cursor} if cursor else {})
            )
            self._ids.update(_named(answer))
            cursor = next_cursor(answer)
            if wanted in self._ids or not cursor:
                return


def next_cursor(answer: Mapping[str, object]) -> str:
    """Where the next page begins; "" after the last."""
    match answer.get("response_metadata"):
        case {"next_cursor": str(cursor)}:
            return cursor
        case _:
            return ""


def _named(answer: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    channels = answer.get("channels")
    for channel in channels if isinstance(channels, list) else ():
        match channel:
            case {"name": str(name), "id": str(found)}:
                yield name, found


def _bare(name: str) -> str:
    return name.removeprefix("#").lower()
