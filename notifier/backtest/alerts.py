"""The alerts of a simulation, as the store would hold them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from heapq import heappop, heappush

from notifier.model import Alert, AlertState

RuleKey = tuple[str, str]  # a rule's name, a key


class Alerts:
    """Every alert there was, which of them are active, and when time alone may change each.

    Args:
        wakes_at: when that is, UTC ms; None: never.
    """

    def __init__(self, wakes_at: Callable[[Alert], int | None]) -> None:
        self._wakes_at = wakes_at
        self._all: dict[int, Alert] = {}
        self._active: dict[RuleKey, int] = {}
        self._about: defaultdict[str, set[int]] = defaultdict(set)  # active ones, by customer
        self._wakes: dict[int, int] = {}
        self._queue: list[tuple[int, int]] = []  # a heap of (when, alert); only what `_wakes` says too counts

    def __iter__(self) -> Iterator[Alert]:
        return iter(self._all.values())

    def __getitem__(self, alert_id: int) -> Alert:
        return self._all[alert_id]

    def active(self, keys: Iterable[RuleKey]) -> dict[RuleKey, Alert]:
        """Those of the alerts of these rules and keys that have not ended."""
        return {key: self._all[self._active[key]] for key in keys if key in self._active}

    def about(self, customers: Iterable[str]) -> list[Alert]:
        """The alerts about these customers that have not ended, oldest first."""
        ids = {one for customer in customers if customer for one in self._about.get(customer, ())}
        return [self._all[one] for one in sorted(ids)]

    def add(self, alert: Alert) -> Alert:
        """Keep a new alert; returns it with its id."""
        number = len(self._all) + 1
        new = replace(alert, id=number, uid=str(number))
        self._active[new.rule, new.key] = number
        if new.customer:
            self._about[new.customer].add(number)
        self.change(new)
        return new

    def change(self, alert: Alert) -> None:
        """Keep how an alert is now."""
        self._all[alert.id] = alert
        if alert.state is AlertState.ENDED:
            self._active.pop((alert.rule, alert.key), None)
            self._about.get(alert.customer, set()).discard(alert.id)
            self._wakes.pop(alert.id, None)
        elif (at := self._wakes_at(alert)) is not None:
            self.wake(alert.id, at)

    def show(self, alert: Alert) -> None:
        """Keep how an alert is now, where that does not change when it wakes."""
        self._all[alert.id] = alert

    def wake(self, alert_id: int, at: int) -> None:
        """Look at an alert again at that instant, UTC ms."""
        if self._wakes.get(alert_id) != at:
            self._wakes[alert_id] = at
            heappush(self._queue, (at, alert_id))

    def next_due(self) -> int | None:
        """When time alone may next change an alert, UTC ms."""
        while self._queue and self._wakes.get(self._queue[0][1]) != self._queue[0][0]:
            heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def due(self, now: int) -> list[Alert]:
        """Those that time alone may have changed by now, UTC ms, in order; each is to be woken anew."""
        found: list[Alert] = []
        while (at := self.next_due()) is not None and at <= now:
            _, number = heappop(self._queue)
            del self._wakes[number]
            found.append(self._all[number])
        return found
