"""Which customer a dialled number means."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.telecmi.numbers import LONGEST, NotANumber, customer, dialled


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("9812345678", "IN", "+919812345678"),  # as dialled in the account's country
        ("09812345678", "IN", "+919812345678"),
        ("919812345678", "IN", "+919812345678"),  # with its country code
        ("00919812345678", "IN", "+919812345678"),
        ("6242886303", "IN", "+916242886303"),  # valid with a "+" too: its own country goes first
        ("9100000000", "IN", "+919100000000"),  # begins like the country code, and is none
        ("442079460958", "IN", "+442079460958"),  # valid only with a "+" before it
        ("+442079460958", "IN", "+442079460958"),
        ("4165550123", "US", "+14165550123"),  # its country shares the code with others
        ("9812345678", "in", "+919812345678"),
        ("919812345678", "", "+919812345678"),
        ("9812345678", "", "9812345678"),  # without a country, nothing tells whose number it is
        ("9812345678", "XX", "9812345678"),
        ("12345", "IN", "12345"),  # valid nowhere: its digits as they are
        ("+12345", "IN", "12345"),
        ("0", "IN", "0"),
        ("1" * 32, "IN", "1" * 32),
    ],
)
def test_a_customer_is_told_in_e164_where_that_is_possible(number: str, country: str, expected: str) -> None:
    assert customer(number, country) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (9812345678, "9812345678"),
        ("9812345678", "9812345678"),
        ("+91 (98123) 456-78", "+919812345678"),
        (" +919812345678 ", "+919812345678"),
        ("٩٨١٢٣", "98123"),  # digits of another script
        (0, "0"),
        (10**LONGEST - 1, "9" * LONGEST),
    ],
)
def test_what_was_dialled_is_kept_as_digits(value: object, expected: str) -> None:
    assert dialled(value) == expected


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (-1, "is out of range"),
        (10**LONGEST, "is out of range"),
        (True, "is neither a number nor text"),
        (9812345678.0, "is neither a number nor text"),
        (["9812345678"], "is neither a number nor text"),
        ("anonymous", "holds no digits"),
        ("+", "holds no digits"),
        ("9" * 40, "is too long"),
        ("9" * 10**6, "is too long"),
    ],
)
def test_what_is_no_number_says_why(value: object, why: str) -> None:
    with pytest.raises(NotANumber, match=f"^{why}$"):
        dialled(value)


@given(st.one_of(st.text(max_size=80), st.from_regex(r"\+?[0-9]{1,32}", fullmatch=True), st.integers()))
@settings(deadline=None)
def test_a_customer_is_always_digits_perhaps_with_a_plus(value: object) -> None:
    try:
        number = dialled(value)
    except NotANumber:
        return
    for country in ("IN", "", "US"):
        found = customer(number, country)
        assert found.removeprefix("+").isascii()
        assert found.removeprefix("+").isdigit()
        assert len(found) <= LONGEST
