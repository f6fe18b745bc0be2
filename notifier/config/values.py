"""Values that stand in the configuration as text: durations, numbers, switches, secrets."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_DURATION = re.compile(r"(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?", re.ASCII)
DURATION_SCHEMA = {"type": "string", "pattern": f"^(0|(?=.){_DURATION.pattern.replace('?:', '')})$"}
"""For editors."""

_LONGEST = 36_500 * DAY  # beyond it, an instant so far back is no date any more
_WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_VARIABLE = re.compile(r"\$[A-Z_][A-Z0-9_]*")


class Strict(BaseModel):
    """A part of the configuration: unknown keys are errors, values never change, errors show no value."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True
    )


def parse_duration(text: object) -> int:
    """Turn "30s", "5m", "1h30m" or "7d" into ms; 0 stays 0.

    Raises:
        ValueError: it is not a duration, or longer than a hundred years.
    """
    if text == "0" or (text == 0 and not isinstance(text, bool)):
        return 0
    match = _DURATION.fullmatch(text) if isinstance(text, str) and text else None
    if match is None:
        msg = "not a duration; write a number with a unit, like 30s, 5m, 1h30m or 7d"
        raise ValueError(msg)
    total = sum(int(part) * unit for part, unit in zip(match.groups(), _UNITS.values(), strict=True) if part)
    if total > _LONGEST:
        msg = "longer than 36500d; write a shorter duration"
        raise ValueError(msg)
    return total


def duration_text(ms: int) -> str:
    """The shortest way to write a span of ms so that `parse_duration` reads it; part seconds are cut off."""
    parts = []
    for letter, unit in _UNITS.items():
        amount, ms = divmod(ms, unit)
        if amount:
            parts.append(f"{amount}{letter}")
    return "".join(parts) or "0s"


def at_least(shortest: int) -> AfterValidator:
    """A duration of at least so many ms."""

    def checked(ms: int) -> int:
        if ms < shortest:
            raise ValueError(f"too short; write {duration_text(shortest)} or more")
        return ms

    return AfterValidator(checked)


def _whole(value: object) -> object:
    if isinstance(value, str) and _WHOLE.fullmatch(value):  # quoted, or from a `${…}`
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("not a whole number; write plain digits without a leading zero")


def _switch(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in {"true", "false"}:  # quoted, or from a `${…}`
        return value == "true"
    raise ValueError("neither true nor false; write one of the two")


def listed(value: object) -> object:
    """One value may stand where a list is asked for."""
    return [value] if isinstance(value, str | int) else value


Duration = Annotated[
    int,
    BeforeValidator(parse_duration),
    WithJsonSchema(DURATION_SCHEMA),
]
"""A span of time in ms, written as "30s", "5m", "1h30m", "7d"."""

Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number."""

Switch = Annotated[bool, BeforeValidator(_switch)]
"""true or false, and no other word for them."""


class Resolved(str):
    """A string of the configuration whose `${…}` were replaced; remembers how to do it again."""

    __slots__ = ("reread",)
    reread: Callable[[], str]  # only where a file is in it; returns "" while that can't be read


class Secret:
    """A string that shows itself to nobody who does not ask by name."""

    __slots__ = ("_listener", "_read", "_value")

    def __init__(self, value: str, read: Callable[[], str] | None = None) -> None:
        self._value = value
        self._read = read
        self._listener: Callable[[str], None] | None = None

    def get(self) -> str:
        """The secret itself."""
        return self._value

    def tell(self, listener: Callable[[str], None]) -> None:
        """Have somebody told of each value that replaces this one, before it is used."""
        self._listener = listener

    def reread(self) -> bool:
        """Read its `${file:…}` again; did it change? The environment never does while we run.

        A file that is gone, or holds what can't be a secret, changes nothing.
        """
        if self._read is None:
            return False
        value = self._read()
        if value == self._value or _unfit(value):
            return False
        if self._listener is not None:
            self._listener(value)
        self._value = value
        return True

    def __repr__(self) -> str:
        return "Secret('***')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Made from any string; one that came from `${file:…}` can be read again."""

        def make(value: object) -> Secret:
            if isinstance(value, cls):
                return value
            if isinstance(value, bool) or not isinstance(value, str | int):
                raise ValueError("not a text; write it in quotes, or better as ${NAME}")  # noqa: TRY004 - pydantic collects ValueErrors only
            if trouble := _unfit(str(value)) or _unbraced(value):
                raise ValueError(trouble)
            return cls(str(value), getattr(value, "reread", None))

        return core_schema.no_info_plain_validator_function(
            make, json_schema_input_schema=core_schema.str_schema()
        )


def _unbraced(value: str | int) -> str:
    """Why this, as it is written, is hardly meant as a secret. What came out of a `${…}` may be anything."""
    if isinstance(value, Resolved) or not _VARIABLE.fullmatch(str(value)):
        return ""
    return "looks like a variable; write ${NAME}, with braces (a secret that is so: into a ${file:/path})"


def _unfit(value: str) -> str:
    """Why this can't be a secret: it would break a header or prove nothing. Empty where it can."""
    if not value:
        return "empty; write the secret, best as ${NAME} or ${file:/path}"
    return "it holds a line break or a control character; take that out" if _CONTROL.search(value) else ""
