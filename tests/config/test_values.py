"""Durations, numbers, switches and secrets as they stand in the configuration."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from notifier.config.values import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Duration,
    Secret,
    Strict,
    Switch,
    Whole,
    at_least,
    duration_text,
    parse_duration,
)


class Sample(Strict):
    text: str = ""
    count: Whole = 0
    on: Switch = False
    span: Duration = 0
    secret: Secret = Secret("default")


def refused(**values: object) -> str:
    with pytest.raises(ValidationError) as raised:
        Sample.model_validate(values)
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("30s", 30 * SECOND),
        ("5m", 5 * MINUTE),
        ("1h30m", HOUR + 30 * MINUTE),
        ("7d", 7 * DAY),
        ("1d1h1m1s", DAY + HOUR + MINUTE + SECOND),
        ("90m", 90 * MINUTE),
        ("007s", 7 * SECOND),
        ("36500d", 36_500 * DAY),
        ("0", 0),
        (0, 0),
        ("0s", 0),
    ],
)
def test_a_duration_is_read(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize(
    "text",
    [
        *("", "5", "m", "5 m", "-5m", "+5m", "1.5h", "5M", "30m1h", "5m5m", "\u0665m", "5m\n", "1w", "00"),
        *("36501d", "1" * 9 + "d", 5, None, True, False, 1.5, [], {}),
    ],
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"not a duration|longer than"):
        parse_duration(text)


@given(st.integers(0, 36_500 * 86_400))
@settings(deadline=None)
def test_a_duration_comes_back_as_it_was_written(seconds: int) -> None:
    assert parse_duration(duration_text(seconds * SECOND)) == seconds * SECOND


@given(st.text())
@settings(deadline=None)
def test_any_text_is_a_duration_or_a_value_error(text: str) -> None:
    try:
        ms = parse_duration(text)
    except ValueError:
        return
    assert parse_duration(duration_text(ms)) == ms


def test_a_duration_is_written_as_short_as_it_can_be() -> None:
    assert [duration_text(ms) for ms in (0, 999, SECOND, 90 * MINUTE, DAY + SECOND)] == [
        "0s",
        "0s",
        "1s",
        "1h30m",
        "1d1s",
    ]


def test_the_least_duration_is_named() -> None:
    check = at_least(90 * SECOND).func
    assert check(90 * SECOND) == 90 * SECOND  # type: ignore[call-arg]  # pydantic's type leaves the choice open
    with pytest.raises(ValueError, match="write 1m30s or more"):
        check(89 * SECOND)  # type: ignore[call-arg]  # as above


def test_numbers_and_switches_take_the_quoted_forms_and_no_others() -> None:
    assert Sample.model_validate({"count": "12", "on": "true"}) == Sample(count=12, on=True)
    assert Sample.model_validate({"count": -3, "on": False}).count == -3
    for count in ("012", "", " 1", "1.0", "1e3", "\uff19", "1" * 19, True, None, 1.0, [1]):
        assert "not a whole number" in refused(count=count)
    switches: list[object] = ["yes", "True", "1", 1, 0, None, [], {}]
    for on in switches:
        assert "neither true nor false" in refused(on=on)


def test_a_number_is_text_where_text_is_asked_for() -> None:
    assert Sample.model_validate({"text": 209}).text == "209"
    for text in (True, None, ["209"]):
        assert "string" in refused(text=text)


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret("hunter2")
    sample = Sample(secret=secret)
    for shown in (
        repr(secret),
        str(secret),
        f"{secret}",
        repr(sample),
        str(sample),
        str(sample.model_dump()),
    ):
        assert "hunter2" not in shown
    assert secret.get() == "hunter2"


def test_secrets_are_equal_where_their_text_is() -> None:
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"


def test_a_secret_is_made_of_text_that_can_be_one() -> None:
    assert Sample.model_validate({"secret": 12345}).secret == Secret("12345")
    assert Sample.model_validate({"secret": Secret("x")}).secret.get() == "x"
    for value in (None, True, ["hunter2"], {"hunter2": 1}, "", "hunter2\n", "hunter2\x7f"):
        assert "hunter2" not in refused(secret=value)


def test_a_secret_that_came_from_nowhere_else_is_never_read_again() -> None:
    assert Secret("a").reread() is False


def test_a_secret_that_is_read_again_says_whether_it_changed() -> None:
    values = iter(["a", "b", "", "x\ny", "b"])
    secret = Secret("a", lambda: next(values))
    assert [(secret.reread(), secret.get()) for _ in range(5)] == [
        (False, "a"),
        (True, "b"),
        (False, "b"),
        (False, "b"),
        (False, "b"),
    ]


def test_unknown_keys_are_refused_and_values_never_change() -> None:
    assert "hunter2" not in refused(hunter=1, password="hunter2")
    with pytest.raises(ValidationError):
        Sample().text = "x"  # type: ignore[misc]  # that it is frozen is what is tested
