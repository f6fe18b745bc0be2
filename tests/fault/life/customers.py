"""Who was missed, and what is to become of them."""

from dataclasses import dataclass, field
from enum import StrEnum

from tests.fault.life.people import Deed


class Fate(StrEnum):
    """What becomes of a customer."""

    NOBODY = "nobody"  # ever reaches them
    EARLY = "early"  # reached about when the first message falls due
    LATER = "later"
    ACK = "ack"
    RESOLVE = "resolve"
    SNOOZE = "snooze"


FATES = (*Fate, Fate.NOBODY, Fate.EARLY, Fate.LATER, Fate.LATER)
"""By chance one of these."""


@dataclass
class Customer:
    """One of them."""

    name: str
    extension: str
    fate: Fate
    missed_at: int  # UTC ms
    due_at: int  # UTC ms, when the first message falls due
    answered_at: int | None = None  # UTC ms, when that call is listed
    deeds: list[Deed] = field(default_factory=list)
