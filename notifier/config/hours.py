"""Days of the week, times of the day and spans of it, as they are written: mon-sat, 18:30, 09:30-13:30."""

import re
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

from notifier.config.meant import meant
from notifier.config.values import listed

DAY_MINUTES = 24 * 60
CLOSED = "closed"
"""What stands for the hours of a day that has none."""

_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ANY_CASE = "|".join("".join(f"[{letter.upper()}{letter}]" for letter in name) for name in _NAMES)
_DAYS = f"^({_ANY_CASE})( ?- ?({_ANY_CASE}))?$"  # for editors
_CLOCK = "([01]?[0-9]|2[0-3]):[0-5][0-9]"
_SPAN = f"{_CLOCK} ?- ?({_CLOCK}|24:00)"
_TIME = re.compile(_CLOCK, re.ASCII)


class Span(NamedTuple):
    """Of a day: minutes after the midnight it begins with; from 1440 on they are the next day's."""

    begins: int
    ends: int


def parse_weekdays(value: object) -> frozenset[int]:
    """Read "mon", "mon-sat" or "sat-mon", in any case; 0 is Monday.

    Raises:
        ValueError: it is no day and no range of days.
    """
    if isinstance(value, frozenset):
        return value
    first, dash, last = (part.strip().lower() for part in str(value).partition("-"))
    ends = (first, last) if dash else (first,)
    if not all(end in _NAMES for end in ends):
        hint = _meant(ends) or "write mon, tue, wed, thu, fri, sat or sun, a range like mon-sat, or a list"
        raise ValueError(f"not a day of the week; {hint}")
    begin, end = _NAMES.index(ends[0]), _NAMES.index(ends[-1])
    return frozenset((begin + step) % 7 for step in range((end - begin) % 7 + 1))


def parse_time(value: object) -> int:
    """Read "18:30" as minutes after midnight.

    Raises:
        ValueError: it is no time of the day.
    """
    text = str(value).strip()
    if not _TIME.fullmatch(text):
        raise ValueError('not a time of the day; write hours and minutes, like "18:30"')
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def parse_span(value: object) -> Span:
    """Read "09:30-13:30", or "22:00-06:00", which goes on past midnight; 24:00 may be its end.

    Raises:
        ValueError: it is no span, or has no length.
    """
    if isinstance(value, Span):
        return value
    first, dash, last = (part.strip() for part in str(value).partition("-"))
    if not dash:
        raise ValueError('not a span of the day; write from and to, like "09:30-13:30"')
    begins = parse_time(first)
    ends = DAY_MINUTES if last == "24:00" else parse_time(last)
    if begins == ends:
        raise ValueError('a span without length; write from and to, or "00:00-24:00" for the whole day')
    return Span(begins, ends if ends > begins else ends + DAY_MINUTES)


def _span_or_closed(value: object) -> Span:
    try:
        return parse_span(value)
    except ValueError as error:
        raise ValueError(f"{error}, or {CLOSED}") from None


def _hours(value: object) -> object:
    return [] if isinstance(value, str) and value.strip().lower() == CLOSED else listed(value)


def _meant(words: tuple[str, ...]) -> str:
    days = [_day_meant(word) for word in words]
    return f"did you mean `{'-'.join(days)}`?" if all(days) else ""


def _day_meant(word: str) -> str:
    """The day that somebody wrote out, or mistyped; "" where it is none."""
    if not word.isalpha():
        return ""
    guess = meant(word, _NAMES)
    return next((name for name in _NAMES if word[:3] == name or f"`{name}`" in guess), "")


Weekdays = Annotated[
    frozenset[int],
    PlainValidator(parse_weekdays),
    WithJsonSchema({"type": "string", "pattern": _DAYS}),
]
"""A day of the week or a range, written as `parse_weekdays` reads it."""

SpanOfDay = Annotated[
    Span,
    PlainValidator(parse_span),
    WithJsonSchema({"type": "string", "pattern": f"^{_SPAN}$"}),
]
"""A span of the day, written as `parse_span` reads it."""

HoursOfDay = Annotated[
    tuple[
        Annotated[
            Span,
            PlainValidator(_span_or_closed),
            WithJsonSchema({"type": "string", "pattern": f"^({_SPAN}|{CLOSED})$"}),
        ],
        ...,
    ],
    BeforeValidator(_hours),
]
"""Spans of one day, or `closed` where it has none."""

WHOLE_DAY = Span(0, DAY_MINUTES)
WHOLE_WEEK = frozenset(range(7))
