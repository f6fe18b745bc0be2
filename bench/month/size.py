"""How much of everything a simulation has: the month that is measured, and what a test can afford."""

from dataclasses import dataclass
from datetime import UTC, datetime

MINUTE = 60_000  # ms
HOUR = 60 * MINUTE
DAY = 24 * HOUR

INDIA = 5 * HOUR + 30 * MINUTE
"""ms that clocks there are ahead of UTC, all year."""


@dataclass(frozen=True, slots=True)
class Size:
    """One simulation; the same is lived through in every process."""

    begin: int  # UTC ms; midnight in India
    days: int
    calls: int  # at least so many, of all lists together
    customers: int
    unreached: float  # the share of attempts to reach somebody that fail at first
    poll_open: int  # ms between two polls of each list, in the hours in which people call
    poll_closed: int  # likewise in the others
    seed: int = 20_261_001

    @property
    def end(self) -> int:
        """UTC ms."""
        return self.begin + self.days * DAY


def midnight(year: int, month: int, day: int) -> int:
    """In India, UTC ms."""
    return round(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000) - INDIA


MONTH = Size(
    begin=midnight(2026, 10, 1),  # a Thursday; the 2nd and the 20th are public holidays
    days=30,
    calls=200_000,
    customers=40_000,
    unreached=0.015,
    poll_open=6 * MINUTE,
    poll_closed=30 * MINUTE,
)

A_DAY = Size(
    begin=midnight(2026, 10, 5),  # a Monday
    days=1,
    calls=350,
    customers=400,
    unreached=0.2,
    poll_open=8 * MINUTE,
    poll_closed=2 * HOUR,
)
"""What a test can afford."""
