from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.cli.parse import (
    LARGEST_ID,
    alert_id,
    decimal,
    ending,
    extension_of,
    is_extension_with_account,
    is_number,
    last_digits,
    one_of,
    row_id,
    span_around,
    span_of,
    whole,
)
from notifier.store.outbox import RowState

INDIA = ZoneInfo("Asia/Kolkata")
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = 60_000
HOUR = 60 * MINUTE


def at(text: str) -> int:
    """UTC ms of an ISO 8601 instant."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(("text", "number"), [("A12", 12), ("a7", 7), ("A007", 7)])
def test_an_alert_is_named_by_a_and_its_number(text: str, number: int) -> None:
    assert alert_id(text) == number


@pytest.mark.parametrize("text", ["12", "A", "A1b", "A-1", "A1²", "A" + "9" * 16, " A1", "A1\n"])
def test_nothing_else_names_an_alert(text: str) -> None:
    assert alert_id(text) is None


def test_an_extension_may_be_written_with_its_account() -> None:
    assert extension_of("209", "x") == (None, "209")
    assert extension_of("main/209", "x") == ("main", "209")
    assert extension_of("0201", "x") == (None, "0201")
    assert is_extension_with_account("main/209")
    assert not is_extension_with_account("209")
    assert not is_extension_with_account("nonsense")


@pytest.mark.parametrize(
    "text", ["", "x", "/209", "main/", "main/2/09", "\u0662\u0660\u0669", "209\n", "1" * 21]
)
def test_what_is_no_extension_is_refused_with_the_option_that_it_was_given_for(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="write 209, or main/209") as refused:
        extension_of(text, "--extension")
    assert refused.value.param_hint == "--extension"


@pytest.mark.parametrize(
    ("text", "digits"), [("5678", "5678"), ("345678", "345678"), ("345 678", "345678"), ("(0)56-78", "05678")]
)
def test_four_to_six_last_digits_find_a_customer(text: str, digits: str) -> None:
    assert last_digits(text, "x") == digits


@pytest.mark.parametrize("text", ["78", "7-8", "(0)1"])
def test_too_few_digits_are_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="write the last 4 to 6 digits"):
        last_digits(text, "x")


@pytest.mark.parametrize("text", ["", "abc", "ends with 678", "678\n", "\u0663\u0664\u0665"])
def test_what_is_no_number_is_refused_as_such(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"^not digits; write the last 4 to 6 digits"):
        last_digits(text, "x")


@pytest.mark.parametrize("text", ["+919812345678", "9812345678", "+91 98123 45678", "2345678"])
def test_a_whole_number_is_refused_since_everybody_can_see_command_lines(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="every user of this machine can see") as refused:
        last_digits(text, "--number")
    assert text not in str(refused.value)
    assert is_number(text)


NOW = at("2026-11-23T11:10:00+05:30")


def span(text: str, zone: ZoneInfo = INDIA, now: int = NOW) -> tuple[str, str]:
    """The span around a time, without anything on its sides, as UTC."""
    since, until = (datetime.fromtimestamp(ms / 1000, UTC) for ms in span_around(text, zone, now, 0))
    return f"{since:%m-%d %H:%M}", f"{until:%m-%d %H:%M}"


def test_a_time_of_day_is_the_latest_that_has_been() -> None:
    assert span("11:02") == ("11-23 05:32", "11-23 05:32")
    assert span("11:10") == ("11-23 05:40", "11-23 05:40")
    assert span("11:11") == ("11-22 05:41", "11-22 05:41")
    assert span("9:00") == ("11-23 03:30", "11-23 03:30")


def test_just_after_midnight_a_late_time_of_day_is_yesterdays() -> None:
    assert span("23:55", now=at("2026-11-23T00:05:00+05:30")) == ("11-22 18:25", "11-22 18:25")
    assert span("00:05", now=at("2026-11-23T00:05:00+05:30")) == ("11-22 18:35", "11-22 18:35")


@pytest.mark.parametrize(
    "text",
    ["2026-11-23 11:02", "2026-11-23T11:02", "2026-11-23T11:02:00+05:30", "2026-11-23T05:32Z"],
)
def test_a_date_with_a_time_is_meant_in_the_zone_unless_it_has_an_offset(text: str) -> None:
    assert span(text) == ("11-23 05:32", "11-23 05:32")


def test_an_hour_that_comes_twice_means_both() -> None:
    """Berlin sets its clocks back on 25 October 2026, from 03:00 to 02:00."""
    assert span("2026-10-25 02:30", BERLIN) == ("10-25 00:30", "10-25 01:30")
    assert span("02:30", BERLIN, at("2026-10-25T12:00:00+01:00")) == ("10-25 00:30", "10-25 01:30")


def test_within_the_hour_that_comes_twice_only_what_has_been_is_meant() -> None:
    assert span("02:30", BERLIN, at("2026-10-25T02:40:00+02:00")) == ("10-25 00:30", "10-25 00:30")
    assert span("02:30", BERLIN, at("2026-10-25T02:10:00+01:00")) == ("10-25 00:30", "10-25 00:30")


def test_a_time_of_day_that_is_skipped_is_the_day_befores() -> None:
    """Berlin sets its clocks forward on 29 March 2026, from 02:00 to 03:00."""
    assert span("02:30", BERLIN, at("2026-03-29T12:00:00+02:00")) == ("03-28 01:30", "03-28 01:30")


def test_both_sides_are_widened() -> None:
    since, until = span_around("11:02", INDIA, NOW, 15 * MINUTE)
    assert until - since == 30 * MINUTE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "11",
        "1102",
        "24:00",
        "11:60",
        "yesterday",
        "2026-11-23",
        "2026-13-01 10:00",
        "\u0660\u0669:\u0660\u0660",
        "11:02 ",
    ],
)
def test_what_is_no_time_is_refused_with_an_example_of_today(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r'write 11:02, or "2026-11-23 11:02"') as refused:
        span_around(text, INDIA, NOW, 0)
    assert refused.value.param_hint == "--at"


@settings(deadline=None)
@given(st.one_of(st.text(max_size=40), st.datetimes().map(str), st.times().map(lambda one: f"{one:%H:%M}")))
def test_whatever_is_written_gives_a_span_or_is_refused(text: str) -> None:
    try:
        since, until = span_around(text, BERLIN, NOW, MINUTE)
    except typer.BadParameter:
        return
    assert since < until <= since + 2 * MINUTE + 2 * HOUR


@pytest.mark.parametrize(
    ("text", "digits"), [("3210", "3210"), ("43 210", "43210"), ("(34) 32-10", "343210")]
)
def test_a_customer_is_forgotten_by_some_last_digits(text: str, digits: str) -> None:
    assert ending(text, "--number") == digits


@pytest.mark.parametrize("text", ["321", "3432109", "+919812343210", "sales", "", "--"])
def test_too_few_digits_or_a_whole_number_are_refused(text: str) -> None:
    with pytest.raises(
        typer.BadParameter, match="write the last 4 to 6 digits of the number, or - to be asked"
    ):
        ending(text, "--number")


def test_a_span_is_written_like_in_the_configuration() -> None:
    assert span_of("1d12h", "--older-than") == 36 * HOUR
    with pytest.raises(typer.BadParameter, match="not a duration; write a number with a unit"):
        span_of("a month", "--older-than")


def test_numbers_are_taken_within_their_bounds() -> None:
    assert [whole(1, 9)(text) for text in ("1", "9", 5)] == [1, 9, 5]
    assert [decimal(0, 600)(text) for text in ("0", "600", "0.5", 60.0)] == [0, 600, 0.5, 60]
    assert row_id("outbox")(str(LARGEST_ID)) == LARGEST_ID


@pytest.mark.parametrize("text", ["0", "10", "", "x", "1.5", "+1", "-1", "\u0661", "1" * 5_000])
def test_no_other_number_is_taken(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"^not a whole number from 1 to 9$"):
        whole(1, 9)(text)


@pytest.mark.parametrize("text", ["0.5", "601", "", "x", "nan", "inf", "-1", "1e2", "9" * 5_000])
def test_no_other_rate_is_taken(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"^not a number from 1 to 600$"):
        decimal(1, 600)(text)


@pytest.mark.parametrize("text", ["0", "A1", "", "1.0", str(LARGEST_ID + 1), "1" * 5_000])
def test_what_is_no_id_says_where_they_are(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"^not an id; `notifier rejects` lists them$"):
        row_id("rejects")(text)


def test_a_choice_is_one_of_the_words_and_no_other() -> None:
    assert one_of(RowState)("dry_run") is RowState.DRY_RUN
    with pytest.raises(
        typer.BadParameter, match=r"^write one of waiting, claimed, .*; did you mean `dead`\?$"
    ):
        one_of(RowState)("deaad")
