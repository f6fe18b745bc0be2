"""Sliding counts over event time: how many calls of a key lie in `(t - within, t]`."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import compress

from notifier.model import StoredCall

RuleKey = tuple[str, str]  # a rule's name, a key


class Window:
    """The calls of one rule and key, in order of time.

    Calls that joined an alert are *taken*: they count while that alert is active, and never again after.
    There may be many calls: arrays hold them in a fifth of the memory that lists need.
    """

    __slots__ = ("rows", "taken", "times")

    def __init__(self) -> None:
        self.times = array("q")  # UTC ms, rising
        self.rows = array("q")  # the calls' rows in the store, beside `times`
        self.taken = bytearray()  # 1 for those that are, beside `times`

    def copy(self) -> "Window":
        """Another one with the same calls."""
        twin = Window()
        twin.times, twin.rows, twin.taken = self.times[:], self.rows[:], self.taken[:]
        return twin

    def add(self, time: int, row: int, *, taken: bool) -> None:
        """Put a call in its place."""
        times = self.times
        at = len(times) if not times or time >= times[-1] else bisect_right(times, time)
        times.insert(at, time)
        self.rows.insert(at, row)
        self.taken.insert(at, taken)

    def extend(self, times: Sequence[int], rows: Sequence[int], *, taken: bool) -> None:
        """Put calls in their places, all at once where they come in order, as they nearly always do."""
        rising = [*self.times[-1:], *times]
        if rising == sorted(rising):
            self.times.extend(times)
            self.rows.extend(rows)
            self.taken.extend(bytes([taken]) * len(times))
        else:
            for time, row in zip(times, rows, strict=True):
                self.add(time, row, taken=taken)

    def drop(self, time: int, row: int) -> None:
        """A call does not count after all, whether it was taken or not."""
        for at in range(bisect_left(self.times, time), bisect_right(self.times, time)):
            if self.rows[at] == row:
                del self.times[at], self.rows[at], self.taken[at]
                return

    def take(self, begin: int, end: int) -> None:
        """The calls from one index up to another have joined an alert."""
        self.taken[begin:end] = b"\1" * (end - begin)

    def count(self, time: int, within: int) -> int:
        """The highest count of all windows that contain a call placed at this time.

        A call that arrives in order is only in the window that ends with it; a late one is also in those
        that end with later calls, less than `within` after it.
        """
        times = self.times
        if time >= times[-1]:
            return len(times) - bisect_right(times, time - within)
        return max(count for _, count in self._around(time, within))

    def since_reached(self, time: int, within: int, needed: int) -> int:
        """Where the first window that contains this time and reaches the count begins: an index."""
        for begin, count in self._around(time, within):
            if count >= needed:
                return begin
        return len(self.times)

    def until_quiet(self, begin: int, within: int) -> int:
        """The index of the first call that comes when `within` has passed without one, from an index on."""
        times = self.times
        for at in range(begin + 1, len(times)):
            if times[at] - times[at - 1] >= within:
                return at
        return len(times)

    def _around(self, time: int, within: int) -> Iterator[tuple[int, int]]:
        """Begin (an index) and count of each window that contains this time and ends with a call.

        Among calls at the same instant only the last one ends the window; those before it tell less.
        """
        times = self.times
        begin = bisect_right(times, time - within)
        for at in range(bisect_left(times, time), bisect_left(times, time + within)):
            while times[begin] <= times[at] - within:
                begin += 1
            yield begin, at + 1 - begin

    def release(self) -> None:
        """Forget the calls that were taken: their alert has ended."""
        if any(self.taken):
            free = [not taken for taken in self.taken]
            self.times = array("q", compress(self.times, free))
            self.rows = array("q", compress(self.rows, free))
            self.taken = bytearray(len(self.times))

    def drop_before(self, horizon: int) -> None:
        """Forget what lies before an instant, UTC ms."""
        cut = bisect_left(self.times, horizon)
        if cut:
            del self.times[:cut], self.rows[:cut], self.taken[:cut]


class Windows:
    """The windows of all counting rules, complete from `horizon` (UTC ms) on."""

    def __init__(self, horizon: int) -> None:
        self.horizon = horizon
        self._windows: dict[RuleKey, Window] = {}

    def __len__(self) -> int:
        return len(self._windows)

    def get(self, key: RuleKey) -> Window | None:
        """The window of a rule and key; None where it has no calls."""
        return self._windows.get(key)

    def add(self, key: RuleKey, stored: StoredCall, *, taken: bool) -> None:
        """Put a stored call in its place; is it taken by an alert that is active?"""
        self._windows.setdefault(key, Window()).add(stored.call.placed_at, stored.row, taken=taken)

    def put(self, key: RuleKey, window: Window) -> None:
        """Replace the window of a rule and key."""
        self._windows[key] = window

    def prune(self, horizon: int) -> None:
        """Forget what lies before an instant, UTC ms, so that memory does not grow with the history."""
        self.horizon = max(self.horizon, horizon)
        for key in list(self._windows):
            window = self._windows[key]
            window.drop_before(self.horizon)
            if not window.times:
                del self._windows[key]


class Overlay:
    """Windows as they will be after the transaction; the ones beneath stay as they are until then."""

    def __init__(self, beneath: Windows) -> None:
        self._beneath = beneath
        self._changed: dict[RuleKey, Window] = {}

    def window(self, key: RuleKey) -> Window:
        """The window of a rule and key, free to be changed."""
        window = self._changed.get(key)
        if window is None:
            original = self._beneath.get(key)
            window = self._changed[key] = original.copy() if original else Window()
        return window

    def drop(self, key: RuleKey, time: int, row: int) -> None:
        """A call does not count after all, if it ever did."""
        if key in self._changed or self._beneath.get(key) is not None:
            self.window(key).drop(time, row)

    def apply(self) -> None:
        """The transaction was committed: bring the windows beneath up to date."""
        for key, window in self._changed.items():
            self._beneath.put(key, window)
