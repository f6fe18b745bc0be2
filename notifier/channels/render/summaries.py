"""The words that all channels share for a summary: why it is one, and each of its alerts on one line."""

from dataclasses import dataclass

from notifier.channels.render import numbers, reasons
from notifier.channels.render.escape import shorten
from notifier.channels.render.phrases import is_over
from notifier.channels.render.reasons import is_settled
from notifier.channels.render.speech import Escape, Speech
from notifier.channels.render.times import duration, local
from notifier.model import EventKind, Gathered, Notification, Severity, Summary

_NAME = 40  # characters of a name or a number
_PEOPLE = 3  # who silenced something and are named
_GRAVEST_FIRST = tuple(reversed(Severity))
_TITLES = {
    Gathered.BURST: "alerts at once",
    Gathered.STALE: "alerts, reported late",
    Gathered.HELD: "alerts, held until now",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One alert of a summary. What came from outside is escaped, cut, and on one line."""

    tag: str  # "A12"
    severity: str
    name: str  # of the customer to call back; empty where it is unknown, or there are several
    number: str  # of the same; empty where there are several
    dial: str  # the same in E.164, where it is a number
    about: str  # what was counted: "5 missed calls by Agent 209 within 30 min"; empty for a single call
    agents: str  # who tried; empty where `about` says it
    at: int  # UTC ms of the last call
    when: str  # the same in words
    often: str  # "13 calls"; empty for one
    rule: str
    status: str  # how it stands, or what changed
    over: bool  # ended: nothing is asked of anybody any more
    settled: bool  # likewise, because it is done

    def __str__(self) -> str:
        return " · ".join([self.tag, *filter(None, (self.whom, self.details(self.when)))])

    @property
    def whom(self) -> str:
        """Whom to call back: "Suresh, 098123 45678"; empty where the calls are to several customers."""
        return ", ".join(filter(None, (self.name, self.number)))

    def details(self, when: str) -> str:
        """What else is said, the most needed first, with the time written in this way."""
        said = (
            self.status if self.over else "",
            "" if self.over or self.severity == Severity.INFO else self.severity,
            self.about,
            f"by {self.agents}" if self.agents else "",
            f"last {when}" if self.often else when,
            self.often,
            f"rule {self.rule}",
            "" if self.over else self.status,
        )
        return " · ".join(filter(None, said))

    def within(self, limit: int) -> str:
        """The line, cut to at most so many characters: what stands last goes first."""
        return shorten(str(self), limit)


@dataclass(frozen=True, slots=True)
class SummaryWords:
    """A summary in words."""

    title: str  # "23 alerts, reported late (part 1 of 2)"
    why: str  # a sentence
    items: tuple[Item, ...]  # the gravest first, then the newest; what is done comes last
    severity: str  # the gravest of what is not done


def summary_words(summary: Summary, escape: Escape) -> SummaryWords:
    """Put a summary into words.

    Args:
        summary: what to tell.
        escape: applied to every piece of text from outside, cleaned and cut; what it returns is cut again.
    """
    ordered = sorted(summary.notifications, key=_urgency)
    part = f" (part {summary.part} of {summary.parts})" if summary.parts > 1 else ""
    return SummaryWords(
        title=f"{len(ordered)} {_TITLES[summary.gathered]}{part}",
        why=_why(summary, escape),
        items=tuple(_item(each, escape) for each in ordered),
        severity=ordered[0].alert.severity.value,
    )


def _urgency(notification: Notification) -> tuple[bool, int, int, int]:
    alert = notification.alert
    return is_settled(alert), _GRAVEST_FIRST.index(alert.severity), -alert.last_call_at, alert.id


def _why(summary: Summary, escape: Escape) -> str:
    match summary.gathered:
        case Gathered.BURST:
            return "More came than are told one by one."
        case Gathered.HELD:
            kept = _kept(summary, escape)
            done = sum(is_settled(each.alert) for each in summary.notifications)
            return f"{kept} Done meanwhile: {done}, listed last." if done else kept
        case Gathered.STALE:
            return f"These calls, placed {_span(summary)}, came from TeleCMI only now."


def _kept(summary: Summary, escape: Escape) -> str:
    """What held them: their rules' calendars, or people, who are named."""
    told = [(each, each.events[-1]) for each in summary.notifications if each.events]
    muted = [(each, event) for each, event in told if event.kind is EventKind.SILENCED]
    if not muted:
        return "They came when their rules do not tell anybody, and were kept until now."
    people = list(dict.fromkeys(Speech(each, escape, name=_NAME).who(event.who) for each, event in muted))
    more = f" and {len(people) - _PEOPLE} more" if len(people) > _PEOPLE else ""
    by = f"silenced by {', '.join(people[:_PEOPLE])}{more}"
    if len(muted) == len(summary.notifications):
        return f"They were {by}, and kept until now."
    return f"They came when their rules do not tell anybody, or were {by}, and were kept until now."


def _span(summary: Summary) -> str:
    alerts = [each.alert for each in summary.notifications]
    ends = min(a.first_call_at for a in alerts), max(a.last_call_at for a in alerts)
    return " to ".join(dict.fromkeys(local(ms, summary.zone, summary.now) for ms in ends))


def _item(notification: Notification, escape: Escape) -> Item:
    alert = notification.alert
    speech = Speech(notification, escape, name=_NAME, rule=_NAME, agents=1)
    call = speech.customer
    about = ""
    if alert.within is not None:
        about = f"{reasons.counted(alert.needed)}{speech.scope()} within {duration(alert.within)}"
    elif call is None:
        about = reasons.counted(alert.call_count) + speech.scope()
    agents = speech.agents()
    return Item(
        tag=f"A{alert.id}",
        severity=alert.severity.value,
        name=speech.name(call) if call else "",
        number=speech.number(call) if call else "",
        dial=numbers.dialled(call.customer) if call else "",
        about=about,
        agents="" if f" by {agents} " in f"{about} " else agents,
        at=alert.last_call_at,
        when=local(alert.last_call_at, notification.zone, notification.now),
        often=f"{alert.call_count} calls" if alert.call_count > 1 else "",
        rule=speech.rule,
        status=speech.status(),
        over=is_over(alert),
        settled=is_settled(alert),
    )
