"""Stores of any size, filled faster than notifier itself would fill them."""

import asyncio
import sqlite3
import uuid
from dataclasses import replace
from pathlib import Path

from bench.events import CUSTOMERS, EXTENSIONS, SCATTERED_SQL, STEP, customer, extension, ident
from notifier.model import AlertState, Endpoint, EndReason, Kind, Target
from notifier.sandbox import SandboxCall
from notifier.store import alerts, outbox, sources
from notifier.store.database import Connection, Database
from tests.support.sample import an_alert

CALLS_PER_ALERT = 100
"""One alert, ended and told, for so many calls."""

_CALLS = f"""
    WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :count)
    INSERT INTO calls
      (id, source_id, ident, alias, extension, customer, placed_at, name, baseline, stored_at)
    SELECT n + 1, :source, printf('%024x', n), NULL, 200 + {SCATTERED_SQL} % {EXTENSIONS},
      '+91' || (9810000000 + {SCATTERED_SQL} % {CUSTOMERS}),
      :first + n * {STEP}, '', 0, :first + n * {STEP}
    FROM numbers
"""

_DECISIONS = """
    INSERT INTO decisions (call_id, rule, reason, alert_id, decided_at)
    SELECT id, 'too-many-misses', 'below_threshold', NULL, stored_at FROM calls
"""


def fill(path: Path, count: int, newest: int) -> int:
    """Make a store that holds so many calls, all decided on, and what was told about some.

    Args:
        path: of the store's file.
        count: of calls, one a second.
        newest: UTC ms, when the last one was placed; up to then everything was read.

    Returns:
        When the first one was placed, UTC ms.
    """
    first = newest - (count - 1) * STEP
    database = Database.open(path)
    try:
        source = asyncio.run(database.write(lambda connection: _source(connection, first, newest)))
        connection = sqlite3.connect(path)
        # Nobody minds if the power goes now.
        connection.execute("PRAGMA synchronous = OFF")
        with connection:
            connection.execute(_CALLS, {"count": count, "source": source, "first": first})
            connection.execute(_DECISIONS)
        connection.close()
        ended = count // CALLS_PER_ALERT
        asyncio.run(database.write(lambda connection: _alerts(connection, ended, newest)))
    finally:
        database.close()
    return first


def newest_calls(count: int, shown: int, first: int) -> list[SandboxCall]:
    """The newest of the stored calls, as a look-alike of TeleCMI knows them.

    Args:
        count: of calls that are stored.
        shown: of calls that TeleCMI still lists.
        first: UTC ms, as ``fill`` tells it.
    """
    return [
        SandboxCall(
            id=ident(n),
            cmiuid="",
            extension=extension(n),
            customer=customer(n),
            name="",
            placed_at=first + n * STEP,
            visible_at=first + n * STEP,
        )
        for n in range(count - shown, count)
    ]


def _source(connection: Connection, first: int, newest: int) -> int:
    source = sources.source(connection, "main", Endpoint.OUT_MISSED)
    sources.start(connection, source.id, first)
    sources.advance(connection, source.id, newest, newest)
    return source.id


def _alerts(connection: Connection, count: int, now: int) -> None:
    ended = an_alert(
        rule="too-many-misses",
        state=AlertState.ENDED,
        ended_as=EndReason.QUIET,
        opened_at=now,
        last_joined_at=now,
        ended_at=now,
    )
    for n in range(count):
        alert = alerts.insert_alert(
            connection, replace(ended, key=f"extension=main/{n}"), uuid.uuid4().hex, None
        )
        outbox.enqueue(
            connection,
            alert,
            (Target("room", "#room"),),
            kind=Kind.OPEN,
            n=0,
            via="rule",
            now=now,
            state=outbox.RowState.SENT,
        )
