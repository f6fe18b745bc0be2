"""Open hours worked out minute by minute, from what clocks show: slow, and simple enough to trust."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from notifier.config.calendars import Calendar

MINUTE = 60_000  # ms
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PADDING = 3  # days before and after, whose spans reach into the time that is looked at

Span = tuple[int, int]
"""Minutes of a day; the second may be the smaller one, or 1440."""


@dataclass(frozen=True)
class Plan:
    """A calendar in plain words."""

    zone: str
    days: Collection[int]
    spans: Sequence[Span]
    closed: Collection[date] = ()
    exceptions: dict[date, Sequence[Span]] = field(default_factory=dict)

    def calendar(self) -> Calendar:
        """As a configuration has it."""
        return Calendar.model_validate(
            {
                "days": [DAYS[day] for day in self.days],
                "hours": [_text(span) for span in self.spans],
                "closed": [day.isoformat() for day in self.closed],
                "exceptions": {
                    day.isoformat(): [_text(span) for span in spans] or "closed"
                    for day, spans in self.exceptions.items()
                },
            }
        )

    def spans_of(self, day: date) -> Sequence[Span]:
        if day in self.exceptions:
            return self.exceptions[day]
        return () if day in self.closed or day.weekday() not in self.days else self.spans


class Minutes:
    """Which minutes of some days are open.

    Args:
        plan: the calendar.
        first: the day at whose midnight in UTC they begin.
        days: how many.
    """

    def __init__(self, plan: Plan, first: date, days: int) -> None:
        self.start = _ms(first)
        self.end = self.start + days * 1440 * MINUTE
        self._begin = self.start - PADDING * 1440 * MINUTE
        zone = ZoneInfo(plan.zone)
        count = (days + 2 * PADDING) * 1440
        begin = datetime.fromtimestamp(self._begin // 1000, UTC)
        walls = [
            (begin + timedelta(minutes=minute)).astimezone(zone).replace(tzinfo=None)
            for minute in range(count)
        ]
        self._open = [False] * count
        for number in range(-PADDING, days + PADDING):
            day = first + timedelta(days=number)
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - what a clock on the wall shows
            for begins, ends in plan.spans_of(day):
                length = ends - begins if ends > begins else ends - begins + 1440
                wall = midnight + timedelta(minutes=begins)
                low = _shown_first(walls, wall)
                high = _shown_last(walls, wall + timedelta(minutes=length))
                self._open[low:high] = [True] * (high - low)

    def is_open(self, at: int) -> bool:
        return self._open[(at - self._begin) // MINUTE]

    def opens_at(self, at: int) -> int | None:
        while not self.is_open(at):
            at = at - at % MINUTE + MINUTE
            if at >= self.end:
                return None
        return at

    def after(self, start: int, span: int) -> int | None:
        at = self.opens_at(start)
        while at is not None and at < self.end:
            if self.is_open(at):
                rest = MINUTE - at % MINUTE
                if rest >= span:
                    return at + span
                span -= rest
            at = at - at % MINUTE + MINUTE
        return None

    def open_between(self, start: int, end: int) -> int:
        total = 0
        while start < end:
            until = min(start - start % MINUTE + MINUTE, end)
            total += until - start if self.is_open(start) else 0
            start = until
        return total


def _shown_first(walls: Sequence[datetime], wall: datetime) -> int:
    """The first minute in which the clock shows this, or has jumped over it."""
    return next((minute for minute, shown in enumerate(walls) if shown >= wall), len(walls))


def _shown_last(walls: Sequence[datetime], wall: datetime) -> int:
    """The last minute in which the clock shows this; where it never does, the first after it."""
    shown_then = [minute for minute, shown in enumerate(walls) if shown == wall]
    return shown_then[-1] if shown_then else _shown_first(walls, wall)


def _text(span: Span) -> str:
    (begin, end) = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in span)
    return f"{begin}-{end}"


def _ms(day: date) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
