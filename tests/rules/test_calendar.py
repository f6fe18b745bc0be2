"""When a calendar is open: tables of what clocks show."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from notifier.config.calendars import Calendar
from notifier.rules.calendar import ALWAYS, Hours, compile_calendars, compile_hours

MINUTE = 60_000  # ms
HOUR = 60 * MINUTE
DAY = 24 * HOUR
BERLIN, KOLKATA = "Europe/Berlin", "Asia/Kolkata"


def hours(zone: str, calendar: Mapping[str, object]) -> Hours:
    return compile_hours(Calendar.model_validate(calendar), ZoneInfo(zone))


def ms(text: str) -> int:
    """An instant with its offset: "2026-03-29 02:00+01:00"."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def open_times(found: Hours, zone: str, first: str, last: str) -> list[str]:
    """From and until, as clocks there show them, between two midnights there."""
    begin, end = (
        round(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)
        for day in (first, last)
    )
    return [f"{shown(start, zone)} - {shown(until, zone)}" for start, until in runs(found, begin, end)]


def runs(found: Hours, begin: int, end: int) -> Iterator[tuple[int, int]]:
    start = None
    for at in range(begin, end, MINUTE):
        if found.is_open(at):
            start = at if start is None else start
        elif start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, end


def shown(at: int, zone: str) -> str:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).strftime("%d %H:%M%z")


@pytest.mark.parametrize(
    ("zone", "span", "first", "last", "expected"),
    [
        # 29 March 2026: 02:00 is 03:00
        (BERLIN, "02:30-04:00", "2026-03-29", "2026-03-30", ["29 03:00+0200 - 29 04:00+0200"]),
        (BERLIN, "01:00-02:30", "2026-03-29", "2026-03-30", ["29 01:00+0100 - 29 03:00+0200"]),
        (BERLIN, "01:00-02:00", "2026-03-29", "2026-03-30", ["29 01:00+0100 - 29 03:00+0200"]),
        (BERLIN, "02:15-02:45", "2026-03-29", "2026-03-30", []),
        (BERLIN, "01:30-03:30", "2026-03-29", "2026-03-30", ["29 01:30+0100 - 29 03:30+0200"]),
        (BERLIN, "22:00-06:00", "2026-03-28", "2026-03-30", [
            "28 00:00+0100 - 28 06:00+0100",
            "28 22:00+0100 - 29 06:00+0200",
            "29 22:00+0200 - 30 00:00+0200",
        ]),
        # 25 October 2026: 03:00 is 02:00
        (BERLIN, "02:30-04:00", "2026-10-25", "2026-10-26", ["25 02:30+0200 - 25 04:00+0100"]),
        (BERLIN, "01:00-02:30", "2026-10-25", "2026-10-26", ["25 01:00+0200 - 25 02:30+0100"]),
        (BERLIN, "02:15-02:45", "2026-10-25", "2026-10-26", ["25 02:15+0200 - 25 02:45+0100"]),
        (BERLIN, "01:00-02:00", "2026-10-25", "2026-10-26", ["25 01:00+0200 - 25 02:00+0100"]),
        (BERLIN, "03:00-04:00", "2026-10-25", "2026-10-26", ["25 03:00+0100 - 25 04:00+0100"]),
        # 8 March 2026: 02:00 is 03:00; 1 November: 02:00 is 01:00
        ("America/New_York", "02:30-03:30", "2026-03-08", "2026-03-09", ["08 03:00-0400 - 08 03:30-0400"]),
        ("America/New_York", "01:30-01:45", "2026-11-01", "2026-11-02", ["01 01:30-0400 - 01 01:45-0500"]),
        (KOLKATA, "02:30-04:00", "2026-03-29", "2026-03-30", ["29 02:30+0530 - 29 04:00+0530"]),
        # 4 October 2026: 02:00 is 02:30; 5 April: 02:00 is 01:30
        ("Australia/Lord_Howe", "02:15-03:00", "2026-10-04", "2026-10-05", ["04 02:30+1100 - 04 03:00+1100"]),
        ("Australia/Lord_Howe", "01:45-01:50", "2026-04-05", "2026-04-06", ["05 01:45+1100 - 05 01:50+1030"]),
        # there was no 30 December 2011
        ("Pacific/Apia", "09:00-18:00", "2011-12-29", "2012-01-01", [
            "29 09:00-1000 - 29 18:00-1000",
            "31 09:00+1400 - 31 18:00+1400",
        ]),
        ("Pacific/Apia", "22:00-06:00", "2011-12-29", "2012-01-01", [
            "29 00:00-1000 - 29 06:00-1000",
            "29 22:00-1000 - 31 06:00+1400",
            "31 22:00+1400 - 01 00:00+1400",
        ]),
        # 18 February 2018: 00:00 is 23:00 of the 17th; 4 November: 00:00 is 01:00
        ("America/Sao_Paulo", "23:30-24:00", "2018-02-17", "2018-02-19", [
            "17 23:30-0200 - 18 00:00-0300",
            "18 23:30-0300 - 19 00:00-0300",
        ]),
        ("America/Sao_Paulo", "00:00-02:00", "2018-11-04", "2018-11-05", ["04 01:00-0200 - 04 02:00-0200"]),
        # 7 November 2010: 00:01 is 23:01 of the 6th
        ("America/St_Johns", "23:30-24:00", "2010-11-06", "2010-11-08", [
            "06 23:30-0230 - 07 00:00-0330",
            "07 23:30-0330 - 08 00:00-0330",
        ]),
    ],
)  # fmt: skip
def test_a_span_is_what_clocks_there_show(
    zone: str, span: str, first: str, last: str, expected: list[str]
) -> None:
    assert open_times(hours(zone, {"hours": span}), zone, first, last) == expected


