"""Every message against a golden file; `GOLDEN=write pytest tests/channels/render` writes them anew."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from notifier.channels.render import blocks, html, plain, sample_notification, subject, text
from notifier.model import (
    AgentTally,
    AlertState,
    Attempts,
    DigestReport,
    EndReason,
    Event,
    EventKind,
    Gathered,
    HourTally,
    Kind,
    Message,
    NoticeKind,
    Notification,
    Severity,
    Summary,
    Tally,
    ToldLine,
)
from tests.support.blockkit import assert_fits, assert_harmless
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

GOLDEN = Path(__file__).parent / "golden"
DAY = 24 * 60 * MINUTE


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
        rule="too-many-misses",
        needed=needed,
        level=level,
        within=30 * MINUTE,
        call_count=13,
        severity=Severity.WARNING,
        first_call_at=calls[0].placed_at,
    )
    return a_notification(alert=alert, calls=calls)


def ended(notification: Notification, reason: EndReason, after: int) -> Notification:
    alert = notification.alert
    gone = replace(
        alert, state=AlertState.ENDED, ended_as=reason, ended_at=alert.last_joined_at + after * MINUTE
    )
    return replace(notification, alert=gone, now=notification.now + after * MINUTE)


def by_two_agents() -> Notification:
    calls = (a_call(placed_at=a_call().placed_at - 60 * MINUTE), a_call(account="other", extension="210"))
    alert = an_alert(
        call_count=2, agent="other/210", needed=2, within=90 * MINUTE, first_call_at=calls[0].placed_at
    )
    return a_notification(alert=alert, calls=calls)


def gathered(why: Gathered, *, part: int = 1, parts: int = 1) -> Summary:
    """One of each: a single call, a count, two agents, one whose name nobody knows, one that grew."""
    nameless = a_call(name="", customer="+12025550123")
    told = (
        a_notification(),
        numbered(13, too_many()),
        numbered(14, by_two_agents()),
        numbered(15, a_notification(calls=(nameless,), agent_names={})),
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


REACHED = {"ended_as": EndReason.REACHED, "handled_by": "agent main/209"}


def handled(state: AlertState, kind: EventKind, **over: Any) -> Notification:
    """Five minutes after it was opened somebody did something about it; two others were told before."""
    at = START + 5 * MINUTE
    given: dict[str, Any] = {"handled_by": "Asha", "handled_at": at} | over
    note = "" if kind is EventKind.REACHED else "they\nwant <a> call *after* lunch"
    event = Event(at, kind, given["handled_by"], note)
    told = (ToldLine("leads", START, Kind.OPEN), ToldLine("room", START + MINUTE, Kind.ESCALATION))
    alert = an_alert(state=state, **given)
    return a_notification(alert=alert, events=(event,), told=told, now=START + 9 * MINUTE)


def tried_again(notification: Notification) -> Notification:
    """For the third time, by two agents; the customer was reached weeks ago."""
    tried = Attempts(3, START - 90 * MINUTE, START, ("main/209", "main/210"), START - 50 * DAY, "main/209")
    return replace(notification, attempts=tried)


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
    "ended-resolved": handled(AlertState.ENDED, EventKind.RESOLVED, ended_as=EndReason.RESOLVED),
    "ended-reached": tried_again(handled(AlertState.ENDED, EventKind.REACHED, **REACHED)),
    "escalation": tried_again(a_notification(kind=Kind.ESCALATION, told=(ToldLine("a", START, Kind.OPEN),))),
    "reminder": tried_again(a_notification(kind=Kind.REMINDER)),
    "agent-leg": a_notification(is_agent_leg=True),
    "open": a_notification(),
    "open-threshold": too_many(),
    "open-two-agents": by_two_agents(),
    "level": replace(too_many(level=1, needed=12), kind=Kind.LEVEL),
    "update": replace(by_two_agents(), kind=Kind.UPDATE),
    "update-reached": news(tried_again(handled(AlertState.ENDED, EventKind.REACHED, **REACHED))),
    "update-resolved": news(handled(AlertState.ENDED, EventKind.RESOLVED, ended_as=EndReason.RESOLVED)),
    "update-acknowledged": news(handled(AlertState.ACKNOWLEDGED, EventKind.ACKNOWLEDGED)),
    "update-reopened": news(REOPENED),
    "ended-told": ended(a_notification(), EndReason.TOLD, 0),
    "ended-quiet": ended(too_many(), EndReason.QUIET, 30),
    "ended-expired": ended(a_notification(), EndReason.EXPIRED, 24 * 60),
    "ended-rule-removed": ended(a_notification(), EndReason.RULE_REMOVED, 5),
    "test": sample_notification(a_notification().zone, a_notification().now, "ab", country="IN"),
}
CASES: dict[str, Message] = {
    **ALERTS,
    "summary-burst": gathered(Gathered.BURST, part=2, parts=3),
    "summary-held": gathered(Gathered.HELD),
    "summary-held-reached": held_over_night(),
    "summary-stale": gathered(Gathered.STALE),
    "digest": a_digest(),
    "digest-not-followed": not_followed(a_digest(teams=())),
    "digest-nobody": a_digest(figures=NOBODY_MISSED),
    "notice": a_notice(),
    "notice-over": a_notice(cleared_at=a_notice().now - 10 * MINUTE),
    "notice-reload": a_notice(
        kind=NoticeKind.RELOAD_REFUSED,
        subject="configuration",
        reason="\n".join(f"config.yaml:{line}:3: rules.0.count: not a whole number" for line in range(2, 9)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_message_is_what_its_golden_file_says(name: str) -> None:
    message = CASES[name]
    told = {
        "text": text(message).splitlines(),
        "plain": plain(message).splitlines(),
        "subject": subject(message),
        "blocks": blocks(message),
    }
    files = {
        GOLDEN / f"{name}.json": json.dumps(told, indent=1, ensure_ascii=False) + "\n",
        GOLDEN / f"{name}.html": html(message) + "\n",
    }
    for path, made in files.items():
        if os.environ.get("GOLDEN") == "write":
            path.write_text(made)
        assert path.read_text() == made


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)


@pytest.mark.parametrize("message", CASES.values(), ids=CASES)
def test_each_fits_into_slack(message: Message) -> None:
    assert_fits(blocks(message))
    assert_harmless(text(message))


def test_an_alert_that_ended_by_being_told_looks_open() -> None:
    assert blocks(CASES["ended-told"]) == blocks(CASES["open"])


def test_an_ended_alert_is_quieter_than_an_open_one() -> None:
    quiet = blocks(CASES["ended-quiet"])
    assert [block["type"] for block in quiet] == ["section", "context"]
    assert "Quiet since 19:42 IST (+05:30)" in str(quiet)


def test_an_ended_test_still_says_that_it_is_one() -> None:
    over = ended(ALERTS["test"], EndReason.EXPIRED, 5)
    assert all(
        "test with sample data" in said for said in (str(blocks(over)), text(over), plain(over), html(over))
    )


UPDATES = ("update", "update-reached", "update-resolved", "update-acknowledged", "update-reopened")


def test_an_escalation_says_whether_its_target_knows_of_it() -> None:
    first = a_notification(kind=Kind.ESCALATION)
    assert text(first).startswith("Escalated to you: still not reached")
    assert text(replace(first, told_before=True)).startswith("Told again: still not reached")


def test_every_mail_about_one_alert_has_one_subject() -> None:
    about_one = [ALERTS[name] for name in ("open", *UPDATES[1:], "reopened", "escalation", "reminder")]
    assert {subject(one) for one in about_one} == {subject(ALERTS["open"])}


@pytest.mark.parametrize("name", UPDATES[1:])
def test_an_update_leads_with_what_is_new_and_speaks_of_no_new_calls(name: str) -> None:
    first = {
        "update-reached": "Reached by Agent 209, ",
        "update-resolved": "Resolved by Asha, ",
        "update-acknowledged": "Asha is on it since ",
        "update-reopened": "Reopened by Asha",
    }[name]
    assert text(ALERTS[name]).startswith(first)
    assert plain(ALERTS[name]).startswith(first)
    assert "New calls" not in text(ALERTS[name]) + html(ALERTS[name]) + str(blocks(ALERTS[name]))


def test_html_loads_nothing_and_dials() -> None:
    page = html(CASES["open"])
    assert 'href="tel:+919812345678"' in page
    assert "src=" not in page
    assert "http" not in page
