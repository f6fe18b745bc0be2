"""The calls that the look-alike knows."""

import bisect
import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from notifier.model import Endpoint

UNKNOWN = "unknown"  # the contact name that TeleCMI gives to numbers without a contact

_placed_at = attrgetter("placed_at")


@dataclass(frozen=True, slots=True)
class SandboxCall:
    """One call, before any region's shape is put on it."""

    id: str  # 24 hex digits: `_id`
    cmiuid: str  # a UUID: the other id of the same call
    extension: str  # digits; "" for a call without an agent
    customer: str  # digits as dialled, or as the caller was shown, with or without the country code
    name: str  # contact name
    placed_at: int  # UTC ms, when the call started
    visible_at: int  # UTC ms, when its record appears: after hang-up
    endpoint: Endpoint = Endpoint.OUT_MISSED  # the list that it stands in
    seconds: int = 0  # that they spoke


def new_call(
    rng: random.Random,
    *,
    extension: str,
    customer: str,
    placed_at: int,
    name: str = UNKNOWN,
    visible_at: int | None = None,
    endpoint: Endpoint = Endpoint.OUT_MISSED,
    seconds: int = 0,
) -> SandboxCall:
    """Make a call with ids drawn from `rng`.

    Args:
        rng: where the ids come from.
        extension: digits; "" for a call without an agent.
        customer: the number that was dialled, or that called, digits only.
        placed_at: UTC ms.
        name: contact name.
        visible_at: UTC ms; when the call was over, where it is not given.
        endpoint: the list that it stands in.
        seconds: that they spoke, where somebody answered.

    Raises:
        ValueError: the extension or the customer is not made of digits.
    """
    if not _is_digits(customer) or (extension and not _is_digits(extension)):
        raise ValueError("an extension and a customer are made of digits")
    return SandboxCall(
        id=f"{rng.getrandbits(96):024x}",
        cmiuid=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        extension=extension,
        customer=customer,
        name=name,
        placed_at=placed_at,
        visible_at=placed_at + seconds * 1000 if visible_at is None else visible_at,
        endpoint=endpoint,
        seconds=seconds,
    )


class Book:
    """All calls, in the order in which they were placed.

    Args:
        rng: where the ids of added calls come from.
        traffic: calls in the order of `placed_at`, perhaps without end; each is taken into the book when its
            time has come, so that time alone makes calls appear.
    """

    def __init__(self, rng: random.Random, traffic: Iterable[SandboxCall] = ()) -> None:
        self._rng = rng
        self._traffic = iter(traffic)
        self._next: SandboxCall | None = next(self._traffic, None)
        self._calls: list[SandboxCall] = []

    def make(
        self,
        *,
        extension: str,
        customer: str,
        placed_at: int,
        name: str = UNKNOWN,
        visible_at: int | None = None,
        endpoint: Endpoint = Endpoint.OUT_MISSED,
        seconds: int = 0,
    ) -> SandboxCall:
        """A call as `new_call` makes it, with the book's own chance; not yet in the book."""
        return new_call(
            self._rng,
            extension=extension,
            customer=customer,
            placed_at=placed_at,
            name=name,
            visible_at=visible_at,
            endpoint=endpoint,
            seconds=seconds,
        )

    def add(
        self,
        *,
        extension: str,
        customer: str,
        placed_at: int,
        name: str = UNKNOWN,
        visible_at: int | None = None,
        endpoint: Endpoint = Endpoint.OUT_MISSED,
        seconds: int = 0,
    ) -> SandboxCall:
        """Make a call and keep it; arguments and errors as of `new_call`."""
        call = self.make(
            extension=extension,
            customer=customer,
            placed_at=placed_at,
            name=name,
            visible_at=visible_at,
            endpoint=endpoint,
            seconds=seconds,
        )
        self.keep(call)
        return call

    def keep(self, call: SandboxCall) -> None:
        """Put a call in its place."""
        bisect.insort(self._calls, call, key=_placed_at)

    def visible(
        self, start: int, end: int, now: int, endpoint: Endpoint = Endpoint.OUT_MISSED
    ) -> list[SandboxCall]:
        """Calls placed in [start, end], both included, whose records have appeared by `now`; newest first.

        Args:
            start: UTC ms.
            end: UTC ms.
            now: UTC ms.
            endpoint: the list.
        """
        self.advance(now)
        first = bisect.bisect_left(self._calls, start, key=_placed_at)
        last = bisect.bisect_right(self._calls, end, key=_placed_at)
        found = reversed(self._calls[first:last])
        return [call for call in found if call.endpoint is endpoint and call.visible_at <= now]

    def advance(self, now: int) -> None:
        """Take in the traffic up to `now`, UTC ms."""
        while self._next is not None and self._next.placed_at <= now:
            self.keep(self._next)
            self._next = next(self._traffic, None)

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[SandboxCall]:
        return iter(tuple(self._calls))


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
