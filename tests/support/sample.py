"""Calls, alerts and notifications with every field filled, to be changed by name where a test cares."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from notifier.model import Alert, AlertState, Call, Endpoint, Kind, Notification, Severity
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
