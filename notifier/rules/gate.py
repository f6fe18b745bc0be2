"""Whether a message may go out at this moment. Pure; asked when it is about to be sent, each time anew."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from notifier.config.rules import Rule
from notifier.config.values import DAY, HOUR
from notifier.model import Alert, AlertState, EndReason, Event, EventKind, Kind, Severity, Silence
from notifier.rules.calendar import Hours


class Dropped(StrEnum):
    """Why a notification is not sent any more; stored with it."""

    REACHED = "reached"
    RESOLVED = "resolved"
    QUIET = "quiet"
    EXPIRED = "expired"
    TOLD = "told"
    RULE_REMOVED = "rule_removed"
    OUTSIDE_HOURS = "outside_hours"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    TOLD_SINCE = "told_since"  # its target heard of the alert after it fell due
    NOTHING_NEW = "nothing_new"  # likewise: what it was to tell of has come and gone


@dataclass(frozen=True, slots=True)
class Pass:
    """It may go."""


@dataclass(frozen=True, slots=True)
class Hold:
    """It waits, and is looked at again then."""

    until: int  # UTC ms
    event: Event | None = None  # for the alert's story; None where that says so already


@dataclass(frozen=True, slots=True)
class Drop:
    """It is never sent."""

    reason: Dropped


Gate: TypeAlias = Pass | Hold | Drop

REPEATS = frozenset({Kind.ESCALATION, Kind.REMINDER})
"""What is said because nothing happens: whatever happens may make it unnecessary."""

REPLIES = REPEATS | {Kind.LEVEL}
"""What those who have a message about the alert are told by a reply to that, where there are replies."""

_DONE = frozenset({EndReason.REACHED, EndReason.RESOLVED, EndReason.OUTSIDE_HOURS, EndReason.RULE_REMOVED})
"""Nobody needs to hear of it any more. Other ends wait for what is to be told: what still comes after them
was asked for by hand, or tells of calls that joined last."""


def gate(
    alert: Alert,
    kind: Kind,
    rule: Rule | None,
    hours: Hours,
    silence: Silence | None,
    now: int,
    *,
    unless: Collection[str] = (),
    wanted: bool = False,
) -> Gate:
    """Decide whether a message may go out now.

    Args:
        alert: as it is now.
        kind: of the message.
        rule: that opened the alert; None where it is gone from the configuration.
        hours: of the rule's calendar.
        silence: that mutes the alert now; None where none does.
        now: UTC ms.
        unless: of an escalation's step: what makes it unnecessary.
        wanted: it is not dropped because a calendar is closed, but waits for it to open. Of an update: how
            the alert stands is news to its target, so that it goes out whatever that is. Of a first message:
            a person has reopened the alert.
    """
    if kind is not Kind.UPDATE or not wanted:
        kept = _over(alert, kind, unless) or _asleep(alert, now)
        if kept is not None:
            return kept
    return _by_calendar(alert, rule, hours, now, waits=wanted) or _by_silence(silence, now) or Pass()


def opens_at(alert: Alert, rule: Rule, hours: Hours, now: int) -> int | None:
    """When the calendar opens that keeps what waits for it back, UTC ms; None where none does."""
    held = _by_calendar(alert, rule, hours, now, waits=True)
    return held.until if isinstance(held, Hold) else None


def is_settled(alert: Alert) -> bool:
    """Was the customer reached, or did a person say that it is done?"""
    return alert.ended_as in {EndReason.REACHED, EndReason.RESOLVED}


def _over(alert: Alert, kind: Kind, unless: Collection[str]) -> Drop | None:
    ended = alert.ended_as
    if ended is not None and (ended in _DONE or kind in REPEATS):
        return Drop(Dropped(ended.value))
    if kind not in REPEATS:
        return None
    if alert.state is AlertState.SNOOZED:
        return Drop(Dropped.SNOOZED)
    if alert.state is AlertState.ACKNOWLEDGED and (kind is Kind.REMINDER or "acknowledged" in unless):
        return Drop(Dropped.ACKNOWLEDGED)
    return None


def _asleep(alert: Alert, now: int) -> Hold | None:
    until = alert.snoozed_until if alert.state is AlertState.SNOOZED else None
    return None if until is None or until <= now else Hold(until)


def _by_calendar(alert: Alert, rule: Rule | None, hours: Hours, now: int, *, waits: bool) -> Gate | None:
    if rule is None or rule.outside == "send" or hours.is_open(now):
        return None
    if rule.critical_passes and alert.severity is Severity.CRITICAL:
        return None
    if rule.outside == "drop" and not waits:
        return Drop(Dropped.OUTSIDE_HOURS)
    until = hours.opens_at(now)
    # A calendar that never opens is refused by `check`, and so is looked at again.
    return Hold(until or now + DAY, Event(now, EventKind.HELD, until=until))


def _by_silence(silence: Silence | None, now: int) -> Gate | None:
    if silence is None:
        return None
    told = Event(now, EventKind.SILENCED, who=silence.author, note=silence.reason, until=silence.ends_at)
    # Whoever ends one that has no end lets go of what it holds; should that be lost, an hour is.
    return Hold(silence.ends_at or now + HOUR, told)
