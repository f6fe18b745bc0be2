"""A transaction is one callable: whole or not at all, one after another, durable once it returns."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError

from notifier.errors import StoreUnavailable
from notifier.store.database import Database
from notifier.store.sources import all_sources
from tests.support.sample import a_call
from tests.support.store import (
    committed_accounts,
    main_source,
    numbered_calls,
    rows_in,
    store_calls,
)

ROOT = Path(__file__).parents[2]


def test_what_makes_a_commit_durable_is_in_force(database: Database) -> None:
    with database._writer.begin() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


async def test_a_transaction_has_the_write_lock_from_its_beginning(database: Database) -> None:
    def work(_: Connection) -> None:
        with (
            closing(sqlite3.connect(database.path, timeout=0, isolation_level=None)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")

    await database.write(work)


async def test_a_transaction_that_raises_writes_nothing(database: Database) -> None:
    after: list[str] = []

    def work(connection: Connection) -> None:
        store_calls(connection, *numbered_calls(3))
        assert rows_in(connection, "calls") == 3
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(work, lambda: after.append("ran"))
    assert committed_accounts(database.path) == []
    assert await database.read(lambda connection: rows_in(connection, "calls")) == 0
    assert after == []
    await database.write(main_source)
    assert committed_accounts(database.path) == ["main"]


async def test_what_follows_a_commit_runs_before_the_next_transaction(database: Database) -> None:
    order: list[str] = []
    seen: list[list[str]] = []

    def work(name: str) -> None:
        order.append(f"write {name}")

    def after(name: str) -> None:
        seen.append(committed_accounts(database.path))
        order.append(f"after {name}")

    def write(name: str) -> "asyncio.Future[None]":
        def transaction(connection: Connection) -> None:
            main_source(connection, name)
            work(name)

        return asyncio.ensure_future(database.write(transaction, lambda: after(name)))

    await asyncio.gather(*(write(name) for name in "abc"))
    assert order == ["write a", "after a", "write b", "after b", "write c", "after c"]
    assert seen == [["a"], ["a", "b"], ["a", "b", "c"]]


async def test_a_cancelled_awaiter_leaves_its_transaction_whole(database: Database) -> None:
    """Promise 10: what is begun ends, on its own thread."""
    inside, go_on, after = threading.Event(), threading.Event(), threading.Event()

    def work(connection: Connection) -> None:
        main_source(connection, "first half")
        inside.set()
        go_on.wait(10)
        main_source(connection, "second half")

    task = asyncio.create_task(database.write(work, after.set))
    await asyncio.to_thread(inside.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert committed_accounts(database.path) == []
    go_on.set()
    await database.write(lambda _: None)
    assert committed_accounts(database.path) == ["first half", "second half"]
    assert after.is_set()


async def test_a_transaction_that_was_cancelled_before_it_began_never_runs(database: Database) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow(_: Connection) -> None:
        inside.set()
        go_on.wait(10)

    first = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(inside.wait, 10)
    second = asyncio.create_task(database.write(lambda connection: main_source(connection, "second")))
    third = asyncio.create_task(database.write(lambda connection: main_source(connection, "third")))
    await database.read(lambda _: None)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    go_on.set()
    await asyncio.gather(first, third)
    assert committed_accounts(database.path) == ["third"]


async def test_a_read_sees_one_moment_and_never_waits_for_a_write(database: Database) -> None:
    def work(connection: Connection) -> tuple[list[str], list[str]]:
        main_source(connection, "new")
        during = [source.account for source in database.look(all_sources)]
        return during, [source.account for source in all_sources(connection)]

    assert await database.write(work) == ([], ["new"])
    assert [source.account for source in await database.read(all_sources)] == ["new"]


async def test_reading_can_change_nothing(database: Database) -> None:
    with pytest.raises(StoreUnavailable, match="can't be written"):
        await database.read(main_source)
    assert committed_accounts(database.path) == []


async def test_errors_in_statements_show_no_phone_number(database: Database) -> None:
    """Promise 6: SQLAlchemy would print what was to be stored."""
    call = a_call(customer="+919812345678", name="Suresh")

    def twice(connection: Connection) -> None:
        first = store_calls(connection, call)
        connection.execute(
            text("INSERT INTO calls SELECT * FROM calls WHERE customer = :customer AND id = :id"),
            {"customer": call.customer, "id": first[0].row},
        )

    def wrong(connection: Connection) -> None:
        connection.execute(text("SELECT nothing FROM calls WHERE customer = :c"), {"c": call.customer})

    for work, kind in ((twice, IntegrityError), (wrong, OperationalError)):
        with pytest.raises(kind) as failure:
            await database.write(work)
        for shown in (str(failure.value), repr(failure.value), repr(failure.value.__cause__)):
            assert "9812345678" not in shown
            assert "Suresh" not in shown
    assert await database.read(lambda connection: rows_in(connection, "calls")) == 0


async def test_closing_waits_for_the_transaction_that_is_under_way(path: Path) -> None:
    database = Database.open(path)
    inside, go_on = threading.Event(), threading.Event()

    def work(connection: Connection) -> None:
        inside.set()
        go_on.wait(10)
        main_source(connection)

    task = asyncio.create_task(database.write(work))
    await asyncio.to_thread(inside.wait, 10)
    closing_it = asyncio.create_task(asyncio.to_thread(database.close))
    go_on.set()
    await closing_it
    await task
    assert committed_accounts(path) == ["main"]


KILLED = """
import asyncio, sys
from pathlib import Path
from notifier.store.database import Database
from tests.support.store import numbered_calls, store_calls

def halfway(connection):
    store_calls(connection, *numbered_calls(5000, start=10))
    print("inside", flush=True)
    sys.stdin.read()

async def main():
    database = Database.open(Path(sys.argv[1]))
    await database.write(lambda connection: store_calls(connection, *numbered_calls(10)))
    await database.write(halfway)

asyncio.run(main())
"""


def test_a_process_that_is_killed_keeps_what_was_committed_and_nothing_of_the_rest(path: Path) -> None:
    """Promise 2, within the store."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
        process.kill()
    database = Database.open(path)
    try:
        assert database.look(lambda connection: rows_in(connection, "calls")) == 10
        assert database.look(lambda c: c.scalar(text("PRAGMA integrity_check"))) == "ok"
        assert database.look(lambda c: c.execute(text("PRAGMA foreign_key_check")).all()) == []
    finally:
        database.close()
