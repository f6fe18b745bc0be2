"""What people may do to an alert: every state and action has a stated outcome. Pure.

============  ======================  ======================  ====================  ==================
state         acknowledge             resolve                 snooze                reopen
============  ======================  ======================  ====================  ==================
pending       acknowledged: nobody    ended: nobody is told   pending until then:   refused; snoozed:
              is told                                         told then             told at once
open          acknowledged            ended                   snoozed               refused
acknowledged  refused: it is so       ended                   snoozed               open
snoozed       acknowledged            ended                   until another time    open
ended         refused                 refused                 refused               open
============  ======================  ======================  ====================  ==================

Where nobody was told of it yet, it does not become open but pending, and is told then: when its snooze ends,
or at once where it is reopened. An ended alert can't be reopened while another one is active for its rule and
key, nor where its rule is gone.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from notifier.config.values import DAY
from notifier.model import Alert, AlertState, EndReason, Event, EventKind

LONGEST_SNOOZE = 90 * DAY
"""ms; more is a slip of the pen, and the customer would be forgotten."""


class Action(StrEnum):
    """What a person may do to an alert."""

    ACKNOWLEDGE = "acknowledge"  # somebody is on it
    RESOLVE = "resolve"  # it is done
    SNOOZE = "snooze"  # nothing is to be heard of it until a time
    REOPEN = "reopen"  # it is not done, or nobody is on it any more


class Verdict(StrEnum):
    """What becomes of it."""

    DONE = "done"
    ALREADY = "already"  # it is as it was asked for, by somebody who did it before
    HAS_ENDED = "has_ended"
    IS_ACTIVE = "is_active"  # nothing is to be reopened
    IN_THE_PAST = "in_the_past"  # the snooze would be over already
    TOO_FAR = "too_far"  # the snooze would last so long that the customer is forgotten
    WAITS_LONGER = "waits_longer"  # nobody is told before that anyway
    HAS_RIVAL = "has_rival"  # another alert is active in its place
    RULE_IS_GONE = "rule_is_gone"


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for."""

    action: Action
    who: str  # a person's name, as in `Event.who`
    note: str = ""
    until: int | None = None  # UTC ms; of a snooze, and of nothing else
    agent: str = ""  # "main/209", who is known to be the one who asks; "" where only a name is known


@dataclass(frozen=True, slots=True)
class Standing:
    """What else is known of an alert."""

    has_rule: bool  # it is in the configuration
    rival: int | None  # another alert that is active for the same rule and key
    is_written: bool  # its first message was written down; whether it was sent yet is another matter
    never_told: int = 0  # targets that were not told because it had ended, and are where it is reopened


@dataclass(frozen=True, slots=True)
class Shown:
    """How many targets that know of an alert learn what became of an order."""

    edited: int = 0  # their message is changed
    anew: int = 0  # they get a new one
    knowing: int = 0  # all, also those to whom it is nothing new


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of an order."""

    order: Order
    verdict: Verdict
    before: Alert
    alert: Alert  # as it is now; the same as before where nothing was done
    event: Event | None  # to be recorded; None where nothing was done
    standing: Standing
    shown: Shown = Shown()

    @property
    def is_done(self) -> bool:
        """Was it done?"""
        return self.verdict is Verdict.DONE


_EVENTS = {
    Action.ACKNOWLEDGE: EventKind.ACKNOWLEDGED,
    Action.RESOLVE: EventKind.RESOLVED,
    Action.SNOOZE: EventKind.SNOOZED,
    Action.REOPEN: EventKind.REOPENED,
}


def act(alert: Alert, order: Order, standing: Standing, now: int) -> Acted:
    """Do to an alert what a person asks for, or tell why not.

    Args:
        alert: as stored.
        order: what is asked for.
        standing: what else is known of the alert.
        now: UTC ms.
    """
    verdict = _verdict(alert, order, standing, now)
    if verdict is not Verdict.DONE:
        return Acted(order, verdict, alert, alert, None, standing)
    after = replace(_after(alert, order, standing, now), version=alert.version + 1)
    event = Event(now, _EVENTS[order.action], order.who, order.note, order.until)
    return Acted(order, verdict, alert, after, event, standing)


def _verdict(alert: Alert, order: Order, standing: Standing, now: int) -> Verdict:
    match order.action:
        case Action.ACKNOWLEDGE:
            is_so = alert.state is AlertState.ACKNOWLEDGED
        case Action.RESOLVE:
            is_so = alert.ended_as is EndReason.RESOLVED
        case Action.SNOOZE:
            is_so = _is_snoozed(alert) and alert.snoozed_until == order.until
        case Action.REOPEN:
            return _may_reopen(alert, standing)
    if is_so:
        return Verdict.ALREADY
    if alert.state is AlertState.ENDED:
        return Verdict.HAS_ENDED
    return _may_snooze(alert, order.until, now) if order.until is not None else Verdict.DONE


def _may_snooze(alert: Alert, until: int, now: int) -> Verdict:
    if until <= now:
        return Verdict.IN_THE_PAST
    if until > now + LONGEST_SNOOZE:
        return Verdict.TOO_FAR
    waits = alert.state is AlertState.PENDING and not _is_snoozed(alert)
    return Verdict.WAITS_LONGER if waits and until <= (alert.due_at or now) else Verdict.DONE


def _may_reopen(alert: Alert, standing: Standing) -> Verdict:
    if alert.state is AlertState.ENDED:
        if not standing.has_rule:
            return Verdict.RULE_IS_GONE
        return Verdict.DONE if standing.rival is None else Verdict.HAS_RIVAL
    is_left_alone = alert.state is AlertState.ACKNOWLEDGED or _is_snoozed(alert)
    return Verdict.DONE if is_left_alone else Verdict.IS_ACTIVE


def _is_snoozed(alert: Alert) -> bool:
    was_pending = alert.state is AlertState.PENDING and alert.snoozed_until is not None
    return alert.state is AlertState.SNOOZED or was_pending


def _after(alert: Alert, order: Order, standing: Standing, now: int) -> Alert:
    if order.action is Action.REOPEN:
        return _reopened(alert, standing, now)
    handled = replace(alert, handled_by=order.who, handled_at=now, snoozed_until=order.until)
    match order.action:
        case Action.ACKNOWLEDGE:
            # Escalations that no acknowledgement stops count from when it became open: for one that was
            # still pending that is now.
            since = now if alert.open_since is None else alert.open_since
            return replace(handled, state=AlertState.ACKNOWLEDGED, open_since=since)
        case Action.RESOLVE:
            return replace(handled, state=AlertState.ENDED, ended_as=EndReason.RESOLVED, ended_at=now)
        case Action.SNOOZE:
            if standing.is_written:
                return replace(handled, state=AlertState.SNOOZED)
            # It only waits longer: everybody is told then, unless the customer is reached before.
            return replace(handled, state=AlertState.PENDING, due_at=order.until, open_since=None)


def _reopened(alert: Alert, standing: Standing, now: int) -> Alert:
    return replace(
        alert,
        state=AlertState.OPEN if standing.is_written else AlertState.PENDING,
        ended_as=None,
        ended_at=None,
        due_at=alert.due_at if standing.is_written else now,
        open_since=now if standing.is_written else None,
        escalated=0,
        reminded=0,
        # Nobody is on it.
        handled_by="",
        handled_at=None,
        snoozed_until=None,
        # Else what is told once and over would be over again at once.
        follows_up=True,
    )
