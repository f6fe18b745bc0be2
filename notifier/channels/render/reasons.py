"""Why a message is sent, and how an alert stands, each in one sentence."""

from notifier.channels.render.times import duration, local
from notifier.model import Alert, AlertState, EndReason, Kind, Notification


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


def status(notification: Notification) -> str:
    """What is new since the alert's first message; empty where nothing is."""
    alert = notification.alert
    if alert.state is AlertState.ENDED and alert.ended_as is not None:
        return _ended(alert.ended_as, notification)
    match notification.kind:
        case Kind.OPEN:
            return ""
        case Kind.LEVEL:
            return f"Rose to level {alert.level} ({alert.severity})"
        case Kind.UPDATE:
            return f"New calls joined, {alert.call_count} in all"


def _ended(reason: EndReason, notification: Notification) -> str:
    alert = notification.alert
    match reason:
        case EndReason.TOLD:
            return ""
        case EndReason.QUIET:
            return f"Quiet since {local(alert.last_call_at, notification.zone, notification.now)}"
        case EndReason.EXPIRED:
            waited = (alert.ended_at or notification.now) - alert.last_joined_at
            return f"Expired: nobody followed up within {duration(max(waited, 0))}"
        case EndReason.RULE_REMOVED:
            return "Ended: its rule was removed from the configuration"
