"""Who calls whom: fifty extensions in three teams and two accounts, and how busy they are when."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from bench.month.size import DAY, HOUR, INDIA, MINUTE, Size

MAIN, WEST = "main", "west"
APP_IDS = {MAIN: 1111113, WEST: 1111112}
HOLIDAYS = frozenset({date(2026, 10, 2), date(2026, 10, 20)})

AWAY = "main/205"
"""Is away for a while, and has a deputy."""

WITHOUT_ADDRESS = "main/211"
"""Nobody wrote down how to tell them."""


class Person(NamedTuple):
    """At one extension."""

    account: str
    extension: str
    team: str
    phone: str  # E.164; "" where none is known

    @property
    def agent(self) -> str:
        """As notifier names them: "main/209"."""
        return f"{self.account}/{self.extension}"


def staff() -> list[Person]:
    """All fifty: sales and support in one account, sales and collections in the other."""
    teams = [(MAIN, 200, 20, "sales"), (MAIN, 220, 12, "support")]
    teams += [(WEST, 300, 5, "sales"), (WEST, 305, 13, "collections")]
    return [
        Person(account, str(first + n), team, f"+9198300{first + n:05}" if n % 3 == 0 else "")
        for account, first, count, team in teams
        for n in range(count)
    ]


def customers(count: int) -> list[str]:
    """So many mobile numbers, E.164."""
    return [f"+9198{10_000_000 + 37 * n:08}" for n in range(count)]


VIP = "+919810000"
"""How the numbers of the first few customers begin; a rule is about these."""


def day_of(at: int) -> date:
    """The day in India, of an instant in UTC ms."""
    return datetime.fromtimestamp((at + INDIA) // 1000, UTC).date()


def is_working_day(day: date) -> bool:
    """Monday to Saturday, but for holidays."""
    return day.weekday() < 6 and day not in HOLIDAYS


def is_busy(at: int) -> bool:
    """Do people call then, UTC ms?"""
    return 9 * HOUR <= (at + INDIA) % DAY < 19 * HOUR and is_working_day(day_of(at))


_HOURS = [2, 1, 0.5, 0.5, 0.5, 1, 3, 8, 20, 80, 110, 105, 95, 75, 85, 100, 105, 90, 60, 22, 12, 8, 5, 3]
"""How busy the hours of a day are, relative to each other."""


@dataclass(frozen=True)
class Diary:
    """When calls are placed.

    Args:
        size: of the simulation.
        rng: whose turn it is.
    """

    size: Size
    rng: random.Random

    def weights(self) -> Sequence[float]:
        """Of each day."""
        first = day_of(self.size.begin)
        return [self._weight(first + timedelta(days=n)) for n in range(self.size.days)]

    def instant(self, weights: Sequence[float]) -> int:
        """One that is drawn by chance, UTC ms."""
        rng = self.rng
        day = rng.choices(range(self.size.days), weights)[0]
        hour = rng.choices(range(24), _HOURS)[0]
        minute = rng.randrange(60 * MINUTE)
        if hour == 13 and minute >= 30 * MINUTE and rng.random() < 0.7:
            hour += 1  # at lunch
        return self.size.begin + day * DAY + hour * HOUR + minute

    @staticmethod
    def _weight(day: date) -> float:
        if not is_working_day(day):
            return 0.04
        return 0.6 if day.weekday() == 5 else 1.0
