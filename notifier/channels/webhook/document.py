"""A message as JSON. Pure: equal messages give equal bytes. `docs/webhook.schema.json` describes it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Final

from notifier.channels.render.escape import label
from notifier.model import Alert, Call, Message, Notice, Notification, Summary

VERSION: Final = 1
CALLS_IN_SUMMARY: Final = 5
"""The newest of each alert's calls: a summary of 100 alerts stays far below what servers take."""

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
        **_alert(notification.alert),
        "calls": [_call(call, notification) for call in calls],
    }


def _alert(alert: Alert) -> Json:
    return {
        "id": f"A{alert.id}",
        "uid": alert.uid,
        "rule": _text(alert.rule),
        "per": list(alert.per),
        "severity": alert.severity.value,
        "level": alert.level,
        "state": alert.state.value,
        "ended_as": None if alert.ended_as is None else alert.ended_as.value,
        "count": alert.call_count,
        "needed": alert.needed,
        "within_ms": alert.within,
        "first_call_at": _instant(alert.first_call_at),
        "last_call_at": _instant(alert.last_call_at),
    }


def _call(call: Call, notification: Notification) -> Json:
    return {
        "id": _text(call.id),
        "account": _text(call.account),
        "extension": _text(call.extension),
        "agent": _text(notification.agent_names.get(call.agent, "")),
        "customer": _text(call.customer),
        "name": _text(call.name),
        "placed_at": _instant(call.placed_at),
    }


def _notice(notice: Notice) -> Json:
    return {
        "uid": notice.uid,
        "kind": notice.kind.value,
        "subject": _text(notice.subject),
        "reason": label(notice.reason, _REASON),
        "raised_at": _instant(notice.raised_at),
        "cleared_at": None if notice.cleared_at is None else _instant(notice.cleared_at),
    }


def _text(outside: str) -> str:
    return label(outside, _TEXT)


def _instant(ms: int) -> str:
    """UTC ms in ISO 8601: "2026-09-21T14:13:20.000Z"."""
    moment = _EPOCH + timedelta(milliseconds=min(max(ms, 0), _LAST))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
