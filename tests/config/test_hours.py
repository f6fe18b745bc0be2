"""Days of the week, times and spans, as they are written."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.config.calendars import Calendar
from notifier.config.hours import Span, parse_span, parse_time, parse_weekdays
from tests.support.config_files import config_text, load_text


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", [0]),
        ("Sun", [6]),
        ("mon-sat", [0, 1, 2, 3, 4, 5]),
        ("MON - Fri", [0, 1, 2, 3, 4]),
        ("sat-mon", [0, 5, 6]),
        ("tue-mon", [0, 1, 2, 3, 4, 5, 6]),
        ("fri-fri", [4]),
    ],
)
def test_days_of_the_week(text: str, days: list[int]) -> None:
    assert sorted(parse_weekdays(text)) == days


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("09:30-13:30", Span(570, 810)),
        ("9:30 - 13:30", Span(570, 810)),
        ("00:00-24:00", Span(0, 1440)),
        ("22:00-06:00", Span(1320, 1800)),
        ("22:00-00:00", Span(1320, 1440)),
        ("12:00-11:59", Span(720, 2159)),
        ("23:59-24:00", Span(1439, 1440)),
    ],
)
def test_spans_of_the_day(text: str, span: Span) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize(
    "text",
    ["", "-", "9-13", "24:00-01:00", "09:00-24:01", "09:00-09:00", "00:00-00:00", "\u0660\u0661:00-10:00"],
)
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match="; write "):
        parse_span(text)


@given(text=st.text(max_size=12) | st.text("0123456789:- mondayfri", max_size=14))
@settings(deadline=None)
def test_any_text_is_read_or_it_is_said_how_to_write_it(text: str) -> None:
    for parse in (parse_weekdays, parse_span, parse_time):
        try:
            parse(text)
        except ValueError as error:
            what, _, hint = str(error).partition("; ")
            assert what
            assert hint.startswith(("write ", "did you mean "))


@given(minute=st.integers(0, 1439))
@settings(deadline=None)
def test_every_minute_can_be_written(minute: int) -> None:
    assert parse_time(f"{minute // 60:02}:{minute % 60:02}") == minute


def test_what_was_read_is_taken_as_it_is() -> None:
    calendar = Calendar.model_validate(
        {
            "days": "mon",
            "hours": "22:00-06:00",
            "closed": "2026-12-24",
            "exceptions": {"2026-12-25": "closed"},
            "timezone": "Asia/Dubai",
        }
    )
    assert Calendar.model_validate(dict(calendar)) == calendar


def test_runs_of_closed_days_are_put_together() -> None:
    calendar = Calendar.model_validate(
        {
            "closed": ["2026-12-27..2026-12-31", "2026-12-24..2026-12-26", "2026-12-01", "2026-12-28"],
            "exceptions": {"2027-01-01": "closed", "2026-12-03": "closed", "2027-01-02": "10:00-11:00"},
        }
    )
    runs = [f"{run.first}..{run.last}" for run in calendar.closures()]
    assert runs == ["2026-12-01..2026-12-01", "2026-12-03..2026-12-03", "2026-12-24..2027-01-01"]


def test_times_and_dates_stay_as_they_are_written_without_quotes(tmp_path: Path) -> None:
    """YAML 1.1 makes 09:30 a number and 2026-12-24 a date."""
    text = config_text(
        calendars="\n  o:\n    hours: 09:30-10:00\n    closed:\n      - 2026-12-24\n"
        "      - 2026-12-26..2026-12-27\n    exceptions:\n      2026-12-28: 10:00-11:00\n    holidays: NO"
    )
    (found,) = load_text(tmp_path, text).calendars.values()
    assert found.hours == (Span(570, 600),)
    assert [str(days.last) for days in found.closed] == ["2026-12-24", "2026-12-27"]
    assert {str(day): hours for day, hours in found.exceptions.items()} == {"2026-12-28": (Span(600, 660),)}
    assert found.holidays == ("NO",)


def test_a_calendar_may_come_from_the_environment_and_is_forgotten_where_that_is_not_read(
    tmp_path: Path,
) -> None:
    text = config_text(calendars='{o: {days: "${DAYS}", hours: ["${HOURS}"], holidays: "${PLACE}"}}')
    environ = {"DAYS": "sat-sun", "HOURS": "10:00-11:00", "PLACE": "IN"}
    (found,) = load_text(tmp_path, text, environ).calendars.values()
    assert (found.days, found.hours) == ((frozenset({5, 6}),), (Span(600, 660),))
    (found,) = load_text(tmp_path, text, resolve=False).calendars.values()
    assert (found.days, found.hours) == (Calendar().days, Calendar().hours)
