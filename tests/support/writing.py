"""Writing to a store from beside its loops: on its own thread, as its connection has one user at a time."""

from collections.abc import Callable
from typing import TypeVar

from notifier.store.database import Connection, Database
from notifier.store.engine import transact

T = TypeVar("T")


def on_write_thread(database: Database, work: Callable[[Connection], T]) -> T:
    """One transaction, when the one under way is over."""
    return database._write_thread.submit(transact, database._writer, database.path, work).result()


def pragma(database: Database, text: str) -> None:
    """Set one for all that is written from now on, when the transaction under way is over."""

    def job() -> None:
        connection = database._writer.raw_connection()
        connection.cursor().execute(f"PRAGMA {text}")
        connection.close()  # rolls back whatever is open on it: why nobody else may be using it

    database._write_thread.submit(job).result()
