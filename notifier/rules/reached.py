"""What an answered call means: for alerts about that customer, and for calls that were missed around it."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from notifier.config.values import MINUTE
from notifier.model import (
    Alert,
    AlertState,
    Call,
    Contact,
    Endpoint,
    EndReason,
    Event,
    EventKind,
    Standing,
)

NEAR = 2 * MINUTE
"""ms; of one call that rings at several places, legs are logged as missed so long before and after."""

MOST_AHEAD = 5 * MINUTE
"""ms by which TeleCMI's clock may run before ours; nobody has spoken with a customer later than that."""


def reached_by(alert: Alert, answered: Call) -> bool:
    """Was the customer that an alert is about spoken with, since the last call that joined it?

    A little before it counts, too: then that call was a leg of the one that was answered.
    """
    return alert.customer == answered.customer != "" and alert.last_call_at - NEAR <= answered.placed_at


def is_spurious(missed_at: int, contact: Contact) -> bool:
    """Is a call that was missed at an instant (UTC ms) a leg of one that was answered?"""
    before, after = contact.last_answered, contact.next_answered
    return (before is not None and missed_at - before <= NEAR) or (
        after is not None and after - missed_at <= NEAR
    )


def standings(missed: Sequence[Call], contacts: Sequence[Contact]) -> list[Standing]:
    """Judge calls that were missed and are not stored yet.

    Args:
        missed: of any customers and accounts.
        contacts: what is stored around each of them.

    Returns:
        One for each, in the same order.
    """
    found = [Standing()] * len(missed)
    tried: dict[str, list[int]] = {}  # of each customer, when, in these calls
    for at in sorted(range(len(missed)), key=lambda at: (missed[at].placed_at, missed[at].id)):
        call, contact = missed[at], contacts[at]
        if is_spurious(call.placed_at, contact):
            found[at] = Standing(spurious=True)
            continue
        times = tried.setdefault(call.customer, [])
        since = 0 if contact.last_answered is None else bisect_right(times, contact.last_answered)
        attempt = 1 + contact.missed + len(times) - since
        times.append(call.placed_at)
        found[at] = Standing(reached=contact.next_answered is not None, attempt=attempt)
    return found


def believable(answered: Iterable[Call], now: int) -> list[Call]:
    """Those calls that may have been answered by now (UTC ms), and whose customer is known."""
    return [call for call in answered if call.customer and call.placed_at <= now + MOST_AHEAD]


def reach(alert: Alert, answered: Iterable[Call], now: int) -> tuple[Alert, Event] | None:
    """End an alert whose customer was reached.

    Args:
        alert: that has not ended.
        answered: calls that were answered; the first of those that reach the customer did it.
        now: UTC ms.

    Returns:
        The alert as it is then, and the line of its story; None where it goes on.
    """
    by = min(
        (call for call in answered if reached_by(alert, call)),
        key=lambda call: (call.placed_at, call.id),
        default=None,
    )
    if by is None:
        return None
    was_told = alert.state is not AlertState.PENDING
    who = f"agent {by.agent}" if by.extension else ""
    ended = replace(
        alert,
        state=AlertState.ENDED,
        ended_as=EndReason.REACHED,
        ended_at=now,
        handled_by=who,
        handled_at=by.placed_at,
        version=alert.version + 1,
    )
    kind = EventKind.REACHED if was_told else EventKind.REACHED_BEFORE_WAIT
    note = "the customer called" if by.endpoint is Endpoint.IN_ANSWERED else ""
    return ended, Event(now, kind, who, note)
