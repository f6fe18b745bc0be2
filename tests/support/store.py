"""A store on a real file, with something in it."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from notifier.model import Alert, AlertState, Call, Endpoint, EndReason, Kind, Reject, StoredCall, Target
from notifier.store import alerts, calls, outbox, outbox_claims, sources
from notifier.store.gathering import Limits
from notifier.store.outbox import RowState
from notifier.store.outbox_claims import Claim
from notifier.store.schema import metadata
from notifier.store.sources import Source
from tests.support.clock import START
from tests.support.sample import a_call, an_alert

ROOM = Target("sales-room", "#sales")
LEADS = Target("leads", "lead 1")


def main_source(connection: Connection, account: str = "main") -> Source:
    """The source of `a_call`."""
    return sources.source(connection, account, Endpoint.OUT_MISSED)


def store_calls(connection: Connection, *read: Call, account: str = "main") -> list[StoredCall]:
    """Store those that are new, as intake does."""
    source = main_source(connection, account)
    fresh = calls.new_calls(connection, source.id, read)
    return calls.insert_calls(connection, source, fresh, 0, START)


def a_reject(digest: str = "d1", placed_at: int | None = START) -> Reject:
    """A record that could not be read."""
    return Reject("main", Endpoint.OUT_MISSED, digest, "`to` is missing", '{"time":1}', placed_at)


def numbered_calls(count: int, start: int = 0, **over: Any) -> list[Call]:
    """Calls that differ in their ids and come one a second."""
    return [
        a_call(**{"id": f"c{n}", "placed_at": START + n * 1000, **over}) for n in range(start, start + count)
    ]


def store_alert(connection: Connection, key: str = "k", wakes_at: int | None = START, **over: Any) -> Alert:
    """Store a new alert."""
    uid = outbox.delivery_id(key)
    return alerts.insert_alert(connection, an_alert(id=0, uid="", key=key, **over), uid, wakes_at)


def end_alert(connection: Connection, alert: Alert, at: int = START) -> Alert:
    """End an alert."""
    ended = replace(
        alert,
        state=AlertState.ENDED,
        ended_as=EndReason.EXPIRED,
        ended_at=at,
        version=alert.version + 1,
    )
    alerts.update_alert(connection, ended, None)
    return ended


def enqueue(connection: Connection, alert: Alert, *targets: Target, **over: Any) -> int:
    """Enqueue an alert's first message to these targets, or to one."""
    values: dict[str, Any] = {"kind": Kind.OPEN, "n": 0, "via": "rule", "now": START, **over}
    return outbox.enqueue(connection, alert, targets or (ROOM,), **values)


def claim(
    connection: Connection, target: Target = ROOM, boot: str = "boot", now: int = START, burst: int = 10
) -> Claim | None:
    """Claim what goes next; a message names five alerts at the most."""
    return outbox_claims.claim(connection, target, boot, now, Limits(burst, 5))


def send_all(connection: Connection, target: Target = ROOM, now: int = START) -> None:
    """Claim and finish everything that is due for a target."""
    while (claimed := claim(connection, target, "boot", now)) is not None:
        outbox.finish(connection, [row.id for row in claimed.rows], RowState.SENT, "", now)


def rows_in(connection: Connection, table: str) -> int:
    """How many rows a table has."""
    return connection.scalar(select(func.count()).select_from(metadata.tables[table])) or 0


def committed_accounts(path: Path) -> list[str]:
    """The accounts of the sources that another connection sees, in the order in which they were stored."""
    with closing(sqlite3.connect(path)) as other:
        return [account for (account,) in other.execute("SELECT account FROM sources ORDER BY id")]


@contextmanager
def locked_by_another(path: Path) -> Iterator[None]:
    """Another connection is in the middle of a transaction that writes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """What a disk does that has no room left: every write beyond this size (bytes) of a file fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
