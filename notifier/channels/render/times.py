"""Instants and spans of time in words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

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
    moment, today = _at(ms, zone), _at(now, zone)
    if moment is None:
        return "at an unknown time"
    day = ""
    if today is None or moment.date() != today.date():
        year = "" if today is not None and moment.year == today.year else f" {moment.year}"
        day = f"{moment.day} {moment:%b}{year} "
    return f"{day}{moment:{'%H:%M:%S' if seconds else '%H:%M'}} {_offset(moment)}"


def slack_date(ms: int, fallback: str) -> str:
    """Slack's own way: each reader sees the instant in their own zone.

    Args:
        ms: UTC ms.
        fallback: for clients that can't do it; ours, so it holds none of `<>|`.
    """
    if ms < 0 or _at(ms, ZoneInfo("UTC")) is None:
        return fallback
    return f"<!date^{ms // 1000}^{{date_short_pretty}} {{time}}|{fallback}>"


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


def _offset(moment: datetime) -> str:
    name = moment.tzname() or ""
    shift = moment.isoformat(timespec="minutes")[16:22]
    # Zones without letters of their own are named "+03": saying it twice helps nobody.
    return f"{name} ({shift})" if name.isalpha() else f"({shift})"
