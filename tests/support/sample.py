"""Calls, alerts and messages with every field filled, to be changed by name where a test cares."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from notifier.model import (
    AgentTally,
    Alert,
    AlertState,
    Call,
    DigestFigures,
    DigestReport,
    Endpoint,
    Gathered,
    HourTally,
    Kind,
    Notice,
    NoticeKind,
    Notification,
    OpenCustomer,
    Severity,
    Silence,
    Summary,
    Tally,
)
from tests.support.clock import START

MINUTE = 60_000  # ms


def a_call(**over: Any) -> Call:
    """A call of main/209 to Suresh, one minute before START."""
    call = Call(
        account="main",
        endpoint=Endpoint.OUT_MISSED,
        id="5d9df5607a2b952710b030dc",
        alias=None,
        extension="209",
        customer="+919812345678",
        placed_at=START - MINUTE,
        name="Suresh",
    )
    return call._replace(**over)


def an_alert(**over: Any) -> Alert:
    """An open alert of a rule per customer, with the one call of `a_call`."""
    alert = Alert(
        id=12,
        uid="0123456789abcdef0123456789abcdef",
        rule="not-reached",
        key='["+919812345678"]',
        per=("customer",),
        state=AlertState.OPEN,
        ended_as=None,
        severity=Severity.INFO,
        level=0,
        needed=1,
        within=None,
        call_count=1,
        agent="main/209",
        first_call_at=START - MINUTE,
        last_call_at=START - MINUTE,
        opened_at=START,
        due_at=None,
        last_joined_at=START,
        ended_at=None,
        version=1,
        dry_run=False,
    )
    return replace(alert, **over)


def a_notification(**over: Any) -> Notification:
    """The first message of `an_alert`, rendered at START in India; its agent has a name."""
    notification = Notification(
        delivery_id="fedcba9876543210fedcba9876543210",
        kind=Kind.OPEN,
        alert=an_alert(),
        calls=(a_call(),),
        agent_names={"main/209": "Agent 209"},
        zone=ZoneInfo("Asia/Kolkata"),
        now=START,
    )
    return replace(notification, **over)


def a_summary(notifications: tuple[Notification, ...] | None = None, **over: Any) -> Summary:
    """A burst of two alerts at START in India; the delivery ids of others are theirs to choose."""
    two = (a_notification(delivery_id="d12"), a_notification(delivery_id="d13", alert=an_alert(id=13)))
    summary = Summary(
        delivery_id="5555555555555555aaaaaaaaaaaaaaaa",
        gathered=Gathered.BURST,
        notifications=notifications or two,
        part=1,
        parts=1,
        zone=ZoneInfo("Asia/Kolkata"),
        now=START,
    )
    return replace(summary, **over)


def a_notice(**over: Any) -> Notice:
    """Slack has refused our credentials for an hour, at START in India."""
    notice = Notice(
        delivery_id="7777777777777777aaaaaaaaaaaaaaaa",
        uid="8888888888888888aaaaaaaaaaaaaaaa",
        kind=NoticeKind.CREDENTIALS_BROKEN,
        subject="slack",
        reason="the Slack app lacks the scope chat:write: add it to the app (OAuth & Permissions → Bot Token"
        " Scopes), and install the app again (chat.postMessage: missing_scope)",
        raised_at=START - 60 * MINUTE,
        cleared_at=None,
        zone=ZoneInfo("Asia/Kolkata"),
        now=START,
    )
    return replace(notice, **over)


NOBODY_MISSED = DigestFigures(
    calls=0,
    agent_legs=0,
    customers=Tally(0, 0, None),
    agents=(),
    hours=(),
    newest_open=(),
    read_to=START,
    knows_reached=True,
)
"""A quiet day."""


def a_digest(**over: Any) -> DigestReport:
    """The evening's digest of sales, at START in India: three customers were missed, one was reached."""
    figures = DigestFigures(
        calls=5,
        agent_legs=1,
        customers=Tally(3, 1, 24 * MINUTE),
        agents=(
            AgentTally("main/209", Tally(2, 1, 24 * MINUTE)),
            AgentTally("main/210", Tally(1, 0, None)),
        ),
        hours=(HourTally(10, 3, 2, 1), HourTally(17, 2, 2, 0)),
        newest_open=(
            OpenCustomer("+919812345678", "Suresh", "main/209", 2, START - 20 * MINUTE),
            OpenCustomer("+12025550123", "", "main/210", 1, START - 90 * MINUTE),
        ),
        read_to=START,
        knows_reached=True,
    )
    report = DigestReport(
        delivery_id="9999999999999999aaaaaaaaaaaaaaaa",
        name="evening",
        teams=("sales",),
        since=START - 24 * 60 * MINUTE,
        until=START,
        figures=figures,
        agent_names={"main/209": "Agent 209"},
        zone=ZoneInfo("Asia/Kolkata"),
        now=START,
        country="IN",
    )
    return replace(report, **over)


def a_silence(**over: Any) -> Silence:
    """A silence of everything by Asha, for a minute from START on."""
    silence = Silence(
        id=1,
        rule=None,
        account=None,
        extension=None,
        team=None,
        customer=None,
        starts_at=START,
        ends_at=START + MINUTE,
        reason="fair",
        author="Asha",
        created_at=START,
    )
    return replace(silence, **over)
