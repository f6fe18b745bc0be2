"""The words that all channels share for one alert: whom to call back, who tried, when, how often, why."""

from dataclasses import dataclass

from notifier.channels.render import numbers, reasons
from notifier.channels.render.speech import Escape, Speech
from notifier.channels.render.times import local
from notifier.model import Alert, AlertState, EndReason, Notification

_LINES = 10  # calls that are listed
_LEG = "This is an agent's own phone: the customer was never rung."


@dataclass(frozen=True, slots=True)
class Line:
    """One call in a list."""

    at: int  # UTC ms
    when: str
    what: str  # customer and agent, so far as they differ among the calls

    def __str__(self) -> str:
        return self.after(self.when)

    def after(self, when: str) -> str:
        """The line with its time written in another way."""
        return f"{when}: {self.what}" if self.what else when


@dataclass(frozen=True, slots=True)
class Words:
    """A notification in words. What came from outside is escaped, cut, and on one line."""

    title: str  # "Call back Suresh", "5 missed calls by Agent 209"
    number: str  # to call back, where it is one customer's
    dial: str  # the same in E.164, where it is a number
    agents: str  # who tried
    at: int  # UTC ms of the last call
    when: str  # the same in words
    often: str  # empty where the attempts say it
    tried: str  # attempts in vain, and when the customer was reached last; empty for a first one
    why: str
    status: str  # how it stands, or what changed; empty for a first message
    note: str  # what whoever handled it wrote
    lines: tuple[Line, ...]  # newest first; empty where there is one call in all
    more: int  # calls that are not among the lines
    tag: str  # "A12"
    rule: str
    severity: str
    over: bool  # ended, and nothing is asked of anybody any more
    settled: bool  # likewise, because it is done
    told: str  # who else was told
    leg: str  # says that the customer was never rung, where that is so
    test: str  # says that it is a test, where it is one

    @property
    def has_number_in_title(self) -> bool:
        """Is the number said where a name would stand, or not known at all?"""
        return self.title.endswith(self.number)


def words(notification: Notification, escape: Escape) -> Words:
    """Put a notification into words.

    Args:
        notification: what to tell.
        escape: applied to every piece of text from outside, cleaned and cut; what it returns is cut again.
    """
    alert = notification.alert
    speech = Speech(notification, escape)
    first = speech.customer
    listed = tuple(reversed(notification.calls))[:_LINES] if alert.call_count > 1 else ()
    zone, now = notification.zone, notification.now
    return Words(
        title=speech.title(),
        number=speech.number(first) if first else "",
        dial=numbers.dialled(first.customer) if first else "",
        agents=speech.agents(),
        at=alert.last_call_at,
        when=local(alert.last_call_at, zone, now),
        often="" if _is_tried(notification) else speech.often(),
        tried=speech.tried(),
        why=reasons.why(alert, speech.scope(), speech.rule),
        status=speech.status(),
        note=speech.note(),
        lines=tuple(
            Line(call.placed_at, local(call.placed_at, zone, now), speech.differing(call)) for call in listed
        ),
        more=max(alert.call_count - len(listed), 0) if listed else 0,
        tag=f"A{alert.id}",
        rule=speech.rule,
        severity=alert.severity.value,
        over=is_over(alert),
        settled=reasons.is_settled(alert),
        told=speech.told(),
        leg=_LEG if notification.is_agent_leg else "",
        test="This is a test with sample data: nobody needs to be called." if notification.test else "",
    )


def is_over(alert: Alert) -> bool:
    """Has it ended, and nothing is asked of anybody any more?"""
    return alert.state is AlertState.ENDED and alert.ended_as is not EndReason.TOLD


def _is_tried(notification: Notification) -> bool:
    """Are the alert's calls among the attempts?"""
    tried = notification.attempts
    return tried is not None and tried.count >= notification.alert.call_count > 1