@pytest.mark.parametrize(
    ("days", "span", "expected"),
    [
        # what began the day before yesterday, and what begins tomorrow, are open today
        ("fri", "23:45-23:30", ["05 23:45-0230 - 06 23:30-0330"]),
        ("sun", "00:00-02:00", ["07 00:00-0230 - 07 02:00-0330"]),
    ],
)
def test_a_day_that_begins_twice(days: str, span: str, expected: list[str]) -> None:
    zone = "America/St_Johns"  # 7 November 2010: 00:01 is 23:01 of the 6th
    found = hours(zone, {"days": days, "hours": span})
    assert open_times(found, zone, "2010-11-05", "2010-11-08") == expected


@pytest.mark.parametrize(
    ("zone", "from_", "until", "length"),
    [
        (BERLIN, "2026-03-29 00:00+01:00", "2026-03-30 00:00+02:00", 23),
        (BERLIN, "2026-10-25 00:00+02:00", "2026-10-26 00:00+01:00", 25),
        ("America/New_York", "2026-03-08 00:00-05:00", "2026-03-09 00:00-04:00", 23),
        ("America/New_York", "2026-11-01 00:00-04:00", "2026-11-02 00:00-05:00", 25),
        (KOLKATA, "2026-03-29 00:00+05:30", "2026-03-30 00:00+05:30", 24),
        ("Australia/Lord_Howe", "2026-04-05 00:00+11:00", "2026-04-06 00:00+10:30", 24.5),
        ("Pacific/Apia", "2011-12-29 00:00-10:00", "2012-01-01 00:00+14:00", 48),
        (KOLKATA, "2028-02-28 00:00+05:30", "2028-03-01 00:00+05:30", 48),
        (KOLKATA, "2027-02-28 00:00+05:30", "2027-03-01 00:00+05:30", 24),
    ],
)
def test_lengths_are_of_real_time(zone: str, from_: str, until: str, length: float) -> None:
    found = hours(zone, {})
    assert found.open_between(ms(from_), ms(until)) == length * HOUR
    assert found.after(ms(from_), round(length * HOUR)) == ms(until)


