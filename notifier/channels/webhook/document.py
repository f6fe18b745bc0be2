"""A message as JSON. Pure: equal messages give equal bytes. `docs/webhook.schema.json` describes it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Final

from notifier.channels.render.escape import label
from notifier.channels.render.numbers import shown
from notifier.channels.render.outside import Outside
from notifier.model import (
    Alert,
    Attempts,
    Call,
    DigestReport,
    Message,
    Notice,
    Notification,
    OpenCustomer,
    Summary,
    Tally,
)

VERSION: Final = 1
CALLS_IN_SUMMARY: Final = 5
"""The newest of each alert's calls: a summary of 100 alerts stays far below what servers take."""

TOLD: Final = 50
"""Receivers that were told before."""

AGENTS_IN_DIGEST: Final = 500
"""Those who missed most customers: likewise."""

Json = dict[str, object]

_TEXT = 200  # characters
_REASON = 2_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 253_402_300_799_999  # UTC ms: the end of the year 9999


def body(message: Message) -> bytes:
    """The document in UTF-8, without whitespace that means nothing."""
    return json.dumps(document(message), ensure_ascii=False, separators=(",", ":")).encode()


def document(message: Message) -> Json:
    """What is told, for a program. Text from outside is on one line, without control characters, and cut."""
    match message:
        case Notification():
            return _envelope(message, "alert") | {"alert": _told(message, message.calls)}
        case Summary():
            alerts = [_told(each, each.calls[-CALLS_IN_SUMMARY:]) for each in message.notifications]
            return _envelope(message, "summary") | {
                "reason": message.gathered.value,
                "part": message.part,
                "parts": message.parts,
                "alerts": alerts,
            }
        case Notice():
            return _envelope(message, "notice") | {"notice": _notice(message)}
        case DigestReport():
            return _envelope(message, "digest") | {"digest": _digest(message)}


def _envelope(message: Message, kind: str) -> Json:
    return {
        "version": VERSION,
        "type": kind,
        "delivery_id": message.delivery_id,
        "sent_at": _instant(message.now),
    }


def _told(notification: Notification, calls: tuple[Call, ...]) -> Json:
    return {
        "delivery_id": notification.delivery_id,
        "kind": notification.kind.value,
        "test": notification.test,
        **_alert(notification.alert, mask=notification.mask_numbers),
        "is_agent_leg": notification.is_agent_leg,
        "attempts": None if notification.attempts is None else _attempts(notification.attempts),
        "told": [
            {"receiver": _text(one.receiver), "at": _instant(one.at), "kind": one.kind.value}
            for one in notification.told[:TOLD]
        ],
        "calls": [_call(call, notification) for call in calls],
    }


def _alert(alert: Alert, *, mask: bool) -> Json:
    return {
        "id": f"A{alert.id}",
        "uid": alert.uid,
        "rule": _text(alert.rule),
        "per": list(alert.per),
        "severity": alert.severity.value,
        "level": alert.level,
        "state": alert.state.value,
        "ended_as": None if alert.ended_as is None else alert.ended_as.value,
        "handled_by": _text(alert.handled_by, mask=mask),
        "handled_at": _maybe(alert.handled_at),
        "snoozed_until": _maybe(alert.snoozed_until),
        "count": alert.call_count,
        "needed": alert.needed,
        "within_ms": alert.within,
        "first_call_at": _instant(alert.first_call_at),
        "last_call_at": _instant(alert.last_call_at),
    }


def _attempts(tried: Attempts) -> Json:
    return {
        "count": tried.count,
        "first_at": _instant(tried.first_at),
        "last_at": _instant(tried.last_at),
        "agents": [_text(agent) for agent in tried.agents],
        "reached_at": _maybe(tried.reached_at),
        "reached_by": _text(tried.reached_by),
    }


def _call(call: Call, notification: Notification) -> Json:
    mask = notification.mask_numbers
    return {
        "id": _text(call.id),
        "account": _text(call.account),
        "extension": _text(call.extension),
        "agent": _text(notification.agent_names.get(call.agent, "")),
        "customer": _customer(call.customer, mask=mask),
        "name": _text(call.name, mask=mask),
        "placed_at": _instant(call.placed_at),
    }


def _notice(notice: Notice) -> Json:
    return {
        "uid": notice.uid,
        "kind": notice.kind.value,
        "subject": _text(notice.subject),
        "reason": label(notice.reason, _REASON),
        "raised_at": _instant(notice.raised_at),
        "cleared_at": _maybe(notice.cleared_at),
    }


def _digest(report: DigestReport) -> Json:
    figures = report.figures
    return {
        "name": _text(report.name),
        "teams": [_text(team) for team in report.teams],
        "time_zone": report.zone.key,
        "since": _instant(report.since),
        "until": _instant(report.until),
        "read_to": _maybe(figures.read_to),
        "calls": figures.calls,
        "agent_legs": figures.agent_legs,
        "customers": _tally(figures.customers, report),
        "agents": [
            {**_agent(one.agent, report), **_tally(one.tally, report)}
            for one in figures.agents[:AGENTS_IN_DIGEST]
        ],
        "hours": [
            {
                "hour": one.hour,
                "calls": one.calls,
                "customers": one.customers,
                "reached": one.reached if figures.knows_reached else None,
            }
            for one in figures.hours
        ],
        "newest_open": [_open(one, report) for one in figures.newest_open],
    }


def _tally(tally: Tally, report: DigestReport) -> Json:
    is_known = report.figures.knows_reached
    return {
        "missed": tally.missed,
        "reached": tally.reached if is_known else None,
        "open": tally.open if is_known else None,
        "median_ms": tally.median,
    }


def _open(one: OpenCustomer, report: DigestReport) -> Json:
    return {
        "customer": _customer(one.customer, mask=report.mask_numbers),
        "name": _text(one.name, mask=report.mask_numbers),
        **_agent(one.agent, report),
        "attempts": one.attempts,
        "last_call_at": _instant(one.last_at),
    }


def _agent(agent: str, report: DigestReport) -> Json:
    account, _, extension = agent.partition("/")
    return {
        "account": _text(account),
        "extension": _text(extension),
        "agent": _text(report.agent_names.get(agent, "")),
    }


def _customer(number: str, *, mask: bool) -> str:
    return shown(number, None, mask=True) if mask else _text(number)


def _text(outside: str, *, mask: bool = False) -> str:
    return Outside(str, mask).fit(outside, _TEXT)


def _maybe(ms: int | None) -> str | None:
    return None if ms is None else _instant(ms)


def _instant(ms: int) -> str:
    """UTC ms in ISO 8601: "2026-09-21T14:13:20.000Z"."""
    moment = _EPOCH + timedelta(milliseconds=min(max(ms, 0), _LAST))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
