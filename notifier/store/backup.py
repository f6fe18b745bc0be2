"""A copy of the store, made while others use it: whole as of one moment, or not there at all."""

import contextlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from notifier.errors import StoreRefused, StoreUnavailable
from notifier.store.errors import meaning

_BESIDE = ("", "-wal", "-shm", "-journal", ".lock")
_MAGIC = b"SQLite format 3\0"


def may_become_copy(path: Path, to: Path) -> None:
    """Refuse to replace anything but an older copy.

    Args:
        path: of the store.
        to: where the copy is to be.

    Raises:
        StoreRefused: something else is there, or a file that belongs to the store.
    """
    try:
        there = to.resolve()
        if there in {path.resolve().with_name(path.resolve().name + end) for end in _BESIDE}:
            raise StoreRefused(f"{to} belongs to the store itself; name another file")
        if not to.exists() and not to.is_symlink():
            return
        if to.is_symlink() or not to.is_file():
            raise StoreRefused(f"{to} is no ordinary file; name a new file, or an older copy")
        with to.open("rb") as file:
            begins = file.read(len(_MAGIC))
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or error
        raise StoreRefused(f"{to} can't be looked at ({why})") from None
    if begins not in (b"", _MAGIC):
        raise StoreRefused(f"{to} is something else than an older copy; move it away, or name another file")


def copy_store(path: Path, to: Path) -> None:
    """Copy a store to a file, which only its owner may read; a file of that name is replaced.

    Args:
        path: of the store.
        to: the copy. While it is made, it bears the name with ".part" at its end.

    Raises:
        StoreUnavailable: the store can't be read now, or there is no room; there is no copy.
        StoreRefused: the store is damaged, or the folder of the copy can't be written.
    """
    part = to.with_name(to.name + ".part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreRefused(
            f"{part} can't be written ({error.strerror}); its folder must exist and belong to this user"
        ) from None
    try:
        _copied(path, part)
        part.replace(to)
        _settled(to.parent)
    except OSError as error:
        raise StoreUnavailable(f"the copy {to} can't be written ({error.strerror})") from None
    finally:
        for left in (part, *(part.with_name(part.name + end) for end in ("-journal", "-wal", "-shm"))):
            with contextlib.suppress(OSError):
                left.unlink(missing_ok=True)


def _copied(path: Path, part: Path) -> None:
    try:
        verdict = _checked_copy(path, part)
    except sqlite3.Error as error:
        fault = meaning(error, path) or StoreUnavailable(f"the store {path} can't be copied")
        raise fault from None
    if verdict != "ok":
        raise StoreRefused(f"the store {path} is damaged, so there is no copy; restore a backup")
    with part.open("rb") as file:
        os.fsync(file.fileno())


def _checked_copy(path: Path, part: Path) -> str:
    with (
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(part, isolation_level=None)) as copy,
    ):
        # All at once: in steps it would begin anew whenever somebody writes. Nobody waits for it.
        source.backup(copy)
        # Without a log beside it: a copy is one file, which can be moved about.
        copy.execute("PRAGMA journal_mode=DELETE")
        return str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])


def _settled(folder: Path) -> None:
    """The new name, too, outlives a power cut."""
    file = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
