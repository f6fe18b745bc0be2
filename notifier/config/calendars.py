"""When a rule may speak, as it is written; what it means is decided in the rules."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from notifier.config.days import Days, DaySpan, parse_days
from notifier.config.hours import WHOLE_DAY, WHOLE_WEEK, HoursOfDay, SpanOfDay, Weekdays
from notifier.config.values import DAY, HOUR, MINUTE, Strict, listed
from notifier.config.zones import Zone


def parse_day(value: object) -> date:
    """Read "2026-12-24".

    Raises:
        ValueError: there is no such day, or several are meant.
    """
    if ".." in str(value):
        raise ValueError("several days; give each day hours of its own")
    return value if isinstance(value, date) else parse_days(value).first


Day = Annotated[date, PlainValidator(parse_day), WithJsonSchema({"type": "string"})]


class Calendar(Strict):
    """Open hours, by the days of the week, without holidays."""

    days: Annotated[tuple[Weekdays, ...], BeforeValidator(listed), Field(min_length=1)] = (WHOLE_WEEK,)
    """Days of the week: mon-sat, or a list of days and ranges."""
    hours: Annotated[tuple[SpanOfDay, ...], BeforeValidator(listed), Field(min_length=1)] = (WHOLE_DAY,)
    """Spans of a day: "09:30-13:30"; one that ends before it begins goes on past midnight: "22:00-06:00"."""
    holidays: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Public holidays on which it is closed: a country, or with its region: IN, IN-TN."""
    closed: Annotated[tuple[DaySpan, ...], BeforeValidator(listed)] = ()
    """Days on which it is closed as well: 2026-12-24, or from and to with both: 2026-12-24..2026-12-31."""
    exceptions: dict[Day, HoursOfDay] = Field(default_factory=dict)
    """Days with their own hours, whatever day or holiday they are: 2026-12-24: "09:30-12:00", or closed."""
    timezone: Zone | None = None
    """A name of the IANA list; the top level's where none is given."""

    def most_open(self, span: int) -> int:
        """How long it is open at the most within any span of so many ms, ms; holidays may leave less."""
        if any(self.exceptions.values()):
            return span  # longer hours, perhaps
        minutes = {minute for hours in self.hours for minute in range(hours.begins, hours.ends)}
        a_day = min(len(minutes) * MINUTE, DAY)
        weekdays = len(frozenset[int]().union(*self.days))
        days, rest = divmod(span, DAY)
        weeks, days = divmod(days, 7)
        whole = (weeks * weekdays + min(days, weekdays)) * a_day
        # Each time of the day comes once in a day; clocks that are put back give each span two hours at most.
        return min(span, whole + min(rest, a_day) + 2 * HOUR * len(self.hours))

    def closures(self) -> tuple[Days, ...]:
        """The runs of days without hours, in order and apart; a weekday or holiday begins and ends none."""
        without = [Days(day, day) for day, hours in self.exceptions.items() if not hours]
        runs: list[Days] = []
        for days in sorted((*self.closed, *without)):
            if runs and days.first.toordinal() <= runs[-1].last.toordinal() + 1:
                runs[-1] = Days(runs[-1].first, max(runs[-1].last, days.last))
            else:
                runs.append(days)
        return tuple(runs)
