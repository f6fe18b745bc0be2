"""Instants and spans of time in words."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_UNKNOWN = "at an unknown time"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000))


def local(ms: int, zone: ZoneInfo, now: int, *, seconds: bool = False) -> str:
    """An instant in a zone with its offset, "11:02 IST (+05:30)"; with its date where that is not today.

    Args:
        ms: UTC ms.
        zone: where the readers are.
        now: UTC ms; tells which day is today.
        seconds: "11:02:07", where minutes do not tell enough.
    """
    then = _at(ms, zone)
    if then is None:
        return _UNKNOWN
    return f"{_day(then, _at(now, zone))}{then:{'%H:%M:%S' if seconds else '%H:%M'}} {_offset(then)}"


def moment(ms: int, zone: ZoneInfo, now: int) -> str:
    """The same without the offset, where another time beside it has that: "11:02", "3 Aug 16:00"."""
    then = _at(ms, zone)
    return _UNKNOWN if then is None else f"{_day(then, _at(now, zone))}{then:%H:%M}"


def day(ms: int, zone: ZoneInfo) -> str:
    """The day of an instant, so that days sort: "2026-09-21"."""
    then = _at(ms, zone)
    return _UNKNOWN if then is None else then.date().isoformat()


def in_turn(instants: Iterable[int], zone: ZoneInfo, now: int) -> list[str]:
    """Instants (UTC ms) one below the other: each with its offset where that is another one than before."""
    said, before = [], ""
    for ms in instants:
        then = _at(ms, zone)
        offset = "" if then is None else _offset(then)
        said.append((moment if offset == before else local)(ms, zone, now))
        before = offset
    return said


def slack_ago(ms: int, zone: ZoneInfo) -> str:
    """Slack's own "12 minutes ago", which stays true; the day of the instant where a client can't do it.

    Args:
        ms: UTC ms.
        zone: in which that day is told.
    """
    then = _at(ms, zone)
    return (
        "" if then is None or ms < 0 else f"<!date^{ms // 1000}^{{ago}}|on {then.day} {then:%b} {then.year}>"
    )


def duration(ms: int) -> str:
    """A span in its two largest units: "45 s", "30 min", "1 h 30 min", "2 d"."""
    parts: list[str] = []
    for unit, size in _UNITS:
        count, ms = divmod(ms, size)
        if count or parts:
            parts.append(f"{count} {unit}" if count else "")
    return " ".join(part for part in parts[:2] if part) or "0 s"


def _at(ms: int, zone: ZoneInfo) -> datetime | None:
    try:
        return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone)
    except OverflowError:
        return None


def _day(then: datetime, today: datetime | None) -> str:
    if today is not None and then.date() == today.date():
        return ""
    year = "" if today is not None and then.year == today.year else f" {then.year}"
    return f"{then.day} {then:%b}{year} "


def _offset(then: datetime) -> str:
    name = then.tzname() or ""
    shift = then.isoformat(timespec="minutes")[16:22]
    # Zones without letters of their own are named "+03": saying it twice helps nobody.
    return f"{name} ({shift})" if name.isalpha() else f"({shift})"
