"""The connection to the store. A transaction is one callable, run to its end on one thread."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, event

from notifier.errors import StoreRefused
from notifier.store.backup import copy_store
from notifier.store.engine import make_engine, transact
from notifier.store.errors import meaning
from notifier.store.migrate import copy_before_upgrade, migrate, needs_upgrade, require_head

__all__ = ["Connection", "Database"]

T = TypeVar("T")

BUSY_MS = 2_000
"""How long to wait for another process's transaction: shorter than the time we have to stop in."""

OFTEN = 10_000
"""Instructions of SQLite, about a tenth of a millisecond, after which a survey asks whether it is over."""


class Database:
    """A store that is open. Writes go through one thread and one connection, reads through another.

    No transaction is ever open across an await, so that nothing can stop half done: a task that is
    cancelled leaves its transaction to finish on its thread.
    """

    def __init__(self, path: Path, busy_ms: int = BUSY_MS) -> None:
        self.path = path
        self._busy_ms = busy_ms
        self._version: int | None = None
        self._writer = make_engine(path, "rw", "BEGIN IMMEDIATE", busy_ms)
        self._reader = make_engine(path, "ro", "BEGIN", busy_ms)
        self._write_thread = ThreadPoolExecutor(1, "store-write")
        self._read_thread = ThreadPoolExecutor(1, "store-read")

    @classmethod
    def open(cls, path: Path, busy_ms: int = BUSY_MS) -> "Database":
        """Open a store, make it where there is none, and bring its schema up to date.

        Before a store that holds something is brought to another schema, it is copied to a file beside it
        (see ``copy_before_upgrade``), which leads back to the older version.

        Args:
            path: of the store's file.
            busy_ms: how long to wait for another process's transaction, ms.

        Raises:
            StoreRefused: it is damaged, newer, not ours, or can't be made here; it was not changed.
            StoreUnavailable: locked, read-only, or the disk is full.
        """
        _make(path)
        database = cls(path, busy_ms)
        try:
            # Looked at before a connection that writes changes anything about it.
            if database.look(lambda connection: needs_upgrade(connection, path)):
                copy_store(path, copy_before_upgrade(path))
            transact(database._writer, path, lambda connection: migrate(connection, path))
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def open_existing(cls, path: Path) -> "Database":
        """Open a store that `run` made, for a command that only looks.

        Raises:
            StoreRefused: there is none, it may not be read, or its schema is not this version's.
        """
        try:
            path.stat()
        except FileNotFoundError:
            raise StoreRefused(f"there is no store at {path} yet; `notifier run` makes it") from None
        except OSError as error:
            raise StoreRefused(
                f"the store {path} can't be read ({error.strerror}); act as the user that runs notifier"
            ) from None
        database = cls(path)
        try:
            database.look(lambda connection: require_head(connection, path))
        except BaseException:
            database.close()
            raise
        return database

    async def write(self, work: Callable[[Connection], T], after: Callable[[], None] | None = None) -> T:
        """Run one transaction.

        Args:
            work: does it all; whatever it raises rolls everything back.
            after: run on the same thread once it is committed, before any other transaction.

        Raises:
            StoreUnavailable: locked, full or read-only; nothing was written.
            StoreRefused: damaged.
        """

        def job() -> T:
            result = transact(self._writer, self.path, work)
            if after is not None:
                after()
            return result

        return await asyncio.get_running_loop().run_in_executor(self._write_thread, job)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Look at what is committed; sees one moment of the store.

        Raises:
            StoreUnavailable: it can't be read now.
            StoreRefused: damaged.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._read_thread, transact, self._reader, self.path, work
        )

    async def survey(self, work: Callable[[Connection], T]) -> T:
        """Like `read`, beside it: for what takes seconds, which nobody else should wait for.

        Where it is cancelled, it ends at once.
        """
        apart = make_engine(self.path, "ro", "BEGIN", self._busy_ms)
        over = threading.Event()
        event.listen(apart, "connect", lambda own, _: own.set_progress_handler(over.is_set, OFTEN))
        thread = ThreadPoolExecutor(1, "store-survey")

        def job() -> T:
            try:
                return transact(apart, self.path, work)
            finally:
                apart.dispose()

        try:
            return await asyncio.get_running_loop().run_in_executor(thread, job)
        finally:
            # Python would wait for a thread that goes on before it ends itself.
            over.set()
            thread.shutdown(wait=False)

    async def changed_elsewhere(self) -> bool:
        """Has another process written to the store since this was last asked?

        The first time, and where it can't be told now, it has not.
        """
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self._has_another_version)

    def _has_another_version(self) -> bool:
        before, self._version = self._version, self._current_version()
        return None not in {before, self._version} and before != self._version

    def _current_version(self) -> int | None:
        # SQLite's own count of what other connections than this one have committed; no transaction is needed.
        connection = self._writer.raw_connection()
        try:
            return int(connection.cursor().execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            return None
        finally:
            connection.close()

    async def empty_log(self) -> None:
        """Take over what stands in the file beside the store: what was forgotten is in neither then.

        Where somebody else looks into it for longer than we wait, it stays for now.

        Raises:
            StoreUnavailable: the disk is full or read-only.
            StoreRefused: damaged.
        """

        def job() -> None:
            raw = self._writer.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as error:
                ours = meaning(error, self.path)
                if ours is None:
                    raise
                raise ours from None
            finally:
                raw.close()

        await asyncio.get_running_loop().run_in_executor(self._write_thread, job)

    def look(self, work: Callable[[Connection], T]) -> T:
        """Like `read`, for commands that have no event loop."""
        return self._read_thread.submit(transact, self._reader, self.path, work).result()

    def close(self) -> None:
        """Wait for what is under way, and let go of the file."""
        self._write_thread.shutdown()
        self._read_thread.shutdown()
        self._reader.dispose()
        self._writer.dispose()


def _make(path: Path) -> None:
    """Make the file where there is none: by us before SQLite does, so that nobody else may read it."""
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        if not path.is_file():
            raise StoreRefused(f"{path} is not a file; name another one in store.url") from None
    except OSError as error:
        raise StoreRefused(
            f"the store {path} can't be made ({error.strerror}); "
            "its folder must exist and belong to the user that runs notifier"
        ) from None
