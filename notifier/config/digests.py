"""Reports at fixed times."""

from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from notifier.config.hours import WHOLE_WEEK, Weekdays, parse_time
from notifier.config.rules import Texts
from notifier.config.values import Strict, Switch, listed
from notifier.config.zones import Zone

TimeOfDay = Annotated[
    int,
    PlainValidator(parse_time),
    WithJsonSchema({"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"}),
]
"""Minutes after midnight, written as `parse_time` reads it."""


class Digest(Strict):
    """What was missed, reached since, and is still open, since the digest before."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    """Its identity: `notifier digest NAME` shows it."""
    at: Annotated[tuple[TimeOfDay, ...], BeforeValidator(listed), Field(min_length=1)]
    """Times of the day: "18:30"."""
    days: Annotated[tuple[Weekdays, ...], BeforeValidator(listed), Field(min_length=1)] = (WHOLE_WEEK,)
    """Days of the week: mon-sat, or a list of days and ranges."""
    team: Texts = ()
    """Only calls of these teams; all where none is given."""
    timezone: Zone | None = None
    """A name of the IANA list; the top level's where none is given."""
    notify: Annotated[Texts, Field(min_length=1)]
    """Receivers that it is sent to."""
    skip_empty: Switch = True
    """Nothing is sent where there is nothing to tell."""
