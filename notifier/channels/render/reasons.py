"""Why a message is sent, and how an alert stands, each in one sentence."""

from notifier.channels.render.times import duration, local
from notifier.model import (
    SAID_REACHED,
    Alert,
    AlertState,
    EndReason,
    Event,
    EventKind,
    Kind,
    Notification,
    Severity,
)

SETTLED = frozenset({EndReason.REACHED, EndReason.RESOLVED})
"""Ends after which nothing is left to be done."""

_STEERING = frozenset(EventKind) - {EventKind.HELD, EventKind.SILENCED}
_REPEATED = frozenset({EventKind.ESCALATED, EventKind.REMINDED})  # news of its own, which changes nothing


def counted(calls: int) -> str:
    """A number of missed calls in words."""
    return "1 missed call" if calls == 1 else f"{calls} missed calls"


def why(alert: Alert, scope: str, rule: str) -> str:
    """What the rule saw: "5 missed calls by Agent 209 within 30 min (rule too-many-misses)".

    Args:
        alert: what the rule opened.
        scope: what its calls have in common, with a space before it; or nothing.
        rule: the rule's name, fit to be shown.
    """
    named = f"rule {rule}, level {alert.level}" if alert.level else f"rule {rule}"
    if alert.within is not None:
        return f"{counted(alert.needed)}{scope} within {duration(alert.within)} ({named})"
    if {"call", "customer"} & set(alert.per):
        return f"Customer was not reached ({named})"
    return f"A customer was not reached{scope} ({named})"


def status(notification: Notification, who: str) -> str:
    """How an alert stands, or what is new since its first message, the newest first; empty where nothing is.

    Args:
        notification: what to speak of.
        who: handled the alert last, fit to be shown; empty where nobody is known.
    """
    alert = notification.alert
    if alert.state is AlertState.ENDED and alert.ended_as is not None:
        return _ended(alert.ended_as, notification, who)
    said = [_news(notification), _handled(notification, who)]
    return ". ".join(filter(None, reversed(said) if notification.stands_anew else said))


def reopened(notification: Notification) -> Event | None:
    """That an alert was reopened; None where that is not what has become of it last, or not known."""
    steering = _STEERING - _REPEATED if notification.stands_anew else _STEERING
    told = [event for event in notification.events if event.kind in steering]
    return told[-1] if told and told[-1].kind is EventKind.REOPENED else None


def held_back(notification: Notification) -> Event | None:
    """That a first message was held back until now, by its calendar or by a person; None where it was not."""
    last = notification.events[-1] if notification.events else None
    is_first = notification.kind is Kind.OPEN and notification.alert.state is AlertState.OPEN
    return last if last and is_first and last.kind not in _STEERING else None


def is_settled(alert: Alert) -> bool:
    """Was the customer reached, or does a person say that it is done?"""
    return alert.state is AlertState.ENDED and alert.ended_as in SETTLED


def nudge(notification: Notification) -> str:
    """What a reply to an alert's first message is: "Reminder 2: still not reached", "Now critical"."""
    alert = notification.alert
    match notification.kind:
        case Kind.LEVEL if alert.severity is Severity.INFO:
            return f"Now level {alert.level}"
        case Kind.LEVEL:
            return f"Now {alert.severity}"
        case Kind.REMINDER if alert.reminded > 1:
            return f"Reminder {alert.reminded}: {_still(alert)}"
        case Kind.ESCALATION:
            return f"Escalated: {_still(alert)}"
        case _:
            return _news(notification)


def _still(alert: Alert) -> str:
    return "still not reached" if {"call", "customer"} & set(alert.per) else "still open"


def says_reached(notification: Notification) -> bool:
    """Was it resolved by the button that says that the customer was reached?"""
    alert = notification.alert
    return alert.ended_as is EndReason.RESOLVED and any(
        event.kind is EventKind.RESOLVED and event.at == alert.handled_at and event.note == SAID_REACHED
        for event in notification.events
    )


def _news(notification: Notification) -> str:
    alert = notification.alert
    still = _still(alert)
    match notification.kind:
        case Kind.OPEN:
            return ""
        case Kind.LEVEL:
            return f"Rose to level {alert.level} ({alert.severity})"
        case Kind.UPDATE:
            return "" if notification.joined == 0 else f"New calls joined, {alert.call_count} in all"
        case Kind.ESCALATION:
            return f"Told again: {still}" if notification.told_before else f"Escalated to you: {still}"
        case Kind.REMINDER:
            return f"Reminder: {still}"


def _handled(notification: Notification, who: str) -> str:
    alert = notification.alert
    match alert.state:
        case AlertState.ACKNOWLEDGED:
            return f"{who or 'Somebody'} is on it{_at(alert.handled_at, notification, ' since ')}"
        case AlertState.SNOOZED:
            by = f" by {who}" if who else ""
            return f"Snoozed{_at(alert.snoozed_until, notification, ' until ')}{by}"
        case AlertState.OPEN:
            return _open(notification, who)
        case _:
            return ""


def _open(notification: Notification, who: str) -> str:
    if reopened(notification) and _shows_reopening(notification):
        return f"Reopened by {who}" if who else "Reopened"
    if notification.stands_anew:
        return "Open again"
    held = held_back(notification)
    if held is None:
        return ""
    silenced = f"silenced by {who}" if who else "it was silenced"
    return f"Told late: {silenced if held.kind is EventKind.SILENCED else 'outside the hours of its rule'}"


def _shows_reopening(notification: Notification) -> bool:
    return notification.kind is Kind.OPEN or notification.stands_anew


def _at(ms: int | None, notification: Notification, before: str) -> str:
    return "" if ms is None else before + local(ms, notification.zone, notification.now)


def _ended(reason: EndReason, notification: Notification, who: str) -> str:
    alert = notification.alert
    match reason:
        case EndReason.TOLD:
            return ""
        case EndReason.QUIET:
            return f"Quiet since {local(alert.last_call_at, notification.zone, notification.now)}"
        case EndReason.EXPIRED:
            waited = (alert.ended_at or notification.now) - alert.last_joined_at
            return f"Expired: nobody followed up within {duration(max(waited, 0))}"
        case EndReason.REACHED | EndReason.RESOLVED:
            by = f" by {who}" if who else ""
            done = EndReason.REACHED if says_reached(notification) else reason
            return f"{done.capitalize()}{by}{_at(alert.handled_at, notification, ', ')}"
        case EndReason.OUTSIDE_HOURS:
            return "Ended: outside the hours of its rule"
        case EndReason.RULE_REMOVED:
            return "Ended: its rule was removed from the configuration"
