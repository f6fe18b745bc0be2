"""Until when an alert is snoozed by a button. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifier.config.values import HOUR, MINUTE
from notifier.model import Nap
from notifier.rules.calendar import Hours

MORNING = time(9)
"""Where the rule's calendar says nothing else."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_DAY = timedelta(days=1)


def wakes_at(nap: Nap, now: int, zone: ZoneInfo, hours: Hours) -> int:
    """When it wakes.

    Args:
        nap: for how long it is to sleep.
        now: UTC ms.
        zone: whose tomorrow is meant.
        hours: of the rule's calendar: tomorrow morning is when that opens.

    Returns:
        UTC ms.
    """
    match nap:
        case Nap.HALF_AN_HOUR:
            return now + 30 * MINUTE
        case Nap.TWO_HOURS:
            return now + 2 * HOUR
        case Nap.TOMORROW:
            return _morning(now, zone, hours)


def _morning(now: int, zone: ZoneInfo, hours: Hours) -> int:
    today = (_EPOCH + now * _MS).astimezone(zone).date()
    begins, ends = (_instant(datetime.combine(today + days * _DAY, time(), zone)) for days in (1, 2))
    opens = hours.opens_at(begins)
    # What is open at midnight does not open in the morning.
    if opens is not None and begins < opens < ends:
        return opens
    return _instant(datetime.combine(today + _DAY, MORNING, zone))


def _instant(wall: datetime) -> int:
    return (wall.astimezone(UTC) - _EPOCH) // _MS
