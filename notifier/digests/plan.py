"""What is to be done about a digest now, and when a report may be sent. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from notifier.config.values import HOUR, MINUTE
from notifier.rules.digest import Schedule
from notifier.store.digests import StoredPlan
from notifier.store.sources import Source

LATE = 2 * HOUR
"""ms after which a report that nobody tried to send is not news any more."""

PATIENCE = 5 * MINUTE
"""ms that a report waits until TeleCMI was read up to its end."""

MOST_SKIPPED = 20
"""Reports that are written down as skipped, where many fell due while we were away."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What fell due."""

    stored: StoredPlan  # to be remembered
    latest: int | None = None  # UTC ms; the report that is to be written down; None where none is
    older: tuple[int, ...] = ()  # likewise those before it, which are skipped


def plan(schedule: Schedule, stored: StoredPlan | None, now: int) -> Planned:
    """Tell what fell due since a digest was last seen to.

    Nothing falls due where it is new, or its times were changed: a reload sends nothing by itself.

    Args:
        schedule: of the digest.
        stored: until when it was seen to; None where it is new.
        now: UTC ms.
    """
    # What was seen to ahead of now was so by a clock that was set back. No report is written down twice.
    if stored is None or stored.schedule != str(schedule) or stored.since > now:
        return Planned(StoredPlan(str(schedule), now))
    due = schedule.between(stored.since, now, MOST_SKIPPED + 1)
    if not due:
        return Planned(stored)
    latest, *older = due
    return Planned(StoredPlan(str(schedule), latest), latest, tuple(older))


def waits_until(
    due_at: int, began_at: int, names: Collection[str], sources: Mapping[str, Source], now: int
) -> int:
    """Tell until when a report waits for TeleCMI to be read; now, or before, where it does not.

    Args:
        due_at: UTC ms, the end of the time that it covers.
        began_at: UTC ms, when this run, or this configuration, began: before, nobody read for it.
        names: of the sources that are read.
        sources: by name, as they are now; one that was never read is in none.
        now: UTC ms.
    """
    since = min(max(due_at, began_at), now)
    is_read = all(_is_done(sources.get(name), due_at, since) for name in names)
    return since if is_read else since + PATIENCE


def _is_done(source: Source | None, due_at: int, since: int) -> bool:
    """Was it read up to then, or can't it be?"""
    if source is None:
        return False
    if source.watermark is not None and source.watermark >= due_at:
        return True
    return source.last_error_at is not None and source.last_error_at >= since
