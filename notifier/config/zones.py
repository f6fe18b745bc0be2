"""Time zones by their names."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator


def _zone(value: object) -> object:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        msg = "unknown time zone; write a name of the IANA list, like Asia/Kolkata"
        raise ValueError(msg) from None


Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
"""A time zone, written as its name in the IANA list."""
