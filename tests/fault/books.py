"""What the store says at the end: every call stored once and decided on once, and nothing left to send."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

from tests.fault.setting import COUNT

_RIGHT = ("opened", "joined", "level_raised", "below_threshold")
_REACHED = ("spurious", "reached_before_wait")
_NEEDLESS = ("reached", "resolved", "acknowledged", "snoozed", "told_since", "nothing_new")


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
    count, names = db.execute(
        "SELECT count(*), count(DISTINCT name) FROM calls JOIN sources ON sources.id = source_id"
        " WHERE endpoint = 'out_missed'"
    ).fetchone()
    if count != names or count != len(calls):
        yield f"{len(calls)} calls were listed; {count} are stored, {names} different ones"


def _decided(db: sqlite3.Connection) -> Iterator[str]:
    found = db.execute("SELECT reason, rule LIKE 'life-of-%', count(*) FROM decisions GROUP BY 1, 2")
    for reason, is_followed, count in found:
        if reason not in _RIGHT and not (is_followed and reason in _REACHED):
            yield f"{count} calls were decided on as {reason}"
    # One rule matches each call, so each has one decision.
    undecided, many = db.execute(
        "SELECT sum(n = 0), sum(n > 1) FROM (SELECT count(decisions.call_id) AS n FROM calls"
        " JOIN sources ON sources.id = source_id AND endpoint = 'out_missed'"
        " LEFT JOIN decisions ON call_id = calls.id GROUP BY calls.id)"
    ).fetchone()
    if undecided or many:
        yield f"{undecided} calls without a decision, {many} with several"


def _counted(db: sqlite3.Connection, calls: int) -> Iterator[str]:
    alerts = db.execute("SELECT call_count FROM alerts WHERE rule = 'too-many'").fetchall()
    if calls >= COUNT and alerts != [(calls,)]:
        yield f"the threshold rule counted {calls} calls; its alerts have {alerts}"


def _left(db: sqlite3.Connection) -> Iterator[str]:
    found = db.execute(
        "SELECT outbox.state, outbox.reason, rule LIKE 'life-of-%', count(*)"
        " FROM outbox JOIN alerts ON alerts.id = alert_id GROUP BY 1, 2, 3"
    )
    for state, reason, is_followed, count in found:
        is_needless = is_followed and state == "dropped" and reason in _NEEDLESS
        if state not in {"sent", "redirected"} and not is_needless:
            yield f"{count} notifications are {state} ({reason})"
