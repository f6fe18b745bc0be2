"""What the store says at the end: every call stored once and decided on once, and nothing left to send."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

from tests.fault.setting import COUNT

_RIGHT = ("opened", "joined", "level_raised", "below_threshold")


def complaints(store: Path, calls: Collection[str], counted: Collection[str]) -> Iterator[str]:
    """What is wrong with a store, in words.

    Args:
        store: its file; nobody writes it now.
        calls: names of the calls that were listed, all of them.
        counted: those of them that the threshold rule counts.
    """
    if not store.exists():
        yield "there is no store"
        return
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        yield from _stored(db, calls)
        yield from _decided(db)
        yield from _counted(db, len(counted))
        yield from _left(db)


def _stored(db: sqlite3.Connection, calls: Collection[str]) -> Iterator[str]:
    for (result,) in db.execute("PRAGMA integrity_check"):
        if result != "ok":
            yield f"integrity: {result}"
    count, names = db.execute("SELECT count(*), count(DISTINCT name) FROM calls").fetchone()
    if count != names or count != len(calls):
        yield f"{len(calls)} calls were listed; {count} are stored, {names} different ones"


def _decided(db: sqlite3.Connection) -> Iterator[str]:
    for reason, count in db.execute("SELECT reason, count(*) FROM decisions GROUP BY 1"):
        if reason not in _RIGHT:
            yield f"{count} calls were decided on as {reason}"
    # One rule matches each call, so each has one decision.
    undecided, many = db.execute(
        "SELECT sum(n = 0), sum(n > 1) FROM (SELECT count(decisions.call_id) AS n FROM calls"
        " LEFT JOIN decisions ON call_id = calls.id GROUP BY calls.id)"
    ).fetchone()
    if undecided or many:
        yield f"{undecided} calls without a decision, {many} with several"


def _counted(db: sqlite3.Connection, calls: int) -> Iterator[str]:
    alerts = db.execute("SELECT call_count FROM alerts WHERE rule = 'too-many'").fetchall()
    if calls >= COUNT and alerts != [(calls,)]:
        yield f"the threshold rule counted {calls} calls; its alerts have {alerts}"


def _left(db: sqlite3.Connection) -> Iterator[str]:
    for state, count in db.execute("SELECT state, count(*) FROM outbox GROUP BY 1"):
        if state not in {"sent", "redirected"}:
            yield f"{count} notifications are {state}"
