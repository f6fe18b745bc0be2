"""Every error of SQLite means one of ours, or a fault of ours."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from notifier.errors import StoreRefused, StoreUnavailable
from notifier.store.errors import store_error

PATH = Path("/var/lib/notifier/notifier.db")


def _raised(code: int | None) -> OperationalError:
    original = sqlite3.OperationalError("told by SQLite")
    if code is not None:
        original.sqlite_errorcode = code
    return OperationalError("SELECT 1", {"customer": "+919812345678"}, original)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (sqlite3.SQLITE_BUSY, StoreUnavailable, "is locked by another process"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreUnavailable, "is locked by another process"),
        (sqlite3.SQLITE_LOCKED, StoreUnavailable, "is locked"),
        (sqlite3.SQLITE_PROTOCOL, StoreUnavailable, "opened and closed by another process"),
        (sqlite3.SQLITE_READONLY, StoreUnavailable, "can't be written"),
        (sqlite3.SQLITE_READONLY_DBMOVED, StoreUnavailable, "can't be written"),
        (sqlite3.SQLITE_FULL, StoreUnavailable, "the disk is full"),
        (sqlite3.SQLITE_IOERR, StoreUnavailable, "the disk reports an error or is full"),
        (sqlite3.SQLITE_IOERR_WRITE, StoreUnavailable, "the disk reports an error or is full"),
        (sqlite3.SQLITE_CANTOPEN, StoreUnavailable, "can't be opened: check that its folder exists"),
        (sqlite3.SQLITE_PERM, StoreUnavailable, "may not be accessed by this user"),
        (sqlite3.SQLITE_NOMEM, StoreUnavailable, "needs more memory"),
        (sqlite3.SQLITE_INTERRUPT, StoreUnavailable, "was interrupted"),
        (
            sqlite3.SQLITE_CORRUPT,
            StoreRefused,
            "is damaged; stop notifier, keep the file, and restore a backup",
        ),
        (sqlite3.SQLITE_CORRUPT_INDEX, StoreRefused, "is damaged"),
        (sqlite3.SQLITE_NOTADB, StoreRefused, "is not a notifier store, or is damaged; name another file"),
    ],
)
def test_an_error_says_which_store_and_what_to_do(code: int, kind: type[Exception], words: str) -> None:
    error = store_error(_raised(code), PATH)
    assert type(error) is kind
    assert str(error).startswith(f"the store {PATH} ")
    assert words in str(error)


@pytest.mark.parametrize(
    "code", [None, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_MISUSE]
)
def test_a_fault_in_our_statements_is_not_blamed_on_the_store(code: int | None) -> None:
    assert store_error(_raised(code), PATH) is None
