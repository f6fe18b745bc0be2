"""A store as an older version of notifier left it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

FIRST = "0001"
"""The schema of the first version."""


def make_old_store(path: Path, version: str = FIRST) -> None:
    """Make a store of that schema, with a source, a call, an alert, and a message that was sent."""
    config = Config()
    config.set_main_option("script_location", "notifier.store:migrations")
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    engine.dispose()
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("PRAGMA journal_mode=WAL")
        store.executescript(ROWS)


def rows_of(path: Path, table: str) -> list[dict[str, object]]:
    """What a table holds, in order."""
    with closing(sqlite3.connect(path)) as store:
        store.row_factory = sqlite3.Row
        return [dict(row) for row in store.execute(f"SELECT * FROM {table} ORDER BY 1")]  # noqa: S608 - ours


ROWS = """
INSERT INTO sources (id, account, endpoint, started_at, watermark)
    VALUES (1, 'main', 'out_missed', 1767225600000, 1767229200000);
INSERT INTO calls (id, source_id, ident, extension, customer, placed_at, name, baseline, stored_at)
    VALUES (1, 1, 'c1', '209', '+919812345678', 1767229000000, 'Suresh', 0, 1767229100000);
INSERT INTO rejects (id, source_id, digest, reason, raw, stored_at)
    VALUES (1, 1, 'd1', '`to` is missing', '{}', 1767229100000);
INSERT INTO alerts (
        id, uid, rule, key, per, state, severity, level, needed, call_count, agent,
        first_call_at, last_call_at, opened_at, last_joined_at, version, dry_run, wakes_at
    ) VALUES (
        1, 'abcd', 'not-reached', 'customer=+919812345678', 'customer', 'open', 'info', 0, 1, 1, 'main/209',
        1767229000000, 1767229000000, 1767229100000, 1767229100000, 1, 0, 1767315500000
    );
INSERT INTO alert_calls (alert_id, call_id) VALUES (1, 1);
INSERT INTO decisions (call_id, rule, reason, alert_id, decided_at)
    VALUES (1, 'not-reached', 'opened', 1, 1767229100000);
INSERT INTO outbox (
        id, delivery_id, alert_id, receiver, recipient, kind, n, via, state, reason, attempts,
        next_at, created_at, plain, finished_at
    ) VALUES (
        1, 'ef01', 1, 'room', '#sales', 'open', 0, 'rule', 'sent', '', 1,
        1767229100000, 1767229100000, 0, 1767229101000
    );
INSERT INTO told (
        alert_id, receiver, recipient, receipt, version, call_count, told_at, stale, edit_at, failures
    ) VALUES (1, 'room', '#sales', 'C1:1.1', 1, 1, 1767229101000, 0, 1767229131000, 0);
"""
