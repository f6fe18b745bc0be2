"""How an alert's life goes on when nothing but time passes."""

from enum import StrEnum

from notifier.config.rules import Rule
from notifier.model import Alert, AlertState, EndReason


class Wake(StrEnum):
    """What is due for an alert, where it does not end."""

    NOTHING = "nothing"
    TELL = "tell"  # its wait is over


def ends_when_told(alert: Alert) -> bool:
    """Is it one call, told at once, with nothing to follow?"""
    return alert.per == ("call",) and alert.due_at is None


def wakes_at(alert: Alert, rule: Rule) -> int | None:
    """When time alone may change an alert, UTC ms; None once it has ended."""
    if alert.state is AlertState.ENDED:
        return None
    if alert.state is AlertState.PENDING:
        return alert.due_at
    if ends_when_told(alert) and alert.dry_run:
        return alert.opened_at
    return min(at for at, _ in _ends(alert, rule))


def due(alert: Alert, rule: Rule | None, now: int) -> Wake | EndReason:
    """Tell what time has made of an alert.

    Args:
        alert: that has not ended.
        rule: that opened it; None where it is gone from the configuration.
        now: UTC ms.
    """
    if rule is None:
        return EndReason.RULE_REMOVED
    if alert.state is AlertState.PENDING:
        return Wake.TELL if alert.due_at is None or alert.due_at <= now else Wake.NOTHING
    if ends_when_told(alert) and alert.dry_run:
        return EndReason.TOLD
    at, reason = min(_ends(alert, rule))
    return reason if at <= now else Wake.NOTHING


def _ends(alert: Alert, rule: Rule) -> list[tuple[int, EndReason]]:
    # Counted from when the last call was stored, not placed: an alert about calls that we learned of
    # late (an outage, ours or TeleCMI's) must not end before anybody was told.
    ends = [(alert.last_joined_at + rule.expire_after, EndReason.EXPIRED)]
    if rule.within is not None:
        ends.append((alert.last_joined_at + rule.within, EndReason.QUIET))
    return ends
