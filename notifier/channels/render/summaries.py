"""The words that all channels share for a summary: why it is one, and each of its alerts on one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

from notifier.channels.render import numbers, reasons
from notifier.channels.render.escape import shorten
from notifier.channels.render.outside import Escape
from notifier.channels.render.phrases import is_over
from notifier.channels.render.reasons import is_settled
from notifier.channels.render.speech import Speech
from notifier.channels.render.times import duration, in_turn, local
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
    dial: str  # the same in E.164, where it is a number and is to be dialled
    about: str  # what was counted: "5 missed calls by Agent 209 within 30 min"; empty for a single call
    agents: str  # who tried; empty where `about` says it
    when: str  # "11:02", "last 11:02" of several
    often: str  # "13 calls"; empty for one, and where `about` says it
    rule: str
    status: str  # how it stands, or what changed
    over: bool  # ended: nothing is asked of anybody any more
    settled: bool  # likewise, because it is done

    def __str__(self) -> str:
        return " · ".join([self.tag, *filter(None, (self.whom, self.details))])

    @property
    def whom(self) -> str:
        """Whom to call back: "Suresh, 098123 45678"; empty where the calls are to several customers."""
        return ", ".join(filter(None, (self.name, self.number)))

    @property
    def story(self) -> str:
        """What else is said beneath whom to call back, or what was counted."""
        said = (
            self.status if self.over else "",
            self.about if self.whom else "",
            f"by {self.agents}" if self.agents else "",
            self.when,
            self.often,
            "" if self.over else self.status,
        )
        return " · ".join(filter(None, said))

    @property
    def details(self) -> str:
        """What else is said, the most needed first."""
        said = (
            self.status if self.over else "",
            "" if self.over or self.severity == Severity.INFO else self.severity,
            self.about,
            f"by {self.agents}" if self.agents else "",
            self.when,
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
    subject: str  # the same with the alerts' numbers: no other summary has it
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
    what = f"{len(ordered)} {_TITLES[summary.gathered]}"
    part = f"part {summary.part} of {summary.parts}" if summary.parts > 1 else ""
    numbered = sorted(each.alert.id for each in ordered)
    return SummaryWords(
        title=f"{what} ({part})" if part else what,
        subject=f"{what} ({', '.join(filter(None, (f'A{numbered[0]} to A{numbered[-1]}', part)))})",
        why=_why(summary, escape),
        items=tuple(map(_item, ordered, _times(ordered), repeat(escape))),
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


def _times(told: Sequence[Notification]) -> list[str]:
    """When the last call of each was, one below the other."""
    return in_turn((each.alert.last_call_at for each in told), told[0].zone, told[0].now)


def _item(notification: Notification, when: str, escape: Escape) -> Item:
    alert = notification.alert
    speech = Speech(notification, escape, name=_NAME, rule=_NAME, agents=1)
    call = speech.customer
    about, said = "", 1
    if alert.within is not None:
        said = alert.needed
        scope = speech.scope() if call is None else ""
        about = f"{reasons.counted(alert.needed)}{scope} within {duration(alert.within)}"
    elif call is None:
        said = alert.call_count
        about = reasons.counted(alert.call_count) + speech.scope()
    agents = speech.agents()
    over = is_over(alert)
    return Item(
        tag=f"A{alert.id}",
        severity=alert.severity.value,
        name=speech.name(call) if call else "",
        number=speech.number(call) if call else "",
        dial=numbers.dialled(call.customer, mask=notification.mask_numbers) if call and not over else "",
        about=about,
        agents="" if f" by {agents} " in f"{about} " else agents,
        when=f"last {when}" if alert.call_count > 1 else when,
        often=f"{alert.call_count} calls" if alert.call_count > said else "",
        rule=speech.rule,
        status=speech.status(),
        over=over,
        settled=is_settled(alert),
    )
