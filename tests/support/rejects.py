"""Rejects as an older version left them: of records that this one can read, or can't."""

import hashlib
import json
from typing import Any

from sqlalchemy import Connection

from notifier.model import Endpoint, Reject
from notifier.store import calls, rejects
from notifier.store.rejects import StoredReject
from tests.support.clock import START
from tests.support.store import main_source
from tests.support.world import World
from tests.support.writing import on_write_thread


def left_by_an_older_version(record: object, *, placed_at: int | None = START, kept: int = 4_096) -> Reject:
    """A reject of a record, as it is stored; only so many characters of it are kept."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Reject("main", Endpoint.OUT_MISSED, digest, "not known to that version", text[:kept], placed_at)


def readable(name: str, *, at: int = START, **more: Any) -> dict[str, Any]:
    """A record that this version can read."""
    return {"_id": name, "to": "919812345678", "time": at, "from": "209_1111113", "name": name, **more}


def keep(world: World, *kept: Reject) -> list[int]:
    """Store them; returns their ids."""

    def store(connection: Connection) -> list[int]:
        calls.insert_rejects(connection, main_source(connection), kept, START)
        return rejects.all_ids(connection)

    return on_write_thread(world.database, store)


def ask_for_retry(world: World, ids: list[int]) -> rejects.Marked:
    """As `notifier rejects retry` does it."""
    return on_write_thread(world.database, lambda connection: rejects.mark(connection, ids, ["main"], START))


def all_kept(world: World) -> list[StoredReject]:
    """Those that are stored, newest first."""
    return world.database.look(lambda connection: rejects.listing(connection, 10_000))
