"""An instant that is still to come, as people write it."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import typer

from notifier.cli.parse import exists, ms_of, span_of, today
from notifier.config.values import DAY

FARTHEST = 36_500 * DAY
"""ms ahead; as far as a span may reach, and all that is said of an instant can be said of it."""

_MOMENT = re.compile(
    r"(?:(today|tomorrow|[0-9]{4}-[0-9]{2}-[0-9]{2})[ T])?([0-9]{1,2}):([0-9]{2})", re.IGNORECASE
)


def end_of(span: str, until: str, zone: ZoneInfo, now: int, start: int) -> int:
    """When something is over, of which either `--for` or `--until` was said.

    Args:
        span: of `--for`: "2h"; "" where it was not said.
        until: of `--until`; likewise.
        zone: in which a time without an offset is meant.
        now: UTC ms.
        start: UTC ms, from which on the span counts.

    Returns:
        UTC ms.

    Raises:
        typer.BadParameter: neither was said, or both, or it can't be read.
    """
    if bool(span) == bool(until):
        raise typer.BadParameter("say for how long, or until when: one of the two", param_hint="--for")
    return start + span_of(span, "--for") if span else instant(until, zone, now, "--until")


def instant(text: str, zone: ZoneInfo, now: int, where: str) -> int:
    """The instant that "18:00" (the next that comes), "tomorrow 09:00" or "2026-12-01T09:00" means.

    A time that comes twice, when the clocks are set back, means the first.

    Args:
        text: as written; with an offset where another than the zone's is meant.
        zone: in which a time without an offset is meant.
        now: UTC ms.
        where: the option that it was written for.

    Returns:
        UTC ms.

    Raises:
        typer.BadParameter: it is none of these, or the clocks are set forward over it, or nobody will see it.
    """
    try:
        moment = _moment(text.strip(), zone, now)
        if exists(moment) and ms_of(moment) <= now + FARTHEST:
            return ms_of(moment)
        what = "there is no such time on that day: the clocks are set forward over it"
        if exists(moment):
            what = "more than a hundred years ahead; name a time that somebody will see"
    except (ValueError, OverflowError):
        what = f'not a time; write 18:00, "tomorrow 09:00" or {today(zone, now) + timedelta(days=7)}T09:00'
    raise typer.BadParameter(what, param_hint=where)


def _moment(text: str, zone: ZoneInfo, now: int) -> datetime:
    found = _MOMENT.fullmatch(text)
    if found is None:
        moment = datetime.fromisoformat(text)
        if ":" not in text:
            raise ValueError("a day without a time")
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    at = time(int(found[2]), int(found[3]))
    if found[1]:
        return datetime.combine(_day(found[1].lower(), today(zone, now)), at, zone)
    day = today(zone, now)
    moment = datetime.combine(day, at, zone)
    return moment if ms_of(moment) > now else datetime.combine(day + timedelta(days=1), at, zone)


def _day(text: str, day: date) -> date:
    if text == "today":
        return day
    return day + timedelta(days=1) if text == "tomorrow" else date.fromisoformat(text)
