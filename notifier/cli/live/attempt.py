"""One thing that is tried, within its own deadline, whatever becomes of the others."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from notifier.errors import CredentialsBroken, NotifierError

DEADLINE = 15.0
"""Seconds for one attempt."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it."""

    what: str
    is_good: bool | None  # None: it was not tried, or does not matter
    says: str  # and what to do; no secret


async def attempt(what: str, work: Awaitable[str], deadline: float = DEADLINE) -> Tried:
    """Try it.

    Args:
        what: is tried.
        work: says what was found; raises where it does not work.
        deadline: seconds.
    """
    try:
        async with asyncio.timeout(deadline):
            return Tried(what, is_good=True, says=await work)
    except TimeoutError:
        return Tried(what, is_good=False, says=f"no answer within {deadline:g} s; check the network")
    except CredentialsBroken as error:
        return Tried(what, is_good=False, says=error.for_ops or str(error))
    except NotifierError as error:
        return Tried(what, is_good=False, says=str(error))
    except Exception as error:  # noqa: BLE001 - its text may hold anything
        return Tried(what, is_good=False, says=f"unknown error: {type(error).__name__}")
