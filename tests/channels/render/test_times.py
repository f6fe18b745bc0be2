from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.render.times import duration, local, slack_ago

INDIA, BERLIN, UTC_ZONE = ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("at", "now", "zone", "expected"),
    [
        ("2026-09-21T05:32", "2026-09-21T06:00", INDIA, "11:02 IST (+05:30)"),
        ("2026-09-20T18:29", "2026-09-20T18:31", INDIA, "20 Sep 23:59 IST (+05:30)"),
        ("2026-09-20T18:30", "2026-09-20T18:31", INDIA, "00:00 IST (+05:30)"),
        ("2025-12-31T12:00", "2026-01-01T12:00", UTC_ZONE, "31 Dec 2025 12:00 UTC (+00:00)"),
        ("2026-10-25T00:30", "2026-10-25T03:00", BERLIN, "02:30 CEST (+02:00)"),
        ("2026-10-25T01:30", "2026-10-25T03:00", BERLIN, "02:30 CET (+01:00)"),
        ("2026-09-21T05:32", "2026-09-21T06:00", ZoneInfo("America/Sao_Paulo"), "02:32 (-03:00)"),
    ],
)
def test_an_instant_is_shown_in_the_zone_with_its_offset(
    at: str, now: str, zone: ZoneInfo, expected: str
) -> None:
    assert local(ms(at), zone, ms(now)) == expected


def test_seconds_are_shown_where_they_are_asked_for() -> None:
    at = ms("2026-09-21T05:32:07")
    assert local(at, INDIA, at, seconds=True) == "11:02:07 IST (+05:30)"


@given(at=st.integers(), now=st.integers())
@settings(deadline=None)
def test_an_instant_that_no_calendar_holds_is_said_to_be_unknown(at: int, now: int) -> None:
    assert local(at, INDIA, now)
    assert slack_ago(at, INDIA) == "" or slack_ago(at, INDIA).startswith("<!date^")


def test_instants_beyond_the_calendar() -> None:
    assert local(10**18, INDIA, 0) == "at an unknown time"
    assert slack_ago(10**18, INDIA) == ""
    assert local(0, UTC_ZONE, 10**18) == "1 Jan 1970 00:00 UTC (+00:00)"


def test_slack_says_how_long_ago_something_was_or_on_which_day() -> None:
    assert slack_ago(1_790_000_000_123, INDIA) == "<!date^1790000000^{ago}|on 21 Sep 2026>"


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (0, "0 s"),
        (999, "0 s"),
        (45_000, "45 s"),
        (1_800_000, "30 min"),
        (5_400_000, "1 h 30 min"),
        (3_600_000, "1 h"),
        (3_601_000, "1 h"),
        (86_400_000, "1 d"),
        (2 * 86_400_000 + 3_600_000, "2 d 1 h"),
        (90_000, "1 min 30 s"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(span: int, expected: str) -> None:
    assert duration(span) == expected
