"""When it is open: instants, from the days and hours of a calendar and the clocks of its zone.

Hours are what a clock on the wall there shows. Where clocks are put forward, a time that is skipped is the
instant of the jump; where they are put back, a span begins when its begin is shown first, and ends when its
end is shown last. Lengths are of real time.

A span that goes on past midnight belongs to the day on which it begins: a closed day or holiday takes away
what begins on it, and leaves what began the evening before.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from notifier.config.calendars import Calendar
from notifier.config.values import DAY
from notifier.rules.opening import Opening, opening_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_SECOND = timedelta(seconds=1)
_FIRST_DAY, _LAST_DAY = date(2, 1, 1), date(9998, 12, 31)  # a zone may still shift these

_CLOSED_FOR_GOOD = 400 * DAY
_FARTHEST = 3653  # days: ten years
_REMEMBERED = 1024  # days of one calendar

_Piece = tuple[int, int]  # from, until: UTC ms


class Hours(Protocol):
    """When something is open. All instants are UTC ms, of any size."""

    def is_open(self, at: int) -> bool:
        """Is it open then? The instant at which it closes is none of the open ones."""
        ...

    def opens_at(self, at: int) -> int | None:
        """The first open instant from then on, UTC ms; None where there is none within 400 days."""
        ...

    def after(self, start: int, span: int) -> int | None:
        """When so much open time has passed.

        Args:
            start: UTC ms.
            span: ms; where it is 0, this is ``opens_at``.

        Returns:
            UTC ms, the closing time where it is passed just then; None where that is not within ten years.
        """
        ...

    def open_between(self, start: int, end: int) -> int:
        """How much of the time from start to end is open, ms; 0 where the end is before the start."""
        ...


class _Always:
    def is_open(self, at: int) -> bool:  # noqa: ARG002 - as the others have it
        return True

    def opens_at(self, at: int) -> int | None:
        return at

    def after(self, start: int, span: int) -> int | None:
        return start + span

    def open_between(self, start: int, end: int) -> int:
        return max(0, end - start)


ALWAYS: Hours = _Always()
"""What goes for whatever has no calendar."""


class _CalendarHours:
    """The hours of a calendar; each day is worked out once, as long as it is remembered."""

    def __init__(self, opening: Opening, zone: ZoneInfo) -> None:
        self._opening = opening
        self._zone = zone
        self._day = lru_cache(maxsize=_REMEMBERED)(self._work_out)

    def is_open(self, at: int) -> bool:
        return next((begins == at for begins, _ in self._pieces(at, 2)), False)

    def opens_at(self, at: int) -> int | None:
        begins = next((begins for begins, _ in self._pieces(at, _CLOSED_FOR_GOOD // DAY + 2)), None)
        return None if begins is None or begins > at + _CLOSED_FOR_GOOD else begins

    def after(self, start: int, span: int) -> int | None:
        if span <= 0:
            return self.opens_at(start)
        left = span
        for begins, until in self._pieces(start, _FARTHEST):
            if until - begins >= left:
                return begins + left
            left -= until - begins
        return None

    def open_between(self, start: int, end: int) -> int:
        days = (end - start) // DAY + 3
        return sum(min(until, end) - begins for begins, until in self._pieces(start, days) if begins < end)

    def _pieces(self, at: int, days: int) -> Iterator[_Piece]:
        """What is open from then on, in order and apart from each other, for about so many days."""
        today = self._day_of(at)
        # A span reaches into the next day, and where clocks go back at midnight, a day begins, breaks off
        # and begins once more: what is open now may have begun the day before yesterday, or tomorrow.
        first = max(today - 2, _FIRST_DAY.toordinal())
        last = min(today + days, _LAST_DAY.toordinal())
        done = at
        for number in range(first, last + 1):
            for begins, until in self._day(number):
                if until > done:
                    yield max(begins, done), until
                    done = until

    def _day_of(self, at: int) -> int:
        try:
            return (_EPOCH + at * _MS).astimezone(self._zone).toordinal()
        except OverflowError:
            return (_FIRST_DAY if at < 0 else _LAST_DAY).toordinal()

    def _work_out(self, number: int) -> tuple[_Piece, ...]:
        day = date.fromordinal(number)
        midnight = datetime.combine(day, time())
        spans = self._opening.begins_on(day)
        return tuple(
            (
                self._instants(midnight + timedelta(minutes=span.begins))[0],
                self._instants(midnight + timedelta(minutes=span.ends))[1],
            )
            for span in spans
        )

    def _instants(self, wall: datetime) -> _Piece:
        """When the clock on the wall shows this first, and last: the same where it does so once."""
        first, last = (wall.replace(tzinfo=self._zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first > last:  # never: the clock jumps over it, between the two
            first = last = self._jump(last, first)
        return (first - _EPOCH) // _MS, (last - _EPOCH) // _MS

    def _jump(self, before: datetime, after: datetime) -> datetime:
        """The second in which the clock is put forward, between these two."""
        offset = before.astimezone(self._zone).utcoffset()
        while after - before > _SECOND:
            middle = before + (after - before) // _SECOND // 2 * _SECOND
            if middle.astimezone(self._zone).utcoffset() == offset:
                before = middle
            else:
                after = middle
        return after


def compile_hours(calendar: Calendar, zone: ZoneInfo) -> Hours:
    """Make a calendar ready.

    Args:
        calendar: of a configuration that was checked.
        zone: that it is in where it names none.
    """
    return _CalendarHours(opening_of(calendar), calendar.timezone or zone)


def compile_calendars(calendars: Mapping[str, Calendar], zone: ZoneInfo) -> dict[str, Hours]:
    """Make all calendars ready, by their names.

    Args:
        calendars: of a configuration that was checked.
        zone: of those that name none.
    """
    return {name: compile_hours(calendar, zone) for name, calendar in calendars.items()}
