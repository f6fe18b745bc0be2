"""A message of every kind in every state: for golden files, and to be looked at."""

from dataclasses import replace
from typing import Any

from notifier.channels.render import Mentions
from notifier.channels.render.sample import Look, sample_notification
from notifier.model import (
    SAID_REACHED,
    AgentTally,
    AlertState,
    Attempts,
    DigestReport,
    EndReason,
    Event,
    EventKind,
    Gathered,
    History,
    HourTally,
    Kind,
    Message,
    NoticeKind,
    Notification,
    Raised,
    Severity,
    Summary,
    Tally,
    ToldLine,
)
from tests.support.clock import START
from tests.support.sample import (
    MINUTE,
    NOBODY_MISSED,
    a_call,
    a_digest,
    a_notice,
    a_notification,
    a_summary,
    an_alert,
)

DAY = 24 * 60 * MINUTE


MENTIONS = Mentions({"main/209": "<@U0209ASHA>"}, ("<!here>",))
"""As the bot has looked them up for a new message of high severity."""


def one(**over: Any) -> Notification:
    """A call to one customer, whom the rule follows until they are reached; its readers are in India."""
    alert = an_alert(customer=a_call().customer, follows_up=True)
    return replace(a_notification(alert=alert, country="IN"), **over)


def too_many(*, level: int = 0, needed: int = 5) -> Notification:
    """A threshold alert: 13 calls of one agent to 13 customers."""
    calls = tuple(
        a_call(
            id=f"c{back}",
            customer=f"+9198123456{back:02d}",
            placed_at=a_call().placed_at - back * MINUTE,
            name="" if back % 3 else f"Customer {back}",
        )
        for back in range(12, -1, -1)
    )
    alert = an_alert(
        per=("extension",),
        key="extension=main/209",
        rule="too-many-misses",
        needed=needed,
        level=level,
        within=30 * MINUTE,
        call_count=13,
        severity=Severity.WARNING,
        first_call_at=calls[0].placed_at,
    )
    return a_notification(alert=alert, calls=calls, country="IN")


def of_a_team() -> Notification:
    """Likewise by two agents, who missed some of the customers more than once; one of them is abroad."""
    customers = ("+919812345678", "+919812345678", "+12025550123", "+919812345600", "+12025550123")
    agents = ("209", "209", "210", "209", "210", "210")
    placed = a_call().placed_at
    calls = tuple(
        a_call(
            id=f"t{number}",
            extension=agent,
            customer=customer,
            name={"+919812345678": "Suresh", "+12025550123": "Dana & Sons"}.get(customer, ""),
            placed_at=placed - (6 - number) * 4 * MINUTE,
        )
        for number, (agent, customer) in enumerate(zip(agents, (*customers, "+919812345678"), strict=True), 1)
    )
    alert = an_alert(
        per=("team",),
        key="team=sales",
        rule="team-misses",
        needed=6,
        within=30 * MINUTE,
        call_count=6,
        agent="main/210",
        severity=Severity.CRITICAL,
        first_call_at=calls[0].placed_at,
    )
    return a_notification(alert=alert, calls=calls, country="IN")


def ended(notification: Notification, reason: EndReason, after: int) -> Notification:
    alert = notification.alert
    gone = replace(
        alert, state=AlertState.ENDED, ended_as=reason, ended_at=alert.last_joined_at + after * MINUTE
    )
    return replace(notification, alert=gone, now=notification.now + after * MINUTE)


def by_two_agents() -> Notification:
    calls = (a_call(placed_at=a_call().placed_at - 60 * MINUTE), a_call(account="other", extension="210"))
    alert = an_alert(
        call_count=2,
        agent="other/210",
        needed=2,
        within=90 * MINUTE,
        first_call_at=calls[0].placed_at,
        customer=calls[0].customer,
    )
    return a_notification(alert=alert, calls=calls, country="IN")


def foreign() -> Notification:
    """A customer abroad whose name nobody knows, missed by somebody whose name nobody knows."""
    nameless = a_call(name="", customer="+12025550123")
    alert = an_alert(customer=nameless.customer, follows_up=True)
    return a_notification(alert=alert, calls=(nameless,), agent_names={}, country="IN")


