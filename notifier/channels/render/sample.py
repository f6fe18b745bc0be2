"""Notifications that nobody's call is behind: to try a receiver, or to look at a message."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from notifier.model import (
    Alert,
    AlertState,
    Attempts,
    Call,
    Endpoint,
    EndReason,
    Event,
    EventKind,
    Kind,
    Notification,
    Severity,
)

_MINUTE = 60_000  # ms
_DAY = 24 * 60 * _MINUTE

_CUSTOMER = ("+919812345678", "Suresh")
_OTHERS = (("+919812345612", "Lakshmi Traders"), ("+919812345634", "Anita Rao"))
_MISSED = (_CUSTOMER, _OTHERS[0], _CUSTOMER, _OTHERS[1], _CUSTOMER, _OTHERS[0])


class Look(StrEnum):
    """What a sample shows."""

    CUSTOMER = "customer"  # somebody is to be called back, for the second time
    COUNT = "count"  # an extension misses too many, with a table
    REACHED = "reached"  # the first, once somebody has reached the customer


def sample_notification(
    zone: ZoneInfo,
    now: int,
    delivery_id: str,
    look: Look = Look.CUSTOMER,
    *,
    agent: str = "main/209",
    agent_names: Mapping[str, str] | None = None,
    country: str | None = None,
) -> Notification:
    """Build a notification about invented calls, marked as a test.

    Args:
        zone: where the readers are.
        now: UTC ms.
        delivery_id: random hex, new for each message.
        look: what it shows.
        agent: whose calls it pretends they are, account/extension.
        agent_names: the names of agents.
        country: ISO 3166; its numbers are shown in national form.
    """
    make = {Look.CUSTOMER: _customer, Look.COUNT: _count, Look.REACHED: _reached}[look]
    built = make(agent, now)
    return replace(
        built,
        delivery_id=delivery_id,
        alert=replace(built.alert, uid=delivery_id),
        agent_names=agent_names or {},
        zone=zone,
        country=country,
    )


def _customer(agent: str, now: int) -> Notification:
    calls = (_call(agent, now - 43 * _MINUTE, 0), _call(agent, now - _MINUTE, 1))
    tried = Attempts(2, calls[0].placed_at, calls[1].placed_at, (agent,), now - 3 * _DAY, agent)
    alert = replace(_alert(agent, calls, now), customer=_CUSTOMER[0], follows_up=True)
    return replace(_about(alert, calls, now), attempts=tried)


def _count(agent: str, now: int) -> Notification:
    calls = tuple(
        _call(agent, now - (26 - 5 * number) * _MINUTE, number, customer)
        for number, customer in enumerate(_MISSED)
    )
    alert = replace(
        _alert(agent, calls, now),
        per=("extension",),
        severity=Severity.WARNING,
        needed=5,
        within=30 * _MINUTE,
    )
    return _about(alert, calls, now)


def _reached(agent: str, now: int) -> Notification:
    told = _customer(agent, now - 12 * _MINUTE)
    who = f"agent {agent}"
    alert = replace(
        told.alert,
        state=AlertState.ENDED,
        ended_as=EndReason.REACHED,
        ended_at=now,
        handled_by=who,
        handled_at=now,
        version=2,
    )
    return replace(told, alert=alert, events=(Event(now, EventKind.REACHED, who),), now=now)


def _about(alert: Alert, calls: tuple[Call, ...], now: int) -> Notification:
    return Notification("", Kind.OPEN, alert, calls, {}, ZoneInfo("UTC"), now, test=True)


def _call(agent: str, placed_at: int, number: int, customer: tuple[str, str] = _CUSTOMER) -> Call:
    account, _, extension = agent.partition("/")
    to, name = customer
    return Call(account, Endpoint.OUT_MISSED, f"sample{number}", None, extension, to, placed_at, name)


def _alert(agent: str, calls: tuple[Call, ...], now: int) -> Alert:
    return Alert(
        id=0,
        uid="",
        rule="send-test",
        key="sample",
        per=("customer",),
        state=AlertState.OPEN,
        ended_as=None,
        severity=Severity.INFO,
        level=0,
        needed=1,
        within=None,
        call_count=len(calls),
        agent=agent,
        first_call_at=calls[0].placed_at,
        last_call_at=calls[-1].placed_at,
        opened_at=now,
        due_at=None,
        last_joined_at=now,
        ended_at=None,
        version=1,
        dry_run=False,
    )
