"""Phone numbers as people read and dial them."""

import re

import phonenumbers

from notifier.channels.render.escape import label

_E164 = re.compile(r"\+\d{4,15}")
_LONGEST = 40  # characters


def shown(customer: str, country: str | None) -> str:
    """A number to read.

    Args:
        customer: E.164, or whatever stands in its place.
        country: ISO 3166; its own numbers are shown in national form.
    """
    if _E164.fullmatch(customer):
        try:
            number = phonenumbers.parse(customer)
        except phonenumbers.NumberParseException:
            return customer
        local = country is not None and phonenumbers.region_code_for_number(number) == country
        form = phonenumbers.PhoneNumberFormat
        return phonenumbers.format_number(number, form.NATIONAL if local else form.INTERNATIONAL)
    return label(customer, _LONGEST)


def dialled(customer: str) -> str:
    """The number for a `tel:` link, E.164; empty where it can't be told."""
    return customer if _E164.fullmatch(customer) else ""
