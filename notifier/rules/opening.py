"""What of a calendar begins on which day, by the clock on the wall there."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from notifier.config.calendars import Calendar
from notifier.config.days import Days
from notifier.config.hours import Span
from notifier.config.public_holidays import holidays_of

_first = attrgetter("first")


@dataclass(frozen=True)
class Opening:
    """A calendar without its zone; made by ``opening_of``."""

    weekdays: frozenset[int]  # 0 is Monday
    spans: tuple[Span, ...]  # in order
    places: tuple[str, ...]  # whose public holidays it keeps
    closed: tuple[Days, ...]  # in order, and apart from each other
    exceptions: Mapping[date, tuple[Span, ...]]

    def begins_on(self, day: date) -> tuple[Span, ...]:
        """The spans that begin on a day, in order; they may touch and overlap."""
        exception = self.exceptions.get(day)
        if exception is not None:
            return exception
        if day.weekday() not in self.weekdays or self._is_closed(day) or self._is_holiday(day):
            return ()
        return self.spans

    def _is_closed(self, day: date) -> bool:
        before = bisect_right(self.closed, day, key=_first)
        return before > 0 and day <= self.closed[before - 1].last

    def _is_holiday(self, day: date) -> bool:
        return any(day in holidays_of(place, day.year) for place in self.places)


def opening_of(calendar: Calendar) -> Opening:
    """Make a calendar of the configuration ready."""
    return Opening(
        weekdays=frozenset().union(*calendar.days),
        spans=tuple(sorted(calendar.hours)),
        places=calendar.holidays,
        closed=calendar.closures(),
        exceptions={day: tuple(sorted(spans)) for day, spans in calendar.exceptions.items()},
    )
