"""Which customer a dialled number means."""

import unicodedata
from functools import lru_cache

import phonenumbers

from notifier.telecmi.plain import dialled_at_home, with_code

LONGEST = 32  # digits; E.164 has at most 15, the rest is room for prefixes and mistakes

_TOO_LARGE = 10**LONGEST
_LONGEST_TEXT = 64  # characters, with spaces and brackets
_LONGEST_TRIED = 20  # digits; nothing longer is a phone number anywhere
_REMEMBERED = 2_048  # numbers; reading one takes up to 20 µs, finding it again 0.1 µs, keeping it 300 bytes


class NotANumber(ValueError):
    """What was dialled holds no digits, or far too many; the text says which."""


def dialled(value: object) -> str:
    """The digits that were dialled, with a leading "+" where there was one.

    Args:
        value: a number or text, as it stood in the record.

    Raises:
        NotANumber: it is neither, or holds no digits, or too many.
    """
    if type(value) is int:
        if not 0 <= value < _TOO_LARGE:
            raise NotANumber("is out of range")
        return str(value)
    if not isinstance(value, str):
        raise NotANumber("is neither a number nor text")
    if len(value) > _LONGEST_TEXT:
        raise NotANumber("is too long")
    digits = value if value.isascii() and value.isdigit() else _digits(value)
    if not digits.lstrip("+"):
        raise NotANumber("holds no digits")
    if len(digits) > LONGEST:
        raise NotANumber("is too long")
    return digits


def _digits(text: str) -> str:
    plus = "+" if text.strip().startswith("+") else ""
    return plus + "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


@lru_cache(maxsize=_REMEMBERED)
def customer(number: str, country: str) -> str:
    """The number in E.164 where it can be told, else its digits as they are.

    It can be told where it is valid as dialled from the account's country, else where it is valid with a
    "+" before it: TeleCMI reports numbers with and without their country code.

    Args:
        number: digits, perhaps with a leading "+".
        country: ISO 3166 code of the account's country; "" where none is known.
    """
    digits = number.lstrip("+")
    if len(digits) > _LONGEST_TRIED:
        return digits
    if country and number == digits:
        found = dialled_at_home(digits, country) or _valid(digits, country.upper())
        if found:
            return found
    return with_code(digits) or _valid("+" + digits, None) or digits


def _valid(text: str, region: str | None) -> str | None:
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
