"""What became of an order, in words for whoever gave it. Pure: how times and names are said is passed in."""

from collections.abc import Callable

from notifier.config.values import DAY
from notifier.model import Alert, AlertState, EndReason
from notifier.rules.act import LONGEST_SNOOZE, Acted, Action, Verdict

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
_NOT_YET = "nobody was told of it yet; whoever is, sees it"
_LATER = "nobody was told of it yet, and nobody is before then"
_LOST = "nobody was told of it yet: `notifier explain` says why"
_ON_TRIAL = "nobody was told of it, and nobody is: it is on trial (`dry_run`)"


def said(acted: Acted, when: When, who: Who, *, opens_at: int | None = None) -> str:
    """Say what became of an order, in one line without the alert's name.

    Args:
        acted: what became of it.
        when: says an instant.
        who: says who did something.
        opens_at: when the calendar opens that keeps messages about the alert back, UTC ms; None: none does.
    """
    if not acted.is_done:
        again = "; it can be reopened" if acted.verdict is Verdict.HAS_ENDED else ""
        return refused(acted, when, who) + again
    until = "" if opens_at is None else f" when its calendar opens, {when(opens_at)}"
    told = _ON_TRIAL if acted.alert.dry_run else _told(acted, until)
    lasts = f" until {_at(acted.order.until, when)}" if acted.order.action is Action.SNOOZE else ""
    return "; ".join(filter(None, (f"{_DONE[acted.order.action]} by {who(acted.order.who)}{lasts}", told)))


_DONE = {
    Action.ACKNOWLEDGE: "acknowledged",
    Action.RESOLVE: "resolved",
    Action.SNOOZE: "snoozed",
    Action.REOPEN: "reopened",
}


def _told(acted: Acted, until: str) -> str:
    """Who learns of it; `until` says what new messages wait for."""
    is_untold, is_known = not acted.standing.is_written, acted.shown.knowing > 0
    match acted.order.action:
        case Action.ACKNOWLEDGE if not is_known:
            return _UNLESS if is_untold else _NOT_YET
        case Action.RESOLVE if not is_known:
            return _NOBODY
        case Action.SNOOZE:
            return "whoever was told is reminded then" if is_known else _LATER
        case Action.REOPEN:
            return _reopened(acted, until)
    # That messages which can be changed are goes without saying.
    return _shown(acted, until) if acted.shown.anew else ""


def _reopened(acted: Acted, until: str) -> str:
    now = until or " now"
    if not acted.standing.is_written:
        return f"nobody was told of it before, so that is done{now}"
    never_told = acted.standing.never_told > 0
    if not acted.shown.knowing:
        return f"nobody was told of it before, so that is done{now}" if never_told else _LOST
    others = f"whoever was not told because it had ended is told{now}" if never_told else ""
    return ", and ".join(filter(None, (_shown(acted, until), others)))


def _shown(acted: Acted, until: str) -> str:
    edited, anew = acted.shown.edited, acted.shown.anew
    if edited and anew:
        return f"whoever was told sees it in their message, or gets a new one where that can't change{until}"
    if anew:
        return f"whoever was told gets a new message{until}"
    return "whoever was told sees it in their message" if edited else ""


def refused(acted: Acted, when: When, who: Who) -> str:
    """Say why nothing was done, likewise, and no more than that."""
    alert = acted.before
    ended, due, until = (_at(ms, when) for ms in (alert.ended_at, alert.due_at, acted.order.until))
    how = _how(alert, who, is_untold=acted.shown.knowing == 0)
    # Only what fits the verdict is said, but each is quick to put together.
    reasons = {
        Verdict.HAS_ENDED: f"it has ended, {ended}: {how}",
        Verdict.IN_THE_PAST: f"{until} is past; name a time that is still to come",
        Verdict.TOO_FAR: f"{until} is more than {LONGEST_SNOOZE // DAY} days ahead",
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


def _how(alert: Alert, who: Who, *, is_untold: bool) -> str:
    if alert.ended_as is EndReason.REACHED:
        return f"{who(alert.handled_by)} has reached the customer"
    if alert.ended_as is EndReason.RESOLVED:
        return f"{who(alert.handled_by)} has resolved it"
    if alert.ended_as is EndReason.TOLD and is_untold:
        return "nobody was told, since it is on trial (`dry_run`), and nothing was to follow"
    return _ENDS[alert.ended_as or EndReason.TOLD]


def _at(ms: int | None, when: When) -> str:
    return "at an unknown time" if ms is None else when(ms)
