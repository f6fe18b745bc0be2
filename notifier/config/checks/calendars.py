"""Calendars: places and days that there are, some time at which they are open, and who refers to them."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from notifier.config.meant import meant_or_listed
from notifier.config.places import Finding, KeyPath
from notifier.config.public_holidays import check_place
from notifier.config.view import View

_LONGEST = timedelta(days=366)
"""Nobody closes for longer and means to open again."""


def holidays(view: View) -> Iterator[Finding]:
    """Of countries and regions that are known."""
    for name, calendar in view.calendars.items():
        for index, place in enumerate(calendar.holidays):
            try:
                check_place(place)
            except ValueError as error:
                what, _, hint = str(error).partition("; ")
                yield Finding(("calendars", name, "holidays", index), what, hint)


def never_open(view: View) -> Iterator[Finding]:
    """What is held must go out some day."""
    for name, calendar in view.calendars.items():
        opens = sorted(day for day, hours in calendar.exceptions.items() if hours)
        for run in calendar.closures():
            marks = (run.first, *(day for day in opens if run.first < day < run.last), run.last)
            if any(later - earlier > _LONGEST for earlier, later in pairwise(marks)):
                what = "it never opens for more than a year"
                hint = "let `closed` end earlier, or give a day in between hours in `exceptions`"
                here = ("calendars", name, "closed")
                also = (here, ("calendars", name, "exceptions"))
                yield Finding(here, what, hint, at_key=True, also=also)


def named(view: View) -> Iterator[Finding]:
    """Whoever refers to a calendar finds it."""
    for path, name in _references(view):
        if name and name not in view.calendar_names:
            hint = meant_or_listed(name, view.calendar_names) or "add it under `calendars:`"
            also = (("calendars", name),)
            yield Finding((*path, "calendar"), "no such calendar", hint, also=also)


def needed(view: View) -> Iterator[Finding]:
    """What goes by a calendar means nothing without one."""
    for path, rule in view.rules.items():
        for key in ("outside", "critical_passes"):
            if key in rule.model_fields_set and not rule.calendar:
                hint = "add `calendar:` with one of `calendars`, or remove it"
                what, also = "means nothing without a calendar", ((*path, "calendar"),)
                yield Finding((*path, key), what, hint, at_key=True, also=also)
    if view.ops.calendar in view.calendar_names and view.ops.quiet_after is None:
        what, hint = "means nothing without `quiet_after`", "add `quiet_after:`, or remove it"
        also = (("ops", "quiet_after"),)
        yield Finding(("ops", "calendar"), what, hint, at_key=True, also=also)


def _references(view: View) -> Iterator[tuple[KeyPath, str]]:
    for path, rule in view.rules.items():
        yield path, rule.calendar
    yield ("ops",), view.ops.calendar