@pytest.mark.parametrize(
    ("calendar", "first", "last", "expected"),
    [
        # the 21st of September 2026 is a Monday
        ({"days": "mon-wed", "hours": "09:00-10:00"}, "2026-09-20", "2026-09-25", [
            "21 09:00 - 21 10:00", "22 09:00 - 22 10:00", "23 09:00 - 23 10:00",
        ]),
        ({"days": "sat-Mon", "hours": "09:00-10:00"}, "2026-09-18", "2026-09-23", [
            "19 09:00 - 19 10:00", "20 09:00 - 20 10:00", "21 09:00 - 21 10:00",
        ]),
        ({"days": ["TUE", "fri-fri"], "hours": "09:00-10:00"}, "2026-09-21", "2026-09-28", [
            "22 09:00 - 22 10:00", "25 09:00 - 25 10:00",
        ]),
        ({"hours": ["14:00-18:30", "09:30-13:30"]}, "2026-09-21", "2026-09-22", [
            "21 09:30 - 21 13:30", "21 14:00 - 21 18:30",
        ]),
        ({"hours": ["09:00-12:00", "11:00-14:00", "14:00-15:00", "10:00-10:30"]},
         "2026-09-21", "2026-09-22", ["21 09:00 - 21 15:00"]),
        ({"days": "mon", "hours": "22:00-06:00"}, "2026-09-20", "2026-09-23", ["21 22:00 - 22 06:00"]),
        ({"days": "mon", "hours": ["22:00-24:00", "00:00-01:00"]}, "2026-09-20", "2026-09-23", [
            "21 00:00 - 21 01:00", "21 22:00 - 22 00:00",
        ]),
        ({"days": "mon-tue", "hours": "12:00-11:00"}, "2026-09-20", "2026-09-24", [
            "21 12:00 - 22 11:00", "22 12:00 - 23 11:00",
        ]),
        ({"days": "sun", "hours": "22:00-00:00"}, "2026-09-20", "2026-09-22", ["20 22:00 - 21 00:00"]),
    ],
)  # fmt: skip
def test_days_and_spans(calendar: Mapping[str, object], first: str, last: str, expected: list[str]) -> None:
    assert told(calendar, first, last) == expected


@pytest.mark.parametrize(
    ("calendar", "first", "last", "expected"),
    [
        # what began on the eve goes on; what would begin on the closed day does not
        ({"hours": "22:00-06:00", "closed": "2026-12-25"}, "2026-12-24", "2026-12-27", [
            "24 00:00 - 24 06:00", "24 22:00 - 25 06:00", "26 22:00 - 27 00:00",
        ]),
        ({"hours": "09:00-10:00", "closed": ["2026-12-27..2027-01-01", "2026-12-24..2026-12-28"]},
         "2026-12-22", "2027-01-04",
         ["22 09:00 - 22 10:00", "23 09:00 - 23 10:00", "02 09:00 - 02 10:00", "03 09:00 - 03 10:00"]),
        ({"hours": "09:00-10:00", "closed": ["2028-02-29", "2028-03-02"]}, "2028-02-28", "2028-03-04", [
            "28 09:00 - 28 10:00", "01 09:00 - 01 10:00", "03 09:00 - 03 10:00",
        ]),
        # a day of its own hours has them on a closed day, a holiday and a Sunday as well
        ({"days": "mon-sat", "hours": "09:00-18:00", "closed": "2026-12-24..2026-12-25", "holidays": "IN",
          "exceptions": {"2026-12-25": ["14:00-15:00", "09:30-12:00"], "2026-12-27": "10:00-11:00"}},
         "2026-12-23", "2026-12-28",
         ["23 09:00 - 23 18:00", "25 09:30 - 25 12:00", "25 14:00 - 25 15:00",
          "26 09:00 - 26 18:00", "27 10:00 - 27 11:00"]),
        ({"hours": "09:00-18:00", "exceptions": {"2026-12-24": "Closed", "2026-12-25": []}},
         "2026-12-24", "2026-12-27", ["26 09:00 - 26 18:00"]),
        ({"hours": "09:00-10:00", "exceptions": {"2028-02-29": "23:00-01:00"}}, "2028-02-28", "2028-03-02", [
            "28 09:00 - 28 10:00", "29 23:00 - 01 01:00", "01 09:00 - 01 10:00",
        ]),
        # Republic Day is a holiday in all of India, Pongal and Thiruvalluvar Day in Tamil Nadu
        ({"hours": "09:00-10:00", "holidays": "IN"}, "2027-01-25", "2027-01-28", [
            "25 09:00 - 25 10:00", "27 09:00 - 27 10:00",
        ]),
        ({"hours": "09:00-10:00", "holidays": "IN-TN"}, "2026-01-13", "2026-01-18", [
            "13 09:00 - 13 10:00", "17 09:00 - 17 10:00",
        ]),
        ({"hours": "09:00-10:00", "holidays": "IN"}, "2026-01-13", "2026-01-15", [
            "13 09:00 - 13 10:00", "14 09:00 - 14 10:00",
        ]),
        ({"hours": "22:00-02:00", "holidays": ["IN", "DE"]}, "2026-12-30", "2027-01-03", [
            "30 00:00 - 30 02:00", "30 22:00 - 31 02:00", "31 22:00 - 01 02:00", "02 22:00 - 03 00:00",
        ]),
        # so far ahead only fixed holidays are known
        ({"hours": "09:00-10:00", "holidays": "IN"}, "2050-01-25", "2050-01-28", [
            "25 09:00 - 25 10:00", "27 09:00 - 27 10:00",
        ]),
    ],
)  # fmt: skip
def test_days_that_are_not_as_others(
    calendar: Mapping[str, object], first: str, last: str, expected: list[str]
) -> None:
    assert told(calendar, first, last) == expected


