"""One line of an alert's story in words, which its thread and the command line share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from notifier.model import SAID_REACHED, EndReason, Event, EventKind

_SAID = {
    EventKind.OPENED: "opened: its wait was over",
    EventKind.HELD: "held{until}: its calendar was closed",
    EventKind.SILENCED: "silenced{by}{until}{note}",
    EventKind.ACKNOWLEDGED: "acknowledged{by}{note}",
    EventKind.SNOOZED: "snoozed{by}{until}{note}",
    EventKind.WOKE: "woke from its snooze",
    EventKind.RESOLVED: "resolved{by}{note}",
    EventKind.REOPENED: "reopened{by}{note}",
    EventKind.REACHED: "ended: the customer was reached{by}{note}",
    EventKind.REACHED_BEFORE_WAIT: "ended: the customer was reached{by} before anybody was told{note}",
    EventKind.ESCALATED: "escalated{to}",
    EventKind.REMINDED: "reminded",
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How what is in it is said to whoever reads it."""

    who: Callable[[str], str]  # who did something, as in `Event.who`
    when: Callable[[int], str]  # an instant, UTC ms
    fit: Callable[[str], str]  # makes text from outside fit to be shown
    ends: Mapping[EndReason, str]  # why it has ended


def happened(event: Event, manner: Manner) -> str:
    """Say what happened, without when it did."""
    if event.kind is EventKind.ENDED:
        known = event.note in set(EndReason)
        return f"ended: {manner.ends[EndReason(event.note)] if known else manner.fit(event.note)}"
    by = f" by {manner.who(event.who)}" if event.who else ""
    if event.kind is EventKind.RESOLVED and event.note == SAID_REACHED:
        return f"resolved: the customer was reached{by}"
    note = manner.fit(event.note)
    return _SAID[event.kind].format(
        by=by,
        until=f" until {manner.when(event.until)}" if event.until is not None else "",
        note=f" ({note})" if note else "",
        to=f" to {note}" if note else "",
    )
