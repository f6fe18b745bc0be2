"""What became of an order, in words for whoever gave it. Pure: how times and names are said is passed in."""

from collections.abc import Callable

from notifier.model import Alert, AlertState, EndReason
from notifier.rules.act import Acted, Action, Verdict

When = Callable[[int], str]
"""Says an instant, UTC ms."""

Who = Callable[[str], str]
"""Says who did something: `Event.who`, "agent main/209" or a person's name."""

_ENDS = {
    EndReason.TOLD: "everybody was told, and nothing was to follow",
    EndReason.QUIET: "no further call had come within its rule's span",
    EndReason.EXPIRED: "no call had joined for as long as its rule waits (`expire_after`)",
    EndReason.RULE_REMOVED: "its rule was removed from the configuration",
    EndReason.OUTSIDE_HOURS: "it was outside the hours of its rule",
}


_UNLESS = (
    "nobody was told of it yet, and nobody is, unless it is reopened, reaches a higher level, or a step of "
    "`escalate` comes that this does not stop"
)
_NOBODY = "nobody was told of it, and nobody is"
_LATER = "nobody was told of it yet, and nobody is before then"
_TOLD_NOW = "nobody was told of it before, so that is done now"
_TOLD_BEFORE = "whoever was told sees it in their message, and is not told a second time"


def said(acted: Acted, when: When, who: Who) -> str:
    """Say what became of an order, in one line without the alert's name.

    Args:
        acted: what became of it.
        when: says an instant.
        who: says who did something.
    """
    return _done(acted, when, who) if acted.is_done else _refused(acted, when, who)


def _done(acted: Acted, when: When, who: Who) -> str:
    order, is_untold = acted.order, not acted.standing.is_written
    by = f" by {who(order.who)}"
    match order.action:
        case Action.ACKNOWLEDGE:
            return f"acknowledged{by}" + (f"; {_UNLESS}" if is_untold else "")
        case Action.RESOLVE:
            return f"resolved{by}" + (f"; {_NOBODY}" if is_untold else "")
        case Action.SNOOZE:
            until = _at(order.until, when)
            return (
                f"snoozed{by} until {until}; {_LATER if is_untold else 'whoever was told is reminded then'}"
            )
        case Action.REOPEN:
            return f"reopened{by}; {_TOLD_NOW if is_untold else _TOLD_BEFORE}"


def _refused(acted: Acted, when: When, who: Who) -> str:
    alert = acted.before
    ended, due, until = (_at(ms, when) for ms in (alert.ended_at, alert.due_at, acted.order.until))
    # Only what fits the verdict is said, but each is quick to put together.
    reasons = {
        Verdict.HAS_ENDED: f"it has ended, {ended}: {_how(alert, who)}; it can be reopened",
        Verdict.IN_THE_PAST: f"{until} is past; name a time that is still to come",
        Verdict.WAITS_LONGER: f"nobody is told of it before {due} anyway (its rule's `wait`)",
        Verdict.HAS_RIVAL: f"A{acted.standing.rival} is active in its place, for the same rule and key",
        Verdict.RULE_IS_GONE: f"its rule {alert.rule} is not in the configuration any more",
        Verdict.IS_ACTIVE: f"{_stands(alert, due)}: nothing is to be reopened",
    }
    return _already(acted, when, who) if acted.verdict is Verdict.ALREADY else reasons[acted.verdict]


def _stands(alert: Alert, due: str) -> str:
    if alert.state is AlertState.PENDING:
        return f"it waits until {due}, and is told then"
    return "it is open, and nobody is on it"


def _already(acted: Acted, when: When, who: Who) -> str:
    alert = acted.before
    by, at = who(alert.handled_by), _at(alert.handled_at, when)
    match acted.order.action:
        case Action.SNOOZE:
            return f"already snoozed until {_at(alert.snoozed_until, when)}, by {by}"
        case Action.RESOLVE:
            return f"already resolved by {by}, {at}"
        case _:
            return f"already acknowledged by {by}, since {at}"


def _how(alert: Alert, who: Who) -> str:
    if alert.ended_as is EndReason.REACHED:
        return f"{who(alert.handled_by)} has reached the customer"
    if alert.ended_as is EndReason.RESOLVED:
        return f"{who(alert.handled_by)} has resolved it"
    return _ENDS[alert.ended_as or EndReason.TOLD]


def _at(ms: int | None, when: When) -> str:
    return "at an unknown time" if ms is None else when(ms)
