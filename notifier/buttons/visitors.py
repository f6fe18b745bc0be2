"""Whom Slack knows by an id: what they are called, of which workspace and user groups they are."""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog

from notifier.actions import LONGEST_NAME
from notifier.channels.render.escape import label
from notifier.channels.slack import SlackApi
from notifier.clock import Clock
from notifier.errors import DeliveryError
from notifier.host.troubles import WHO_PRESSES, Troubles

log = structlog.get_logger("notifier.buttons")

FOUND_FOR: Final = 12 * 3600.0  # seconds; somebody may be called otherwise by then
GROUP_FOUND_FOR: Final = 600.0  # seconds; ops may be adding somebody just now
FAILED_FOR: Final = 30.0  # seconds until what could not be looked up is tried again
LIMIT: Final = 5.0  # seconds for one look-up: somebody waits
MOST: Final = 1_000  # that are remembered
MISSING: Final = "missing_scope"
HINT: Final = "Until then those whom `actions.allowed` means are turned away where they press a button"

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Profile:
    """What Slack tells of a person; any of it may be empty."""

    name: str = ""  # as they want to be called; text from outside
    mail: str = ""
    enterprise: str = ""  # of whose workspaces theirs is one: E…


@dataclass(frozen=True, slots=True)
class Workspace:
    """Which the bot is of."""

    team: str  # T…
    enterprise: str = ""  # E…, where it is one of several


class Visitors:
    """Remembers what it looked up.

    Args:
        api: to look up with.
        clock: decides when a look-up is too old.
        troubles: says to ops which scope is missing.
    """

    def __init__(self, api: SlackApi, clock: Clock, troubles: Troubles) -> None:
        self._api = api
        self._clock = clock
        self._troubles = troubles
        self._failing: set[str] = set()  # methods, which is said once
        self._forbidden: set[str] = set()  # likewise, for want of a scope
        self._known: OrderedDict[tuple[str, str], tuple[float, object]] = OrderedDict()  # until when

    async def profile(self, user: str) -> Profile | None:
        """What a person (U…) is called; None where that can't be looked up now."""
        return await self._looked_up("users.info", {"user": user}, user, _profile, FOUND_FOR)

    async def workspace(self) -> Workspace | None:
        """Which the bot is of; None where that can't be looked up now."""
        return await self._looked_up("auth.test", {}, "", _workspace, math.inf)  # a token is of one for good

    async def members(self, group: str) -> frozenset[str] | None:
        """Who is in a user group (S…), by their ids; None where that can't be looked up now."""
        asked = {"usergroup": group}
        return await self._looked_up("usergroups.users.list", asked, group, _members, GROUP_FOUND_FOR)

    async def _looked_up(
        self,
        method: str,
        asked: Mapping[str, object],
        about: str,
        read: Callable[[Mapping[str, object]], _Read | None],
        lasts: float,
    ) -> _Read | None:
        key = (method, about)
        until, found = self._known.get(key, (0.0, None))
        if key in self._known and until > self._clock.monotonic():
            self._known.move_to_end(key)
            return found  # type: ignore[return-value]  # each method has one reader
        fresh = await self._ask(method, asked, read)
        self._known[key] = (self._clock.monotonic() + (FAILED_FOR if fresh is None else lasts), fresh)
        self._known.move_to_end(key)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return fresh

    async def _ask(
        self, method: str, asked: Mapping[str, object], read: Callable[[Mapping[str, object]], _Read | None]
    ) -> _Read | None:
        try:
            async with asyncio.timeout(LIMIT):
                answer = await self._api.call(method, asked)
        except DeliveryError as error:
            self._failed(method, error, is_forbidden=MISSING in str(error))
            return None
        except Exception as error:  # noqa: BLE001 - nobody's name is worth a loop
            self._failed(method, DeliveryError(type(error).__name__))
            return None
        self._works(method)
        return read(answer)

    def _failed(self, method: str, error: DeliveryError, *, is_forbidden: bool = False) -> None:
        if method not in self._failing:
            self._failing.add(method)
            log.warning("could not be looked up in Slack", method=method, reason=str(error))
        if is_forbidden:
            self._forbidden.add(method)
            self._troubles.raise_(*WHO_PRESSES, f"{error.for_ops or error}. {HINT}")

    def _works(self, method: str) -> None:
        self._failing.discard(method)
        self._forbidden.discard(method)
        if method != "auth.test" and not self._forbidden:  # which needs no scope
            self._troubles.clear(*WHO_PRESSES)


def _profile(answer: Mapping[str, object]) -> Profile | None:
    match answer:
        case {"user": {"profile": dict(profile), **user}}:
            names = (profile.get("display_name"), profile.get("real_name"), user.get("name"))
            named = next(filter(None, (label(_text(name), LONGEST_NAME) for name in names)), "")
            mail, grid = profile.get("email"), user.get("enterprise_user")
            enterprise = grid.get("enterprise_id") if isinstance(grid, dict) else ""
            return Profile(named, _text(mail), _text(enterprise))
        case _:
            return None


def _workspace(answer: Mapping[str, object]) -> Workspace | None:
    team = _text(answer.get("team_id"))
    return Workspace(team, _text(answer.get("enterprise_id"))) if team else None


def _members(answer: Mapping[str, object]) -> frozenset[str] | None:
    users = answer.get("users")
    return frozenset(map(_text, users)) if isinstance(users, list) else None


def _text(found: object) -> str:
    return found if isinstance(found, str) else ""
