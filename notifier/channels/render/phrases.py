"""The words that all channels share: whom to call back, who tried, when, how often, why."""

from collections.abc import Callable
from dataclasses import dataclass

from notifier.channels.render import numbers, reasons
from notifier.channels.render.escape import label, shorten
from notifier.channels.render.times import local
from notifier.model import AlertState, Call, EndReason, Notification

Escape = Callable[[str], str]

_NAME = 60  # characters of a person's name
_RULE = 100  # of a rule's
_LINES = 10  # calls that are listed
_AGENTS = 3  # agents that are named together


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
    often: str
    why: str
    status: str  # what changed, or how it ended; empty for a first message
    lines: tuple[Line, ...]  # newest first; empty where there is one call in all
    more: int  # calls that are not among the lines
    tag: str  # "A12"
    rule: str
    severity: str
    over: bool  # ended, and nothing is asked of anybody any more
    test: str  # says that it is a test, where it is one


def words(notification: Notification, escape: Escape) -> Words:
    """Put a notification into words.

    Args:
        notification: what to tell.
        escape: applied to every piece of text from outside, cleaned and cut; what it returns is cut again.
    """
    alert = notification.alert
    newest = tuple(reversed(notification.calls))
    speech = _Speech(notification, escape)
    customers = {call.customer for call in newest}
    first = newest[0] if len(customers) == 1 else None
    listed = newest[:_LINES] if alert.call_count > 1 else ()
    return Words(
        title=speech.title(first),
        number=speech.number(first) if first else "",
        dial=numbers.dialled(first.customer) if first else "",
        agents=speech.agents(newest),
        at=alert.last_call_at,
        when=local(alert.last_call_at, notification.zone, notification.now),
        often=speech.often(),
        why=reasons.why(alert, speech.scope(first), speech.rule),
        status=reasons.status(notification),
        lines=tuple(speech.line(call) for call in listed),
        more=max(alert.call_count - len(listed), 0) if listed else 0,
        tag=f"A{alert.id}",
        rule=speech.rule,
        severity=alert.severity.value,
        over=alert.state is AlertState.ENDED and alert.ended_as is not EndReason.TOLD,
        test="This is a test with sample data: nobody needs to be called." if notification.test else "",
    )


class _Speech:
    def __init__(self, notification: Notification, escape: Escape) -> None:
        self._of = notification
        self._escape = escape
        calls = notification.calls
        self._accounts = len({call.account for call in calls}) > 1
        self._agents = len({call.agent for call in calls}) > 1
        self._customers = len({call.customer for call in calls}) > 1
        self.rule = self._outside(notification.alert.rule, _RULE)

    def _outside(self, text: str, limit: int = _NAME) -> str:
        return shorten(self._escape(label(text, limit)), limit)

    def title(self, call: Call | None) -> str:
        if call is not None:
            return f"Call back {self._outside(call.name) or self.number(call)}"
        return reasons.counted(self._of.alert.call_count) + self.scope(None)

    def number(self, call: Call) -> str:
        return self._outside(numbers.shown(call.customer, self._of.country)) or "unknown number"

    def contact(self, call: Call) -> str:
        name, number = self._outside(call.name), self.number(call)
        return f"{name}, {number}" if name else number

    def agent(self, agent: str) -> str:
        """The agent's name; else the extension, with its account where several are among the calls."""
        name = self._outside(self._of.agent_names.get(agent, ""))
        if name:
            return name
        extension = agent.partition("/")[2]
        if not extension:
            return "an unknown extension"
        return f"extension {self._outside(agent if self._accounts else extension)}"

    def agents(self, calls: tuple[Call, ...]) -> str:
        keys = tuple(dict.fromkeys(call.agent for call in calls)) or (self._of.alert.agent,)
        named = [self.agent(key) for key in keys[:_AGENTS]]
        if len(keys) > _AGENTS:
            named.append(f"{len(keys) - _AGENTS} more")
        return " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))

    def scope(self, call: Call | None) -> str:
        """What the calls that are counted together have in common: " to Suresh by Agent 209"."""
        alert = self._of.alert
        parts = []
        if call is not None and "customer" in alert.per:
            parts.append(f" to {self._outside(call.name) or self.number(call)}")
        if "extension" in alert.per:
            parts.append(f" by {self.agent(alert.agent)}")
        elif "team" in alert.per:
            parts.append(" by one team")
        elif "account" in alert.per:
            parts.append(f" on account {self._outside(alert.agent.partition('/')[0])}")
        return "".join(parts)

    def often(self) -> str:
        alert = self._of.alert
        if alert.call_count == 1:
            return "once"
        first, last = (
            local(ms, self._of.zone, self._of.now) for ms in (alert.first_call_at, alert.last_call_at)
        )
        return f"{alert.call_count} calls, first {first}, last {last}"

    def line(self, call: Call) -> Line:
        when = local(call.placed_at, self._of.zone, self._of.now)
        whom = self.contact(call) if self._customers else ""
        who = self.agent(call.agent) if self._agents else ""
        return Line(call.placed_at, when, ", ".join(filter(None, (whom, who))))
