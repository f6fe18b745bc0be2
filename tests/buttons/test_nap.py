"""Until when a button snoozes an alert: the morning is the rule's, or 09:00 where that says nothing."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifier.buttons.nap import wakes_at
from notifier.config.calendars import Calendar
from notifier.model import Nap
from notifier.rules.calendar import ALWAYS, compile_hours

KOLKATA = ZoneInfo("Asia/Kolkata")
BERLIN = ZoneInfo("Europe/Berlin")


def at(zone: ZoneInfo, *when: int) -> int:
    return round(datetime(*when, tzinfo=zone).astimezone(UTC).timestamp() * 1000)  # type: ignore[misc,arg-type]  # of numbers


def morning(now: int, zone: ZoneInfo = KOLKATA, **calendar: Any) -> int:
    hours = compile_hours(Calendar.model_validate(calendar), zone) if calendar else ALWAYS
    return wakes_at(Nap.TOMORROW, now, zone, hours)


NOON = at(KOLKATA, 2026, 9, 21, 12)  # a Monday


def test_a_while_is_counted_from_now() -> None:
    assert wakes_at(Nap.HALF_AN_HOUR, NOON, KOLKATA, ALWAYS) == NOON + 30 * 60_000
    assert wakes_at(Nap.TWO_HOURS, NOON, KOLKATA, ALWAYS) == NOON + 120 * 60_000


def test_without_a_calendar_the_morning_is_at_nine() -> None:
    assert morning(NOON) == at(KOLKATA, 2026, 9, 22, 9)


def test_with_one_it_is_when_that_opens() -> None:
    assert morning(NOON, days="mon-sat", hours="10:30-19:00") == at(KOLKATA, 2026, 9, 22, 10, 30)


@pytest.mark.parametrize(
    "calendar",
    [
        {"days": "mon", "hours": "10:30-19:00"},
        {"hours": "00:00-24:00"},
        {"hours": "22:00-06:00"},
        {"days": "mon-fri", "closed": "2026-09-22"},
    ],
    ids=["closed tomorrow", "always open", "open at midnight", "a holiday"],
)
def test_what_does_not_open_in_the_morning_says_nothing_of_it(calendar: dict[str, Any]) -> None:
    found = morning(NOON, **calendar)
    assert found == at(KOLKATA, 2026, 9, 22, 9)


@pytest.mark.parametrize(
    ("now", "wakes"),
    [
        ((2026, 3, 28, 12), (2026, 3, 29, 9)),  # clocks go forward that night
        ((2026, 10, 24, 23, 59), (2026, 10, 25, 9)),  # and back
        ((2026, 12, 31, 0, 0), (2027, 1, 1, 9)),
    ],
)
def test_tomorrow_is_that_of_the_clock_on_the_wall(now: tuple[int, ...], wakes: tuple[int, ...]) -> None:
    assert morning(at(BERLIN, *now), BERLIN) == at(BERLIN, *wakes)


def test_the_same_instant_is_another_tomorrow_elsewhere() -> None:
    late = at(KOLKATA, 2026, 9, 22, 1)
    assert morning(late) == at(KOLKATA, 2026, 9, 23, 9)
    assert morning(late, BERLIN) == at(BERLIN, 2026, 9, 22, 9)
