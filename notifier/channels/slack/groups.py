"""From a user group's handle to its id, which a mention needs."""

from collections.abc import Iterator, Mapping

from notifier.channels.slack.api import SlackApi
from notifier.clock import Clock

FOUND_FOR = 12 * 3600.0  # seconds; a handle may be given to another group
MISSING_FOR = 600.0  # seconds; ops may be making that group just now


class Groups:
    """Remembers the groups that Slack listed; shared by all receivers of a bot.

    Args:
        api: to look up with; it wants the scope `usergroups:read`.
        clock: decides when the list is too old.
    """

    def __init__(self, api: SlackApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._ids: dict[str, str] = {}  # by handle
        self._listed_at = float("-inf")  # seconds of the clock's `monotonic`

    def known(self, handle: str) -> str | None:
        """The id (S…) of a group as it was found lately; "" where there was none, None where to look.

        Args:
            handle: with its "@".
        """
        found = self._ids.get(_bare(handle), "")
        age = self._clock.monotonic() - self._listed_at
        return found if age < (FOUND_FOR if found else MISSING_FOR) else None

    async def find(self, handle: str) -> str:
        """The same, looked up where that is needed.

        Raises:
            DeliveryError: what Slack answered.
        """
        found = self.known(handle)
        if found is not None:
            return found
        await self._list()
        return self._ids.get(_bare(handle), "")

    async def has(self, group: str) -> bool:
        """Is there a group with this id (S…) that is not disabled?

        Raises:
            DeliveryError: what Slack answered.
        """
        if self._clock.monotonic() - self._listed_at >= MISSING_FOR:
            await self._list()
        return group in self._ids.values()

    async def _list(self) -> None:
        answer = await self._api.call("usergroups.list", {})
        self._ids = dict(_listed(answer))
        self._listed_at = self._clock.monotonic()


def _listed(answer: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    groups = answer.get("usergroups")
    for group in groups if isinstance(groups, list) else ():
        match group:
            case {"handle": str(handle), "id": str(found)}:
                yield _bare(handle), found


def _bare(handle: str) -> str:
    return handle.removeprefix("@").lower()
