"""From when on calls are watched."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.config import start_instant

NOW = 1_790_000_000_000


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("now", NOW),
        ("0", NOW),
        ("2d", NOW - 2 * 86_400_000),
        ("1h30m", NOW - 5_400_000),
        ("36500d", 0),
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T00:00:00Z", 0),
        ("2026-01-31T09:30:00+05:30", 1_769_832_000_000),
        ("2026-01-31T04:00:00.250+00:00", 1_769_832_000_250),
        ("2026-01-31 04:00Z", 1_769_832_000_000),
    ],
)
def test_a_start_is_now_or_a_duration_back_or_an_instant(text: str, ms: int) -> None:
    assert start_instant(text, NOW) == ms


@pytest.mark.parametrize(
    "text",
    ["", "Now", "yesterday", "2026-01-31", "2026-01-31T09:30:00", "2026-13-01T00:00Z", "-2d", "1790000000"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a start"):
        start_instant(text, NOW)


@given(st.text())
@settings(deadline=None)
def test_any_text_is_an_instant_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert start_instant(text, NOW) >= 0
