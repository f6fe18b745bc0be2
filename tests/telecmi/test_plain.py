"""What is recognised at one look, against what phonenumbers says after all of its own."""

import re

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumberType

from notifier.telecmi.plain import dialled_at_home, with_code

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
KINDS = (
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.PAGER,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
)
PREFIXES = ("", "0", "00", "1")


def _by_phonenumbers(text: str, region: str | None) -> str | None:
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _examples(region: str) -> list[str]:
    """One national number of each kind that a region has."""
    found = [phonenumbers.example_number_for_type(region, kind) for kind in KINDS]
    return [phonenumbers.national_significant_number(one) for one in found if one is not None]


def _shapes(region: str, number: str) -> list[str]:
    """A number as people in a region may dial it, and as TeleCMI may report it."""
    code = str(phonenumbers.country_code_for_region(region))
    return [prefix + rest for prefix in PREFIXES for rest in (number, code + number)]


def _agree(digits: str, region: str) -> None:
    at_home, behind_plus = dialled_at_home(digits, region), with_code(digits)
    assert at_home in {None, _by_phonenumbers(digits, region)}
    assert behind_plus in {None, _by_phonenumbers("+" + digits, None)}


@pytest.mark.parametrize("region", REGIONS)
def test_every_kind_of_number_of_every_country_is_told_as_phonenumbers_does_or_not_at_all(
    region: str,
) -> None:
    for number in _examples(region):
        for digits in _shapes(region, number):
            _agree(digits, region)


@st.composite
def _numbers(draw: st.DrawFn) -> tuple[str, str]:
    """A region, and digits that are, or nearly are, one of its numbers, with whatever may stand before it."""
    region = draw(st.sampled_from(REGIONS))
    metadata = PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    assert metadata.general_desc is not None
    viable = re.compile(metadata.general_desc.national_number_pattern or "", re.ASCII)
    near = st.sampled_from(_examples(region) or ["1"]).flatmap(
        lambda number: st.integers(0, len(number)).flatmap(
            lambda at: st.text("0123456789", max_size=len(number) - at + 1).map(number[:at].__add__)
        )
    )
    prefixes = [metadata.national_prefix or "0", "00", "011", "1", "9"]
    prefix = draw(st.one_of(st.just(""), st.sampled_from(prefixes)))
    code = draw(st.sampled_from(["", str(metadata.country_code)]))
    number = draw(st.one_of(near, st.from_regex(viable, fullmatch=True)))
    return (prefix + code + number)[:20] or "0", region


@settings(deadline=None, max_examples=500)
@given(_numbers())
@example(("3758100317014", "BY"))  # 8 is its prefix
@example(("00800900270", "PA"))  # 00 is dialled before a foreign number
@example(("9100000000", "IN"))  # only begins like the country's code
@example(("74951234567", "RU"))  # 8 is its prefix, and numbers of Kazakhstan share its code
@example(("77011234567", "RU"))
def test_what_is_close_to_a_number_is_told_as_phonenumbers_does_or_not_at_all(drawn: tuple[str, str]) -> None:
    _agree(*drawn)


@settings(deadline=None, max_examples=300)
@given(st.text("0123456789", min_size=1, max_size=20), st.sampled_from(REGIONS))
@example("016505551234", "US")  # no country's code begins with a zero
@example("0" * 20, "IT")
def test_any_digits_are_told_as_phonenumbers_does_or_not_at_all(digits: str, region: str) -> None:
    _agree(digits, region)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(CODES), st.text("0123456789", min_size=4, max_size=14), st.sampled_from(REGIONS))
def test_digits_behind_any_code_are_told_as_phonenumbers_does_or_not_at_all(
    code: int, number: str, region: str
) -> None:
    _agree(f"{code}{number}", region)


@settings(deadline=None, max_examples=200)
@given(st.from_regex(r"[6-9][0-9]{9}", fullmatch=True))
def test_indian_mobile_numbers_with_their_code_need_no_second_look_where_they_are_valid(number: str) -> None:
    assert dialled_at_home("91" + number, "IN") == _by_phonenumbers("91" + number, "IN")
    assert with_code("91" + number) == _by_phonenumbers("+91" + number, None)


@pytest.mark.parametrize(
    ("digits", "country", "at_home", "behind_plus"),
    [
        ("919812345678", "IN", "+919812345678", "+919812345678"),
        ("9812345678", "in", "+919812345678", None),
        ("09812345678", "IN", None, None),  # valid, and not plain
        ("9100000000", "IN", None, None),
        ("442079460958", "IN", None, "+442079460958"),
        ("442079460958", "GB", "+442079460958", "+442079460958"),
        ("12025550123", "US", "+12025550123", "+12025550123"),
        ("14165550123", "CA", None, None),  # not the first of those that share the code
        ("390612345678", "IT", "+390612345678", "+390612345678"),  # its zero belongs to the number
        ("447400123456", "JE", None, "+447400123456"),
        ("80012345678", "IN", None, None),  # the code of no country
        ("919812345678", "XX", None, "+919812345678"),
        ("919812345678", "", None, "+919812345678"),
    ],
)
def test_what_is_plain_is_recognised(
    digits: str, country: str, at_home: str | None, behind_plus: str | None
) -> None:
    assert (dialled_at_home(digits, country), with_code(digits)) == (at_home, behind_plus)


def test_most_countries_have_plain_numbers() -> None:
    recognised = [
        region
        for region in REGIONS
        for number in _examples(region)[:1]
        if dialled_at_home(f"{phonenumbers.country_code_for_region(region)}{number}", region)
    ]
    assert len(recognised) > 0.6 * len(REGIONS)
