"""Promise 4: a store in trouble is said, nothing is half written, and it heals without a restart."""

import sqlite3

import pytest
from sqlalchemy import Connection, text

from notifier.errors import StoreUnavailable
from notifier.store.database import Database
from notifier.store.sources import all_sources
from tests.support.sample import a_call
from tests.support.store import (
    committed_accounts,
    locked_by_another,
    main_source,
    no_file_larger_than,
    numbered_calls,
    rows_in,
    store_calls,
)


async def test_a_store_that_another_process_writes_to_is_unavailable_and_works_again(
    database: Database,
) -> None:
    """Promise 4: said, and healed without a restart."""
    with locked_by_another(database.path):
        with pytest.raises(StoreUnavailable, match=r"notifier\.db is locked by another process"):
            await database.write(main_source)
        assert await database.read(all_sources) == []
    await database.write(main_source)
    assert committed_accounts(database.path) == ["main"]


@pytest.mark.parametrize("calls", [3, 3000])
async def test_a_store_that_can_not_grow_is_unavailable_and_nothing_is_half_written(
    database: Database, calls: int
) -> None:
    """Promise 4: whether it fails in the middle or at the commit; with room again it goes on."""
    await database.write(lambda connection: store_calls(connection, a_call(id="before")))
    size = (database.path.parent / "notifier.db-wal").stat().st_size
    after: list[str] = []
    with no_file_larger_than(size), pytest.raises(StoreUnavailable, match="disk reports an error or is full"):
        await database.write(
            lambda connection: store_calls(connection, *numbered_calls(calls)), lambda: after.append("ran")
        )
    assert after == []
    assert await database.read(lambda connection: rows_in(connection, "calls")) == 1
    await database.write(lambda connection: store_calls(connection, *numbered_calls(calls)))
    assert await database.read(lambda connection: rows_in(connection, "calls")) == calls + 1


async def test_a_store_that_has_reached_its_limit_says_that_the_disk_is_full(database: Database) -> None:
    def work(connection: Connection) -> None:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        store_calls(connection, *numbered_calls(1000))

    with pytest.raises(StoreUnavailable, match="the disk is full"):
        await database.write(work)
    assert await database.read(lambda connection: rows_in(connection, "calls")) == 0


async def test_a_store_that_may_not_be_written_is_unavailable_until_it_may(database: Database) -> None:
    await database.write(lambda connection: connection.exec_driver_sql("PRAGMA query_only = 1"))
    with pytest.raises(StoreUnavailable, match="read-only file or folder"):
        await database.write(main_source)
    driver = database._writer.raw_connection().driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute("PRAGMA query_only = 0")
    await database.write(main_source)
