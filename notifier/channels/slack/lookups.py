"""Looking up what mentions need, beside the messages: no message fails by it, or waits for long."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from notifier.channels.slack.groups import Groups
from notifier.channels.slack.people import People
from notifier.clock import Clock
from notifier.errors import CredentialsBroken, DeliveryError, RateLimited, TargetBroken

log = structlog.get_logger("notifier.channels.slack")

REST: Final = 60.0  # seconds without look-ups after one failed: not each message is to wait for another
REFUSED_FOR: Final = 600.0  # seconds likewise, after one was refused: ops may be adding the scope just now


@dataclass(frozen=True, slots=True)
class _Register:
    """Where something is looked up, and what is known of it without asking."""

    method: str
    known: Callable[[str], str | None]  # None: nothing
    find: Callable[[str], Awaitable[str]]


class Lookups:
    """Tells ids; "" where one is not known. Shared by all receivers of a bot.

    Args:
        people: by e-mail address.
        groups: by handle.
        clock: decides when it is tried again.
    """

    def __init__(self, people: People, groups: Groups, clock: Clock) -> None:
        self._people = _Register("users.lookupByEmail", people.known, people.user)
        self._groups = _Register("usergroups.list", groups.known, groups.find)
        self._clock = clock
        self._rests: dict[str, float] = {}  # by method: until when, in seconds of the clock's `monotonic`
        self._turns: dict[str, asyncio.Lock] = {}  # by what is looked up: nobody asks twice at once

    async def person(self, address: str) -> str:
        """The id (U…) of the person with this e-mail address."""
        return await self._found(self._people, address)

    async def group(self, handle: str) -> str:
        """The id (S…) of the user group with this handle."""
        return await self._found(self._groups, handle)

    async def _found(self, register: _Register, about: str) -> str:
        found = register.known(about)
        if found is not None or self._is_resting(register):
            return found or ""
        async with self._turns.setdefault(about.lower(), asyncio.Lock()):
            found = register.known(about)
            if found is not None or self._is_resting(register):
                return found or ""
            return await self._ask(register, about)

    async def _ask(self, register: _Register, about: str) -> str:
        try:
            return await register.find(about)
        except asyncio.CancelledError:
            self._rest(register, REST, "no answer in time")
            raise
        except (TargetBroken, CredentialsBroken) as error:
            if register.known(about) is None:  # else it is remembered that this one is not there
                self._rest(register, REFUSED_FOR, str(error))
        except RateLimited as error:
            self._rest(register, error.retry_after, str(error))
        except DeliveryError as error:
            self._rest(register, REST, str(error))
        except Exception as error:  # noqa: BLE001 - no message is to fail for want of a mention
            self._rest(register, REST, type(error).__name__)
        return ""

    def _is_resting(self, register: _Register) -> bool:
        return self._rests.get(register.method, float("-inf")) > self._clock.monotonic()

    def _rest(self, register: _Register, seconds: float, reason: str) -> None:
        if not self._is_resting(register):  # of several at once, one is enough to say it
            log.warning("names stand in for mentions", method=register.method, reason=reason)
        self._rests[register.method] = self._clock.monotonic() + seconds
