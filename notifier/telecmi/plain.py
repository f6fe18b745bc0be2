"""Numbers that are valid beyond doubt: told by one look instead of by ``phonenumbers``' many.

To read one number, ``phonenumbers`` takes as long as all the rest of a call together. Most numbers are plain:
a national number, with or without its country's code, and no prefix that could mean something else. Those are
recognised here by its own patterns, and get exactly what it would say; all others are left to it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
from phonenumbers.phonemetadata import PhoneNumberDesc

_COUNTRIES = 32  # kept; making one takes milliseconds, keeping it some 30 KB
_NEVER = r"(?!)"


@dataclass(frozen=True, slots=True)
class Country:
    """The main country of a calling code."""

    code: str  # "91"
    abroad: re.Pattern[str]  # begins with what is dialled before a foreign number
    possible: re.Pattern[str]  # looks like one of its numbers, valid or not
    plain: re.Pattern[str]  # a valid number of its own, and nothing else


def dialled_at_home(digits: str, country: str) -> str | None:
    """The number in E.164, as dialled from a country, with or without the country's own code.

    Args:
        digits: nothing but digits.
        country: ISO 3166 code.

    Returns:
        None where it is not plain, and may still be valid.
    """
    home = _home(country.upper())
    if home is None or home.abroad.match(digits):
        return None
    number = digits
    if digits.startswith(home.code):
        if home.possible.fullmatch(digits):
            return None  # a number that only begins like the code
        number = digits[len(home.code) :]
    return f"+{home.code}{number}" if home.plain.fullmatch(number) else None


def with_code(digits: str) -> str | None:
    """The number in E.164, as it stands behind a "+".

    Args:
        digits: nothing but digits.

    Returns:
        None where it is not plain, and may still be valid.
    """
    if digits.startswith("0"):
        return None  # no country's code does
    for length in (1, 2, 3):
        regions = COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length]))
        if regions:
            home = _home(regions[0])
            return f"+{digits}" if home and home.plain.fullmatch(digits[length:]) else None
    return None


@lru_cache(maxsize=_COUNTRIES)
def _home(region: str) -> Country | None:
    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None or metadata.country_code is None or metadata.general_desc is None:
        return None
    # Where countries share a code, all of them are asked in turn whose a number is; not so for the first.
    if COUNTRY_CODE_TO_REGION_CODE[metadata.country_code][0] != region:
        return None
    kinds = (
        metadata.mobile,
        metadata.fixed_line,
        metadata.toll_free,
        metadata.premium_rate,
        metadata.shared_cost,
        metadata.voip,
        metadata.personal_number,
        metadata.pager,
        metadata.uan,
        metadata.voicemail,
    )
    return Country(
        code=str(metadata.country_code),
        abroad=re.compile(metadata.international_prefix or _NEVER),
        possible=re.compile(metadata.general_desc.national_number_pattern or _NEVER),
        plain=re.compile(
            rf"(?!{metadata.national_prefix_for_parsing or _NEVER})"  # it may be meant as a prefix, or not
            rf"(?={metadata.leading_digits or ''})"
            rf"(?={_any_of([metadata.general_desc])}\Z){_any_of(kinds)}"
        ),
    )


def _any_of(kinds: Iterable[PhoneNumberDesc | None]) -> str:
    found = [_pattern(kind) for kind in kinds if kind is not None and kind.national_number_pattern]
    return f"(?:{'|'.join(found) or _NEVER})"


def _pattern(kind: PhoneNumberDesc) -> str:
    lengths = "|".join(f"[0-9]{{{length}}}" for length in kind.possible_length)
    ahead = rf"(?=(?:{lengths})\Z)" if lengths else ""
    return f"{ahead}(?:{kind.national_number_pattern})"
