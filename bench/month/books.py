"""What the store says happened, read with nothing but SQL: the other side of the account."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

Of = tuple[str, str]
"""A list of calls: account and endpoint."""

R = TypeVar("R", bound=tuple[Any, ...])


class Stored(NamedTuple):
    """A call. Times are UTC ms."""

    row: int
    account: str
    endpoint: str
    id: str
    spurious: int
    attempt: int
    stored_at: int


class Decided(NamedTuple):
    """What a rule made of a call."""

    call: int
    rule: str
    reason: str
    alert: int | None


class Alerted(NamedTuple):
    """An alert, as it is at the end."""

    id: int
    rule: str
    state: str
    ended_as: str | None
    customer: str
    opened_at: int
    due_at: int | None
    ended_at: int | None


class Told(NamedTuple):
    """A line of an alert's story."""

    alert: int
    at: int
    kind: str
    note: str


class Row(NamedTuple):
    """Of the outbox."""

    delivery_id: str
    alert: int
    receiver: str
    recipient: str
    kind: str
    n: int
    via: str
    state: str
    reason: str
    created_at: int
    next_at: int
    finished_at: int | None
    gathered_as: str | None
    batch: str | None


class Sending(NamedTuple):
    """To one target: a digest, or a notice."""

    delivery_id: str
    name: str
    due_at: int
    receiver: str
    recipient: str
    state: str
    reason: str


@dataclass(frozen=True)
class Books:
    """All of it."""

    calls: Sequence[Stored]  # in the order in which they were stored
    decisions: Sequence[Decided]
    alerts: Mapping[int, Alerted]
    joined: Mapping[int, Sequence[int]]  # by alert: rows of calls
    stories: Mapping[int, Sequence[Told]]
    outbox: Sequence[Row]
    digests: Sequence[Sending]
    notices: Sequence[Sending]


def read(store: Path) -> Books:
    """Read a store that nobody writes to."""
    with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        joined = defaultdict(list)
        for alert, call in connection.execute("SELECT alert_id, call_id FROM alert_calls"):
            joined[alert].append(call)
        stories = defaultdict(list)
        for one in _all(connection, Told, "SELECT alert_id, at, kind, note FROM alert_events ORDER BY id"):
            stories[one.alert].append(one)
        return Books(
            calls=_all(connection, Stored, _CALLS),
            decisions=_all(connection, Decided, "SELECT call_id, rule, reason, alert_id FROM decisions"),
            alerts={one.id: one for one in _all(connection, Alerted, _ALERTS)},
            joined=joined,
            stories=stories,
            outbox=_all(connection, Row, _OUTBOX),
            digests=_all(connection, Sending, _DIGESTS),
            notices=_all(connection, Sending, _NOTICES),
        )


_CALLS = """
    SELECT calls.id, account, endpoint, ident, spurious, attempt, stored_at
    FROM calls JOIN sources ON calls.source_id = sources.id ORDER BY calls.id
"""
_ALERTS = "SELECT id, rule, state, ended_as, customer, opened_at, due_at, ended_at FROM alerts"
_OUTBOX = """
    SELECT delivery_id, alert_id, receiver, recipient, kind, n, via, state, reason, created_at, next_at,
      finished_at, gathered_as, batch
    FROM outbox ORDER BY id
"""
_DIGESTS = "SELECT delivery_id, name, due_at, receiver, recipient, state, reason FROM digests ORDER BY id"
_NOTICES = """
    SELECT tellings.delivery_id, kind, raised_at, receiver, recipient, state, tellings.reason
    FROM notice_tellings AS tellings JOIN notices ON notice_id = notices.id ORDER BY tellings.id
"""


def _all(connection: sqlite3.Connection, form: type[R], query: str) -> list[R]:
    return [form(*row) for row in connection.execute(query)]
