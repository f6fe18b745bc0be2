"""Days, and spans of them, as they are written: 2026-12-24, 2026-12-01..2026-12-10."""

import re
from datetime import date
from typing import Annotated, NamedTuple

from pydantic import PlainValidator, WithJsonSchema

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DAYS = re.compile(rf"({_DAY})(?:\.\.({_DAY}))?")


class Days(NamedTuple):
    """From one day to another, with both; of which zone is for the reader to know."""

    first: date
    last: date


def parse_days(value: object) -> Days:
    """Read "2026-12-24" or "2026-12-01..2026-12-10".

    Raises:
        ValueError: it is neither, or ends before it begins.
    """
    if isinstance(value, Days):
        return value
    match = _DAYS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("neither a day nor days; write 2026-12-24, or 2026-12-01..2026-12-10 with both")
    first = _day(match[1])
    last = _day(match[2] or match[1])
    if last < first:
        raise ValueError("it ends before it begins; write the earlier day first")
    return Days(first, last)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            "there is no such day; write year, month and day, like 2026-12-24 for 24 December"
        ) from None


DaySpan = Annotated[
    Days,
    PlainValidator(parse_days),
    WithJsonSchema({"type": "string", "pattern": f"^{_DAYS.pattern.replace('?:', '')}$"}),
]
"""A day, or days, written as `parse_days` reads it."""
