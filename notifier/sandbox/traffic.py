"""Plausible traffic: who missed whom, and when, and who was reached later.

Pure: the same Random gives the same calls.
"""

import heapq
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notifier.model import Endpoint
from notifier.sandbox.calls import UNKNOWN, SandboxCall, new_call

_MINUTE = 60_000  # ms
_POOL = 40  # customers; few enough that the same one is missed again
_KNOWN = 0.6  # the share of customers that are somebody's contact
_HOSTILE = 0.25  # the share of customers with a hostile name, where these are asked for
_WITH_COUNTRY_CODE = 0.5  # the share of calls whose number was dialled with 91 before it

UNTIL_REACHED = (5 * _MINUTE, 90 * _MINUTE)  # ms from the miss to the call that somebody answered
_CALLS_BACK = 0.3  # the share of these in which the customer called us
_LONGEST = 600  # seconds that they speak

_PREFIXES = ("9812", "9820", "9900", "8826", "7021", "6352")  # Indian mobile series

NAMES = (
    "suresh",
    "Priya Nair",
    "Anil Kumar Sharma",
    "Fatima Sheikh",
    "Meenakshi S.",
    "ராஜேஷ்",
    "प्रिया शर्मा",
    "Zoë O'Brien-Smith",
    "José Ñuñez",
    "Владимир Петров",
    "山田 太郎",
    "محمد علي",
    "Acme Traders (Pune) & Sons",
)

HOSTILE_NAMES = (
    "<!channel>",
    "<@U012AB3CD> <!here> @everyone",
    "<https://example.com/login|Your refund>",
    "*bold* _slanted_ ~gone~ `code`",
    "> quoted\n\nand a second line",
    "Bcc\r\nBcc: everybody@example.com",
    "{{ 7 * 7 }} {% raw %} ${HOME} %(x)s",
    "<img src=x onerror=alert(1)>",
    "'; DROP TABLE calls; --",
    "\N{PARTY POPPER}\N{FIRE} :tada: \N{FAMILY}",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "half an emoji \ud83d",
    "nothing\x00here",
    "A" * 300,
)


@dataclass(frozen=True, slots=True)
class _Customer:
    number: str  # ten digits
    name: str


def traffic(
    rng: random.Random,
    extensions: Sequence[str],
    *,
    per_minute: float,
    start: int,
    lateness: tuple[int, int] = (5_000, 45_000),
    hostile: bool = False,
    reached: float = 0.0,
    until_reached: tuple[int, int] = UNTIL_REACHED,
) -> Iterator[SandboxCall]:
    """Calls without end (none where the rate is 0), in the order in which they were placed.

    The first extensions miss far more than the last, so that thresholds are reached; customers come from a
    small pool, so that they are missed again, with and without their country code.

    Args:
        rng: where all chance comes from.
        extensions: those that call, at least one; the worst first.
        per_minute: calls a minute on the average, all extensions together.
        start: UTC ms; every call is placed after it.
        lateness: ms between a call and its record, least and most.
        hostile: should some contact names try to ping, link, inject or break something?
        reached: the share of the misses after which the customer is reached some time later: calls of the
            other lists, in their place among the misses.
        until_reached: ms from the miss until then, least and most.
    """
    later: list[tuple[int, str, SandboxCall]] = []
    for call in _misses(rng, extensions, per_minute, start, lateness, hostile=hostile):
        while later and later[0][0] <= call.placed_at:
            yield heapq.heappop(later)[2]
        yield call
        if reached and rng.random() < reached:
            answer = _answer(rng, call, lateness, until_reached)
            heapq.heappush(later, (answer.placed_at, answer.id, answer))


def _misses(
    rng: random.Random,
    extensions: Sequence[str],
    per_minute: float,
    start: int,
    lateness: tuple[int, int],
    *,
    hostile: bool,
) -> Iterator[SandboxCall]:
    if per_minute <= 0:
        return
    weights = [1 / (rank + 1) for rank in range(len(extensions))]
    pool = _customers(rng, hostile=hostile)
    placed_at = start
    while True:
        placed_at += 1 + round(rng.expovariate(per_minute / _MINUTE))
        customer = rng.choice(pool)
        yield new_call(
            rng,
            extension=rng.choices(extensions, weights)[0],
            customer=("91" if rng.random() < _WITH_COUNTRY_CODE else "") + customer.number,
            placed_at=placed_at,
            name=customer.name,
            visible_at=placed_at + rng.randint(*lateness),
        )


def _answer(
    rng: random.Random, missed: SandboxCall, lateness: tuple[int, int], until_reached: tuple[int, int]
) -> SandboxCall:
    """The call in which the customer of a missed one was reached."""
    placed_at = missed.placed_at + rng.randint(*until_reached)
    seconds = rng.randint(5, _LONGEST)
    return new_call(
        rng,
        extension=missed.extension,
        customer=missed.customer,
        placed_at=placed_at,
        name=missed.name,
        visible_at=placed_at + seconds * 1000 + rng.randint(*lateness),
        endpoint=Endpoint.IN_ANSWERED if rng.random() < _CALLS_BACK else Endpoint.OUT_ANSWERED,
        seconds=seconds,
    )


def _customers(rng: random.Random, *, hostile: bool) -> list[_Customer]:
    # Three zeros in the middle, so that the numbers are seen to be made up.
    lines = rng.sample(range(1000), _POOL)
    return [_Customer(f"{rng.choice(_PREFIXES)}000{line:03}", _name(rng, hostile=hostile)) for line in lines]


def _name(rng: random.Random, *, hostile: bool) -> str:
    if hostile and rng.random() < _HOSTILE:
        return rng.choice(HOSTILE_NAMES)
    return rng.choice(NAMES) if rng.random() < _KNOWN else UNKNOWN
