"""Phone numbers as people read, copy and dial them, and as those see them who shall not."""

import re

import phonenumbers

from notifier.channels.render.escape import label
from notifier.model import masked

_E164 = re.compile(r"\+\d{4,15}")
_LONGEST = 40  # characters
_WRITTEN = re.compile(r"\+?\d(?:[\W_]{0,3}\d){6,}")
"""What may be a number in a text that people wrote: seven digits, with little between one and the next."""


def shown(customer: str, country: str | None, *, mask: bool = False) -> str:
    """A number to read.

    Args:
        customer: E.164, or whatever stands in its place.
        country: ISO 3166; its own numbers are shown in national form.
        mask: show its first three and last four characters only.
    """
    if mask:
        return masked(label(customer, _LONGEST)) if customer else ""
    number = _parsed(customer)
    if number is None:
        return label(customer, _LONGEST)
    form = phonenumbers.PhoneNumberFormat
    form_ = form.NATIONAL if _is_of(number, country) else form.INTERNATIONAL
    return phonenumbers.format_number(number, form_)


def copied(customer: str, country: str | None, *, mask: bool = False) -> str:
    """A number to copy: as `shown`, but E.164 where it is foreign, which every telephone takes.

    Args:
        customer: E.164, or whatever stands in its place.
        country: ISO 3166; its own numbers are shown in national form.
        mask: show its first three and last four characters only.
    """
    number = None if mask else _parsed(customer)
    foreign = number is not None and not _is_of(number, country)
    return customer if foreign else shown(customer, country, mask=mask)


def dialled(customer: str, *, mask: bool = False) -> str:
    """The number for a `tel:` link, E.164; empty where it can't be told, or must not be."""
    return customer if _E164.fullmatch(customer) and not mask else ""


def hidden(text: str) -> str:
    """A text with every phone number in it masked: names, too, are often numbers."""
    return _WRITTEN.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    plus = "+" if found[0].startswith("+") else ""
    return masked(plus + "".join(filter(str.isdecimal, found[0])))


def _parsed(customer: str) -> phonenumbers.PhoneNumber | None:
    if not _E164.fullmatch(customer):
        return None
    try:
        return phonenumbers.parse(customer)
    except phonenumbers.NumberParseException:
        return None


def _is_of(number: phonenumbers.PhoneNumber, country: str | None) -> bool:
    return country is not None and phonenumbers.region_code_for_number(number) == country