def masked(notification: Notification) -> Notification:
    return replace(notification, mask_numbers=True)


def gathered(why: Gathered, *, part: int = 1, parts: int = 1) -> Summary:
    """One of each: a single call, a count, two agents, one whose name nobody knows, one that grew."""
    told = (
        one(),
        numbered(13, too_many()),
        numbered(14, by_two_agents()),
        numbered(15, foreign()),
        numbered(16, critical(replace(too_many(level=1, needed=12), kind=Kind.LEVEL))),
    )
    return a_summary(told, gathered=why, part=part, parts=parts)


def not_followed(report: DigestReport) -> DigestReport:
    """Answered calls are not read, and TeleCMI not for long."""
    figures = report.figures
    unknown = replace(
        figures,
        agent_legs=0,
        customers=Tally(3, 0, None),
        agents=tuple(AgentTally(one.agent, Tally(one.tally.missed, 0, None)) for one in figures.agents),
        hours=tuple(HourTally(one.hour, one.calls, one.customers, 0) for one in figures.hours),
        read_to=report.until - 60 * MINUTE,
        knows_reached=False,
    )
    return replace(report, figures=unknown)


def numbered(number: int, notification: Notification) -> Notification:
    return replace(notification, alert=replace(notification.alert, id=number))


def critical(notification: Notification) -> Notification:
    return replace(notification, alert=replace(notification.alert, severity=Severity.CRITICAL))


HOSTILE = "<!channel> *bold* https://evil.example/x \u202e\u200b🙂 :boom: \ud83d" + "&" * 10_000
REACHED: dict[str, Any] = {"ended_as": EndReason.REACHED, "handled_by": "agent main/209"}


WRITTEN = "they\nwant <a> call *after* lunch"


def handled(
    state: AlertState, kind: EventKind, about: Notification | None = None, note: str = WRITTEN, **over: Any
) -> Notification:
    """Five minutes after it was opened somebody did something about it; two others were told before."""
    at, told_of = START + 5 * MINUTE, about or one()
    given: dict[str, Any] = {"handled_by": "Asha", "handled_at": at} | over
    event = Event(at, kind, given["handled_by"], "" if kind is EventKind.REACHED else note)
    told = (ToldLine("leads", START, Kind.OPEN), ToldLine("room", START + MINUTE, Kind.ESCALATION))
    alert = replace(told_of.alert, state=state, version=2, **given)
    return replace(told_of, alert=alert, events=(event,), told=told, now=START + 9 * MINUTE)


def resolved(note: str, about: Notification | None = None) -> Notification:
    return handled(AlertState.ENDED, EventKind.RESOLVED, about, note, ended_as=EndReason.RESOLVED)


def joined() -> Notification:
    """The same agent has tried once more in vain; the message was edited."""
    calls = (a_call(placed_at=START - 40 * MINUTE), a_call(id="c2"))
    alert = replace(one().alert, call_count=2, first_call_at=calls[0].placed_at, version=2)
    tried = Attempts(2, calls[0].placed_at, calls[1].placed_at, ("main/209",), None)
    return one(alert=alert, calls=calls, attempts=tried)


def late(event: Event) -> Notification:
    """Of a call of last night, since something held it back."""
    placed = START - 10 * 60 * MINUTE
    alert = replace(one().alert, first_call_at=placed, last_call_at=placed)
    return one(alert=alert, calls=(a_call(placed_at=placed),), events=(event,))


def tried_again(notification: Notification) -> Notification:
    """For the third time, by two agents; the customer was reached weeks ago."""
    tried = Attempts(3, START - 90 * MINUTE, START, ("main/209", "main/210"), START - 50 * DAY, "main/209")
    return replace(notification, attempts=tried)


def masked_summary() -> Summary:
    summary = gathered(Gathered.BURST)
    return replace(summary, notifications=tuple(map(masked, summary.notifications)))


