"""Days and spans of them, as they are written."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.config.days import Days, parse_days


def test_a_day_is_a_span_of_one() -> None:
    day = date(2026, 12, 24)
    assert parse_days("2026-12-24") == Days(day, day)
    assert parse_days("2028-02-29").last == date(2028, 2, 29)


def test_a_span_has_both_its_days() -> None:
    found = Days(date(2026, 12, 24), date(2027, 1, 2))
    assert parse_days("2026-12-24..2027-01-02") == found
    assert parse_days(found) is found
    assert parse_days("2026-12-24..2026-12-24") == parse_days("2026-12-24")


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("2026-12-10..2026-12-01", "it ends before it begins"),
        ("2026-02-29", "there is no such day"),
        ("2026-12-01..2026-12-32", "there is no such day"),
        ("0000-01-01", "there is no such day"),
        ("20261224", "neither a day nor days"),
        ("2026-W01-1", "neither a day nor days"),
        ("2026-12-24T00:00", "neither a day nor days"),
        ("2026-12-24..", "neither a day nor days"),
        ("2026-12-24...2026-12-25", "neither a day nor days"),
        ("2026-12-24 ", "neither a day nor days"),
        ("٢٠٢٦-12-24", "neither a day nor days"),
        ("", "neither a day nor days"),
        (20261224, "neither a day nor days"),
        (True, "neither a day nor days"),
        (None, "neither a day nor days"),
        ({"first": "2026-12-24"}, "neither a day nor days"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(written: object, what: str) -> None:
    with pytest.raises(ValueError, match=rf"^{what}; .*\w") as refused:
        parse_days(written)
    assert "2026-12-24" in str(refused.value) or "earlier day first" in str(refused.value)


@given(st.dates(), st.dates())
@settings(deadline=None)
def test_what_is_written_is_read_back(one: date, other: date) -> None:
    first, last = sorted((one, other))
    assert parse_days(f"{first}..{last}") == Days(first, last)


@given(st.text())
@settings(deadline=None)
def test_any_text_is_days_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert parse_days(text).first.isoformat() in text
