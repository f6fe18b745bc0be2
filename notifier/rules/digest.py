"""When a digest is due, by the clock on the wall of its zone, and which time it covers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifier.config.digests import Digest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_SHIFT = timedelta(days=2)
"""No zone's clocks were ever set by more than a day at once: so far from its date a time may come."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Times of some days of the week. Made by ``schedule_of``.

    A time that the clocks skip is due when they have skipped it; one that comes twice is due the first time.
    """

    times: tuple[time, ...]  # in order, each once
    weekdays: frozenset[int]  # 0 is Monday
    zone: ZoneInfo

    def __str__(self) -> str:
        """The same for equal schedules, in every process: "18:30 on 0,1,2 in Asia/Kolkata"."""
        times = ",".join(f"{at:%H:%M}" for at in self.times)
        return f"{times} on {','.join(map(str, sorted(self.weekdays)))} in {self.zone.key}"

    def before(self, at: int) -> int:
        """The latest instant before this one at which it was due; both are UTC ms."""
        return next(due for due in self._backwards(at) if due < at)

    def after(self, at: int) -> int:
        """The next instant after this one at which it is due, likewise."""
        day = _local(at, self.zone).date() - _SHIFT
        while True:
            for due in self._on(day):
                if due > at:
                    return due
            day += timedelta(days=1)

    def between(self, after: int, upto: int, most: int) -> list[int]:
        """When it was due, UTC ms, the latest first, each instant once.

        Args:
            after: UTC ms, exclusive.
            upto: UTC ms, inclusive.
            most: so many of the latest.
        """
        found: list[int] = []
        for due in self._backwards(upto):
            if due <= after or len(found) == most:
                break
            if due <= upto and due not in found:
                found.append(due)
        return found

    def _backwards(self, upto: int) -> Iterator[int]:
        """All that may be before an instant, and some after it, the latest first."""
        day = _local(upto, self.zone).date() + _SHIFT
        while True:
            yield from reversed(self._on(day))
            day -= timedelta(days=1)

    def _on(self, day: date) -> list[int]:
        if day.weekday() not in self.weekdays:
            return []
        return [_instant(datetime.combine(day, at), self.zone) for at in self.times]


def schedule_of(digest: Digest, zone: ZoneInfo) -> Schedule:
    """A digest's times and days; the zone is for one that names none."""
    return Schedule(
        times=tuple(time(minute // 60, minute % 60) for minute in sorted(set(digest.at))),
        weekdays=frozenset[int]().union(*digest.days),
        zone=digest.timezone or zone,
    )


def _local(ms: int, zone: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone)


def _instant(wall: datetime, zone: ZoneInfo) -> int:
    """The first instant, UTC ms, at which a clock on the wall shows this or more."""
    after, before = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if after.astimezone(zone).replace(tzinfo=None) != wall:
        # The clocks skip it, somewhere between the two ways of reading it.
        skipped = after.astimezone(zone).utcoffset()
        while after - before > _SECOND:
            middle = before + (after - before) // _SECOND // 2 * _SECOND
            if middle.astimezone(zone).utcoffset() == skipped:
                after = middle
            else:
                before = middle
    return (after - _EPOCH) // timedelta(milliseconds=1)
