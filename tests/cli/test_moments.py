"""Instants to come, as people write them, in zones with all their jumps."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import typer

from notifier.cli.moments import end_of, instant

KOLKATA, BERLIN = ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = KOLKATA, *, fold: int = 0) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp() * 1000)


NOW = at("2026-11-23T18:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18:01", "2026-11-23T18:01"),
        ("18:00", "2026-11-24T18:00"),
        ("9:05", "2026-11-24T09:05"),
        ("today 18:30", "2026-11-23T18:30"),
        ("today 09:00", "2026-11-23T09:00"),
        ("tomorrow 09:00", "2026-11-24T09:00"),
        (" Tomorrow 9:00 ", "2026-11-24T09:00"),
        ("2026-12-01T09:00", "2026-12-01T09:00"),
        ("2026-12-01 09:00", "2026-12-01T09:00"),
        ("2026-12-01 09:00:30", "2026-12-01T09:00:30"),
        ("2026-12-01T03:30Z", "2026-12-01T09:00"),
        ("2026-12-01T04:30+01:00", "2026-12-01T09:00"),
        ("2020-01-01 09:00", "2020-01-01T09:00"),
    ],
)
def test_a_time_is_meant_in_the_configuration_s_zone(text: str, expected: str) -> None:
    assert instant(text, KOLKATA, NOW, "--until") == at(expected)


@pytest.mark.parametrize(
    "text",
    [
        *("", "9", "2h", "noon", "24:00", "12:60", "2026-12-01", "20261201", "tomorrow", "yesterday 09:00"),
        *("2026-02-30 09:00", "2026-13-01T09:00", "9999-12-31T23:59-20:00", "-1:00"),
        "\u0967\u0968:\u0966\u0966",
    ],
)
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    example = 'not a time; write 18:00, "tomorrow 09:00" or 2026-11-30T09:00'
    with pytest.raises(typer.BadParameter, match=example):
        instant(text, KOLKATA, NOW, "--until")


def test_a_time_that_the_clocks_leave_out_is_refused() -> None:
    for text in ("2027-03-28 02:30", "2027-03-28T02:30"):
        with pytest.raises(typer.BadParameter, match="the clocks are set forward over it"):
            instant(text, BERLIN, NOW, "--until")


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    first, second = at("2026-10-25T02:30", BERLIN), at("2026-10-25T02:30", BERLIN, fold=1)
    assert second - first == 3_600_000
    assert instant("2026-10-25 02:30", BERLIN, NOW, "--until") == first


def test_an_end_is_said_as_a_span_or_as_a_time() -> None:
    assert end_of("2h", "", KOLKATA, NOW, NOW + 5) == NOW + 5 + 7_200_000
    assert end_of("", "18:30", KOLKATA, NOW, NOW) == at("2026-11-23T18:30")
    for span, until in (("", ""), ("2h", "18:30")):
        with pytest.raises(typer.BadParameter, match="one of the two"):
            end_of(span, until, KOLKATA, NOW, NOW)
    with pytest.raises(typer.BadParameter, match="not a duration"):
        end_of("2 hours", "", KOLKATA, NOW, NOW)


def test_a_time_that_nobody_will_see_is_refused() -> None:
    for text in ("9999-12-30 00:00", "2126-11-23 18:00"):
        with pytest.raises(typer.BadParameter, match="more than a hundred years ahead"):
            instant(text, KOLKATA, NOW, "--from")
    assert instant("2126-10-30 00:00", KOLKATA, NOW, "--from") == at("2126-10-30T00:00")