def held_over_night() -> Summary:
    """Of five alerts the third and the fifth, the gravest, were reached before anybody was told."""
    summary = gathered(Gathered.HELD)
    reached = {2, 4}
    told = [
        replace(
            each,
            kind=Kind.OPEN,
            alert=replace(
                each.alert,
                state=AlertState.ENDED,
                ended_as=EndReason.REACHED,
                ended_at=START,
                handled_by="agent main/209",
                handled_at=START,
            ),
        )
        if number in reached
        else each
        for number, each in enumerate(summary.notifications)
    ]
    return replace(summary, notifications=tuple(told))


def news(notification: Notification) -> Notification:
    """A new message that says how it stands now; no call has joined."""
    return replace(notification, kind=Kind.UPDATE, joined=0, stands_anew=True)


def reopened() -> Notification:
    """After it was acknowledged, Asha let it go on."""
    on_it = handled(AlertState.OPEN, EventKind.ACKNOWLEDGED)
    event = Event(START + 7 * MINUTE, EventKind.REOPENED, "Asha", "they want <another> call")
    alert = replace(on_it.alert, handled_by="", handled_at=None)
    return replace(on_it, alert=alert, events=(*on_it.events, event))


REOPENED = reopened()
ALERTS = {
    "acknowledged": handled(AlertState.ACKNOWLEDGED, EventKind.ACKNOWLEDGED),
    "snoozed": handled(AlertState.SNOOZED, EventKind.SNOOZED, snoozed_until=START + DAY),
    "reopened": REOPENED,
    "acknowledged-threshold": handled(AlertState.ACKNOWLEDGED, EventKind.ACKNOWLEDGED, of_a_team(), ""),
    "ended-resolved": resolved(WRITTEN),
    "ended-resolved-threshold": resolved("", of_a_team()),
    "ended-said-reached": resolved(SAID_REACHED),
    "ended-not-needed": resolved("Wrong number: it is a <fax>"),
    "ended-do-not-call": resolved("Do not call"),
    "ended-reached": tried_again(handled(AlertState.ENDED, EventKind.REACHED, **REACHED)),
    "escalation": tried_again(one(kind=Kind.ESCALATION, told=(ToldLine("a", START, Kind.OPEN),))),
    "reminder": tried_again(one(kind=Kind.REMINDER)),
    "agent-leg": one(is_agent_leg=True),
    "open": one(),
    "open-again": tried_again(one()),
    "open-joined": joined(),
    "open-late-held": late(Event(START - 9 * 60 * MINUTE, EventKind.HELD, until=START)),
    "open-late-silenced": late(Event(START - 9 * 60 * MINUTE, EventKind.SILENCED, "agent main/209")),
    "open-deputy": one(stands_in_for="main/209"),
    "open-foreign": foreign(),
    "open-masked": masked(tried_again(one())),
    "open-hostile": one(calls=(a_call(name=HOSTILE),), agent_names={"main/209": HOSTILE}),
    "open-told-only": replace(one(), alert=replace(one().alert, per=("call",), follows_up=False)),
    "open-threshold": too_many(),
    "open-threshold-masked": masked(of_a_team()),
    "open-team": of_a_team(),
    "open-two-agents": by_two_agents(),
    "level": replace(too_many(level=1, needed=12), kind=Kind.LEVEL),
    "update": replace(by_two_agents(), kind=Kind.UPDATE),
    "update-reached": news(tried_again(handled(AlertState.ENDED, EventKind.REACHED, **REACHED))),
    "update-resolved": news(handled(AlertState.ENDED, EventKind.RESOLVED, ended_as=EndReason.RESOLVED)),
    "update-acknowledged": news(handled(AlertState.ACKNOWLEDGED, EventKind.ACKNOWLEDGED)),
    "update-reopened": news(REOPENED),
    "ended-told": ended(one(), EndReason.TOLD, 0),
    "ended-quiet": ended(too_many(), EndReason.QUIET, 30),
    "ended-expired": ended(one(), EndReason.EXPIRED, 24 * 60),
    "ended-rule-removed": ended(one(), EndReason.RULE_REMOVED, 5),
    "ended-outside-hours": ended(one(), EndReason.OUTSIDE_HOURS, 5),
    **{
        f"test-{look}": sample_notification(
            one().zone, one().now, "ab", look, country="IN", agent_names=one().agent_names
        )
        for look in Look
    },
}
CASES: dict[str, Message] = {
    **ALERTS,
    "summary-burst": gathered(Gathered.BURST, part=2, parts=3),
    "summary-held": gathered(Gathered.HELD),
    "summary-held-reached": held_over_night(),
    "summary-stale": gathered(Gathered.STALE),
    "summary-masked": masked_summary(),
    "digest": a_digest(),
    "digest-not-followed": not_followed(a_digest(teams=())),
    "digest-masked": a_digest(mask_numbers=True),
    "digest-nobody": a_digest(figures=NOBODY_MISSED),
    "notice": a_notice(),
    "notice-over": a_notice(cleared_at=a_notice().now - 10 * MINUTE),
    "notice-reload": a_notice(
        kind=NoticeKind.RELOAD_REFUSED,
        subject="configuration",
        reason="\n".join(f"config.yaml:{line}:3: rules.0.count: not a whole number" for line in range(2, 9)),
    ),
}


