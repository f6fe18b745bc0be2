"""SQLite as the store uses it: how a connection is set up, and what a transaction is."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from notifier.store.errors import store_error

T = TypeVar("T")

CACHE_KB = 256
"""Of each connection, less than SQLite takes by itself: the kernel keeps the pages, too."""


def make_engine(path: Path, mode: str, begin: str, busy_ms: int) -> Engine:
    """Make an engine whose one connection stays open.

    Transactions are begun by us: the sqlite3 module's own way begins them late and never IMMEDIATE.

    Args:
        path: of the store's file, which exists.
        mode: "rw", or "ro" for one that can't write.
        begin: the statement that begins a transaction.
        busy_ms: how long to wait for another process's transaction, ms.
    """

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=busy_ms / 1000,
            check_same_thread=False,
            isolation_level=None,
        )
        try:
            _set_up(connection, mode)
        except BaseException:
            connection.close()
            raise
        return connection

    # hide_parameters: errors would otherwise show phone numbers.
    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool, hide_parameters=True)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def transact(engine: Engine, path: Path, work: Callable[[Connection], T]) -> T:
    """Run one transaction.

    Args:
        engine: of the store.
        path: of its file, for whoever reads what went wrong.
        work: does it all; whatever it raises rolls everything back.

    Raises:
        StoreUnavailable: locked, full or read-only.
        StoreRefused: damaged.
    """
    try:
        with engine.begin() as connection:
            return work(connection)
    except DBAPIError as error:
        ours = store_error(error, path)
        if ours is None:
            raise
        raise ours from None


def _set_up(connection: sqlite3.Connection, mode: str) -> None:
    if mode == "rw":
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(f"PRAGMA cache_size=-{CACHE_KB}")
