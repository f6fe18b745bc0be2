"""The buttons beneath an alert's message, and what they say of it when they are pressed."""

import re
from enum import StrEnum
from typing import NamedTuple

from notifier.model.alert import Alert


class Button(StrEnum):
    """Each by its `action_id`."""

    ACK = "notifier.ack"  # I'm on it
    REACHED = "notifier.reached"
    SNOOZE = "notifier.snooze"  # a menu of `Nap`
    NOT_NEEDED = "notifier.not_needed"  # asks for a reason; the `callback_id` of that form, too
    DO_NOT_CALL = "notifier.do_not_call"  # asks whether that is meant


SAID_REACHED = "Reached"
"""The note of an alert that was resolved by `Button.REACHED`."""


class Nap(StrEnum):
    """For how long an alert can be snoozed by a button."""

    HALF_AN_HOUR = "30m"
    TWO_HOURS = "2h"
    TOMORROW = "tomorrow"  # the morning of tomorrow


class ButtonValue(NamedTuple):
    """What a button says when it is pressed: which alert it is about, by both names that it has."""

    alert: int
    uid: str  # of the alert: in a store that was put back, another one may have the number
    nap: Nap | None = None

    def __str__(self) -> str:
        """As it is written: "A12 0f3a…", "A12 0f3a… 2h"."""
        return " ".join(filter(None, (f"A{self.alert}", self.uid, self.nap)))


_VALUE = re.compile(r"A([1-9][0-9]{0,14}) ([0-9A-Za-z_-]{1,64})(?: ([0-9a-z]{1,20}))?")


def button_value(alert: Alert, nap: Nap | None = None) -> str:
    """The `value` of a button, or of one choice of a menu: "A12 0f3a…", "A12 0f3a… 2h"; no phone number."""
    return str(ButtonValue(alert.id, alert.uid, nap))


def read_button_value(text: str) -> ButtonValue | None:
    """What a `value` says; None where it is none of ours."""
    found = _VALUE.fullmatch(text)
    if found is None or (found[3] is not None and found[3] not in set(Nap)):
        return None
    return ButtonValue(int(found[1]), found[2], Nap(found[3]) if found[3] else None)