def told(calendar: Mapping[str, object], first: str, last: str) -> list[str]:
    times = open_times(hours(KOLKATA, calendar), KOLKATA, first, last)
    return [one.replace("+0530", "") for one in times]


OFFICE = {"days": "mon-sat", "hours": ["09:30-13:30", "14:00-18:30"]}


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-09-21 10:00+05:30", 0, "2026-09-21 10:00+05:30"),
        ("2026-09-21 13:30+05:30", 0, "2026-09-21 14:00+05:30"),
        ("2026-09-19 18:30+05:30", 0, "2026-09-21 09:30+05:30"),  # over a Sunday
        ("2026-09-21 13:00+05:30", 30 * MINUTE, "2026-09-21 13:30+05:30"),  # when it closes
        ("2026-09-21 13:00+05:30", 30 * MINUTE + 1, "2026-09-21 14:00:00.001+05:30"),
        ("2026-09-21 13:00+05:30", HOUR, "2026-09-21 14:30+05:30"),
        ("2026-09-21 08:00+05:30", 8 * HOUR + 30 * MINUTE, "2026-09-21 18:30+05:30"),
        ("2026-09-19 18:00+05:30", HOUR, "2026-09-21 10:00+05:30"),
        ("2026-09-21 00:00+05:30", 26 * 51 * HOUR, "2027-03-20 18:30+05:30"),  # half a year
    ],
)
def test_only_open_time_counts(start: str, span: int, end: str) -> None:
    found = hours(KOLKATA, OFFICE)
    assert found.after(ms(start), span) == ms(end)
    assert found.open_between(ms(start), ms(end)) == span
    assert found.open_between(ms(end), ms(start)) == 0


def test_a_calendar_that_is_closed_for_long_opens_only_within_400_days() -> None:
    found = hours(KOLKATA, {"closed": "2026-01-01..2027-12-31"})
    opening = ms("2028-01-01 00:00+05:30")
    assert found.opens_at(opening - 400 * DAY) == opening
    assert found.opens_at(opening - 400 * DAY - 1) is None
    assert found.after(opening - 400 * DAY - 1, 0) is None
    assert found.after(opening - 500 * DAY, HOUR) == opening + HOUR


def test_what_would_take_ten_years_is_never_reached() -> None:
    found = hours(KOLKATA, {"days": "mon", "hours": "09:00-10:00"})
    start = ms("2026-09-21 00:00+05:30")
    assert found.after(start, 520 * HOUR) is not None
    assert found.after(start, 523 * HOUR) is None


@pytest.mark.parametrize("at", [-(2**62), -(2**55), 10**15, 2**62])
def test_an_instant_beyond_all_dates_is_never_open(at: int) -> None:
    found = hours(KOLKATA, {})
    assert not found.is_open(at)
    assert found.opens_at(at) is None
    assert found.open_between(at, at + DAY) == 0


def test_what_has_no_calendar_is_always_open() -> None:
    assert ALWAYS.is_open(5)
    assert ALWAYS.opens_at(5) == 5
    assert ALWAYS.after(5, 7) == 12
    assert (ALWAYS.open_between(5, 7), ALWAYS.open_between(7, 5)) == (2, 0)


def test_a_calendar_has_its_own_zone_or_the_configurations() -> None:
    office: dict[str, object] = {"hours": "09:00-10:00"}
    found = compile_calendars(
        {
            "here": Calendar.model_validate(office),
            "there": Calendar.model_validate({**office, "timezone": BERLIN}),
        },
        ZoneInfo(KOLKATA),
    )
    now = ms("2026-09-21 00:00+00:00")
    assert {name: one.opens_at(now) for name, one in found.items()} == {
        "here": ms("2026-09-21 09:00+05:30"),
        "there": ms("2026-09-21 09:00+02:00"),
    }
