"""From when on calls are watched."""

from datetime import UTC, datetime, timedelta

from notifier.config.values import parse_duration

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def start_instant(text: str, now_ms: int) -> int:
    """The instant that `start_from` means.

    Args:
        text: "now", a duration back such as "2d", or an ISO 8601 instant with its offset.
        now_ms: UTC ms.

    Returns:
        UTC ms, never negative.

    Raises:
        ValueError: it is none of the three.
    """
    if text == "now":
        return now_ms
    try:
        return max(0, now_ms - parse_duration(text))
    except ValueError:
        pass
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.utcoffset() is None:
        raise ValueError(
            "not a start; write now, a duration back like 2d, or an instant with its offset"
            " like 2026-01-31T09:30:00+05:30"
        ) from None
    return max(0, (instant - _EPOCH) // timedelta(milliseconds=1))
