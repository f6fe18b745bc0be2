"""What to ask TeleCMI for next. Pure: time comes in as an argument.

All instants are UTC ms; both ends of an interval belong to it.
"""

from typing import NamedTuple

from notifier.config.values import DAY, MINUTE

AHEAD = 5 * MINUTE  # TeleCMI's clock may run before ours
MOST_SPLITS = 500  # in one read: room for hundreds of thousands of calls, and an end for a server that lies
SHORTEST = MINUTE  # no account places more calls in it than one part may hold


class Interval(NamedTuple):
    """A span of time that is asked for, both ends included."""

    start: int  # UTC ms
    end: int  # UTC ms


def next_interval(watermark: int | None, now: int, overlap: int, reach_back: int) -> Interval:
    """What the next read covers.

    A call's time is about when it began, but it is reported after hang-up and by clocks that differ:
    hence the overlap behind the watermark, and some minutes beyond now. A clock that was set back makes
    the read begin earlier, never later.

    Args:
        watermark: UTC ms when the last complete read began; None before the first.
        now: UTC ms.
        overlap: ms.
        reach_back: ms before now that the first read covers; never less than a day.
    """
    if watermark is None:
        start = now - max(DAY, reach_back)
    elif watermark > now:
        # A clock ran ahead, and nobody knows for how long: nothing was read up to there.
        start = now - DAY - overlap
    else:
        start = watermark - overlap
    return Interval(max(0, start), max(0, now) + AHEAD)


def new_watermark(old: int | None, began: int, server_date: int | None, part_end: int | None = None) -> int:
    """What is read for good, now that a part was read completely and committed.

    It never lies after the server's own clock, so that a clock of ours that ran ahead can't make us skip
    what happens until the true time has caught up. It goes back only where the old one lies in the future
    by every clock we know, which nothing can have been read up to.

    Args:
        old: UTC ms, the watermark so far; None before the first.
        began: UTC ms by our clock when the read began.
        server_date: UTC ms, the answer's ``Date``; None where it had none.
        part_end: UTC ms, the end of a part that others follow; None for the last part.
    """
    clocks = [began] if server_date is None else [began, server_date]
    reached = min(clocks if part_end is None else [*clocks, part_end])
    return reached if old is None or old > max(clocks) else max(old, reached)


def halves(interval: Interval) -> tuple[Interval, Interval] | None:
    """Its older and its newer half; None where it is too short to be halved.

    Both hold the instant of the cut: whether TeleCMI counts the ends in or out, nothing falls between.
    """
    if interval.end - interval.start <= SHORTEST:
        return None
    cut = (interval.start + interval.end) // 2
    return Interval(interval.start, cut), Interval(cut, interval.end)


class Parts:
    """The parts of one read that are still to do, oldest first.

    Use: while there is a `current` part, ask for its first page; where that holds too many calls and
    `split()` succeeds, start again with the new `current`; else read it, commit it, and say `done()`.
    """

    def __init__(self, whole: Interval, most_splits: int = MOST_SPLITS) -> None:
        """Begin with one part.

        Args:
            whole: the interval to be read.
            most_splits: after so many the rest is read as it is: a server whose every count is too large
                would have us read millisecond by millisecond.
        """
        self._left = [whole]
        self._splits = most_splits

    @property
    def current(self) -> Interval | None:
        """The part to read now; None when all are done."""
        return self._left[-1] if self._left else None

    @property
    def is_last(self) -> bool:
        """No other part follows the current one."""
        return len(self._left) <= 1

    def split(self) -> bool:
        """Halve the current part, the older half first; False where it has to be read as it is."""
        both = halves(self._left[-1]) if self._left and self._splits else None
        if both is None:
            return False
        self._splits -= 1
        older, newer = both
        self._left[-1:] = [newer, older]
        return True

    def split_no_more(self) -> None:
        """Read the rest as it is: the server does not keep to the times that it is asked for."""
        self._splits = 0

    def done(self) -> None:
        """The current part is read and committed; go on to the next."""
        self._left.pop()