def in_thread(kind: Kind, about: Notification, **over: Any) -> Notification:
    return replace(about, kind=kind, alert=replace(about.alert, **over))


def a_history(about: Notification, **over: Any) -> History:
    """Asha took it on and let it go, it was escalated, and in the end they were reached."""
    minutes = iter(range(2, 60, 3))
    events = (
        Event(START + next(minutes) * MINUTE, EventKind.ACKNOWLEDGED, "Asha", "on <my> way"),
        Event(START + next(minutes) * MINUTE, EventKind.SNOOZED, "agent main/209", until=START + DAY),
        Event(START + next(minutes) * MINUTE, EventKind.REOPENED, "Asha in Slack"),
        Event(START + next(minutes) * MINUTE, EventKind.ESCALATED, "", "leads, #sales"),
        Event(START + next(minutes) * MINUTE, EventKind.RESOLVED, "agent main/209", SAID_REACHED),
    )
    history = History(
        delivery_id="9999999999999999aaaaaaaaaaaaaaaa",
        alert=about.alert,
        events=events,
        raised=None,
        calls=(),
        call_count=0,
        agent_names=about.agent_names,
        zone=about.zone,
        now=START + 20 * MINUTE,
        country="IN",
    )
    return replace(history, **over)


REPLIES: dict[str, Notification] = {
    "reply-reminder": in_thread(Kind.REMINDER, tried_again(one()), reminded=1),
    "reply-reminder-2": in_thread(Kind.REMINDER, foreign(), reminded=2, severity=Severity.WARNING),
    "reply-escalation": in_thread(Kind.ESCALATION, tried_again(one()), severity=Severity.CRITICAL),
    "reply-escalation-acknowledged": in_thread(
        Kind.ESCALATION, handled(AlertState.ACKNOWLEDGED, EventKind.ACKNOWLEDGED)
    ),
    "reply-level": in_thread(Kind.LEVEL, too_many(level=1, needed=12), severity=Severity.CRITICAL),
    "reply-masked": masked(in_thread(Kind.REMINDER, one(), reminded=1)),
    "reply-hostile": in_thread(Kind.REMINDER, ALERTS["open-hostile"], reminded=1),
}
"""What is said in the thread of an alert's first message, and shown in its channel, too."""

HISTORIES = {
    "history": a_history(one()),
    "history-raised": a_history(
        too_many(),
        events=(),
        raised=Raised(START + 2 * MINUTE, 1, Severity.CRITICAL),
        calls=of_a_team().calls,
        call_count=60,
    ),
    "history-hostile": a_history(
        one(), events=(Event(START, EventKind.ACKNOWLEDGED, HOSTILE, HOSTILE),), mask_numbers=True
    ),
}
"""What is said there quietly."""
