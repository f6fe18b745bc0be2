"""The words that all channels share for one alert: whom to call back, who tried, when, how often, why."""

from dataclasses import dataclass

from notifier.channels.render import numbers, reasons
from notifier.channels.render.mentions import NOBODY, Mentions
from notifier.channels.render.outside import Escape
from notifier.channels.render.speech import Speech
from notifier.channels.render.times import local, moment, slack_ago
from notifier.model import Alert, AlertState, EndReason, Kind, Notification

_LEG = "This is an agent's own phone: the customer was never rung."


@dataclass(frozen=True, slots=True)
class Words:
    """A notification in words. What came from outside is escaped, cut, and on one line."""

    title: str  # "Call back Suresh", "5 missed calls by Agent 209"
    name: str  # of the customer; empty where it is unknown, or there are several
    number: str  # to call back, where it is one customer's
    copied: str  # the same to be copied; empty where it is not known
    dial: str  # the same in E.164, where it is a number
    agents: str  # who tried
    at: int  # UTC ms of the last call
    when: str  # the same in words
    ago: str  # the same as Slack shows it: "12 minutes ago"
    since: str  # "3 calls since 10:05", "since 10:05" where the title counts them; empty for one call
    tries: str  # how often in vain, and who tried; empty for a first one
    last_reached: str  # empty likewise, unless they were reached before
    attempt: str  # both, shorter
    why: str
    status: str  # how it stands, or what changed; empty for a first message
    note: str  # what whoever handled it wrote
    tag: str  # "A12"
    rule: str
    severity: str
    over: bool  # ended, and nothing is asked of anybody any more
    settled: bool  # likewise, because it is done
    quiet: bool  # over, or somebody sees to it and this message need not call for anybody
    told: str  # who else was told
    leg: str  # says that the customer was never rung, where that is so
    test: str  # says that it is a test, where it is one

    @property
    def placed(self) -> str:
        """When the calls were: "3 calls since 10:05, last 11:02 IST (+05:30)"; attempts count them."""
        since = "" if self.attempt else self.since
        return ", ".join(filter(None, (since, f"last {self.when}" if self.since else self.when)))

    @property
    def has_number_in_title(self) -> bool:
        """Is the number said where a name would stand, or not known at all?"""
        return self.title.endswith(self.number)


def words(notification: Notification, escape: Escape, mentions: Mentions = NOBODY) -> Words:
    """Put a notification into words.

    Args:
        notification: what to tell.
        escape: applied to every piece of text from outside, cleaned and cut; what it returns is cut again.
        mentions: of the agents who called and of who handled the alert.
    """
    alert = notification.alert
    speech = Speech(notification, escape)
    mentioning = Speech(notification, escape, mentions=mentions)
    first = speech.customer
    zone, now = notification.zone, notification.now
    return Words(
        title=speech.title(),
        name=speech.name(first) if first else "",
        number=speech.number(first) if first else "",
        copied=speech.copied(first) if first else "",
        dial=numbers.dialled(first.customer, mask=notification.mask_numbers) if first else "",
        agents=mentioning.agents(),
        at=alert.last_call_at,
        when=local(alert.last_call_at, zone, now),
        ago=slack_ago(alert.last_call_at, zone),
        since=_since(notification, is_counted=first is None),
        tries=speech.tries(),
        last_reached=speech.last_reached(),
        attempt=speech.attempt(),
        why=reasons.why(alert, speech.scope(), speech.rule),
        status=mentioning.status(),
        note=speech.note(),
        tag=f"A{alert.id}",
        rule=speech.rule,
        severity=alert.severity.value,
        over=is_over(alert),
        settled=reasons.is_settled(alert),
        quiet=is_quiet(notification),
        told=speech.told(),
        leg=_LEG if notification.is_agent_leg else "",
        test="This is a test with sample data: nobody needs to be called." if notification.test else "",
    )


def is_over(alert: Alert) -> bool:
    """Has it ended, and nothing is asked of anybody any more?"""
    return alert.state is AlertState.ENDED and alert.ended_as is not EndReason.TOLD


def is_quiet(notification: Notification) -> bool:
    """Is it over, or does somebody see to it, so that this message need not call for anybody?"""
    return is_over(notification.alert) or _is_handled(notification)


def _since(notification: Notification, *, is_counted: bool) -> str:
    alert = notification.alert
    since = f"since {moment(alert.first_call_at, notification.zone, notification.now)}"
    if alert.call_count == 1:
        return ""
    return since if is_counted else f"{alert.call_count} calls {since}"


def _is_handled(notification: Notification) -> bool:
    """Does it only say that somebody sees to it?"""
    handled = notification.alert.state in {AlertState.ACKNOWLEDGED, AlertState.SNOOZED}
    return handled and notification.kind in {Kind.OPEN, Kind.UPDATE}
