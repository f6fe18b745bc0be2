"""What SQLite's errors mean to us."""

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from notifier.errors import StoreError, StoreRefused, StoreUnavailable

# https://www.sqlite.org/rescode.html, by primary result code. Each says what ops can do.
_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY: "is locked by another process",
    sqlite3.SQLITE_LOCKED: "is locked",
    sqlite3.SQLITE_READONLY: "can't be written (read-only file or folder, or another owner)",
    sqlite3.SQLITE_FULL: "can't grow: the disk is full",
    sqlite3.SQLITE_IOERR: "can't be read or written: the disk reports an error or is full",
    sqlite3.SQLITE_CANTOPEN: "can't be opened: check that its folder exists and belongs to this user",
    sqlite3.SQLITE_PERM: "may not be accessed by this user",
    sqlite3.SQLITE_NOMEM: "needs more memory than there is",
    sqlite3.SQLITE_INTERRUPT: "was interrupted",
    sqlite3.SQLITE_PROTOCOL: "is opened and closed by another process at this moment",
}
_REFUSED = {
    sqlite3.SQLITE_CORRUPT: "is damaged; stop notifier, keep the file, and restore a backup",
    sqlite3.SQLITE_NOTADB: (
        "is not a notifier store, or is damaged; name another file in store.url, or restore a backup"
    ),
}


def store_error(error: DBAPIError, path: Path) -> StoreError | None:
    """Turn a database error into one of ours; None where it is a fault in our statements.

    Args:
        error: as SQLAlchemy raised it.
        path: of the store, for the text.
    """
    return meaning(error.orig, path)


def meaning(error: BaseException | None, path: Path) -> StoreError | None:
    """Turn an error of the sqlite3 module into one of ours; None where it is a fault in our statements.

    Args:
        error: as it was raised.
        path: of the store, for the text.
    """
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    primary = code & 0xFF
    if primary in _UNAVAILABLE:
        return StoreUnavailable(f"the store {path} {_UNAVAILABLE[primary]}")
    if primary in _REFUSED:
        return StoreRefused(f"the store {path} {_REFUSED[primary]}")
    return None
