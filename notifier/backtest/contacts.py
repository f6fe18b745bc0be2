"""What is known of customers: when they were missed, and when somebody spoke with them."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import attrgetter

from notifier.model import Call, Contact, StoredCall

_placed_at = attrgetter("call.placed_at")


class Contacts:
    """As `notifier.store.reach` tells it from stored calls."""

    def __init__(self) -> None:
        self._answered: defaultdict[str, list[int]] = defaultdict(list)
        self._missed: defaultdict[str, list[StoredCall]] = defaultdict(list)  # without legs of answered ones

    def around(self, missed: Sequence[Call], latest: int) -> list[Contact]:
        """What is known around calls that are not added yet.

        Args:
            missed: of any customers.
            latest: UTC ms; what claims to have been answered later is not believed yet.
        """
        return [self._around(call.customer, call.placed_at, latest) for call in missed]

    def _around(self, customer: str, at: int, latest: int) -> Contact:
        answered, missed = self._answered.get(customer, []), self._missed.get(customer, [])
        place = bisect_right(answered, at)
        last = answered[place - 1] if place else None
        coming = answered[place] if place < len(answered) and answered[place] <= latest else None
        begin = 0 if last is None else bisect_right(missed, last, key=_placed_at)
        end = len(missed) if coming is None else bisect_left(missed, coming, key=_placed_at)
        return Contact(last, coming, max(0, end - begin))

    def add_missed(self, stored: Iterable[StoredCall]) -> None:
        """Remember calls that were missed."""
        for one in stored:
            if not one.spurious:
                insort(self._missed[one.call.customer], one, key=_placed_at)

    def add_answered(self, calls: Iterable[Call]) -> None:
        """Remember calls that somebody took."""
        for call in calls:
            insort(self._answered[call.customer], call.placed_at)

    def take_legs(self, answered: Iterable[Call], near: int) -> list[StoredCall]:
        """Forget misses that were legs of answered calls, so many ms away at the most; returns them."""
        legs: list[StoredCall] = []
        for call in answered:
            missed = self._missed.get(call.customer, [])
            begin = bisect_left(missed, call.placed_at - near, key=_placed_at)
            end = bisect_right(missed, call.placed_at + near, key=_placed_at)
            legs += missed[begin:end]
            del missed[begin:end]
        return legs
