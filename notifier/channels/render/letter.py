"""What an e-mail about one alert says, part by part; its text and its HTML say the same."""

from collections.abc import Iterator
from dataclasses import dataclass

from notifier.channels.render.colours import tone
from notifier.channels.render.escape import unlinked
from notifier.channels.render.phrases import Words, words
from notifier.channels.render.speech import Speech
from notifier.channels.render.table import Table, table
from notifier.model import Notification, Severity

_ROWS = 10  # of a table


@dataclass(frozen=True, slots=True)
class Letter:
    """An alert for somebody to read: what is new, whom to call back, what else is known, the table."""

    test: str  # says that it is a test, where it is one
    status: str  # "Critical · Escalated to you: still not reached"; empty where nothing is to be said first
    note: str
    title: str  # "Call back Suresh"; with the number, where nobody knows a name
    name: str  # who is to be called back, where that is not the title
    number: str  # to call back; empty where there are several, or none is known
    dial: str  # the same in E.164, where it is a number and is to be dialled
    leg: str
    facts: tuple[tuple[str, str], ...]  # "Missed by", "Asha"
    table: Table | None
    foot: str
    tone: str  # how grave, or how it ended

    @property
    def has_number_in_title(self) -> bool:
        """Does the title end with the number?"""
        return bool(self.number) and self.title.endswith(self.number)


def letter(notification: Notification) -> Letter:
    """Put a notification into the parts of an e-mail."""
    told = words(notification, unlinked)
    return Letter(
        test=told.test,
        status=" · ".join(filter(None, ("" if told.quiet else _gravity(told), told.status))),
        note=told.note,
        title=(told.name or told.copied or told.title) if told.over else told.title,
        name=told.name,
        number=told.number,
        dial="" if told.over else told.dial,
        leg=told.leg,
        facts=tuple((name, fact) for name, fact in _facts(told, notification) if fact),
        table=None if told.over else table(notification, Speech(notification, unlinked), _ROWS),
        foot=" · ".join([f"Alert {told.tag}", told.severity, *([f"rule {told.rule}"] if told.over else [])]),
        tone=tone(told.severity, quiet=told.quiet, settled=told.settled),
    )


def _gravity(told: Words) -> str:
    is_said = told.severity == Severity.INFO or told.severity in told.status
    return "" if is_said else told.severity.capitalize()


def _facts(told: Words, notification: Notification) -> Iterator[tuple[str, str]]:
    """What is over needs no reason, and what the title says is not said again."""
    yield "Missed by", "" if told.title.endswith(f" by {told.agents}") else told.agents
    yield "When", told.placed
    if told.over:
        return
    yield "Attempt", told.tries
    yield "Last reached", told.last_reached
    yield "Why", told.why
    yield "Also told", Speech(notification, unlinked).told(brief=True)
