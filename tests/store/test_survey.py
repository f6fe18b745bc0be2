"""What takes long is looked at beside everything else, and ends at once when nobody wants it any more."""

import asyncio
import threading

import pytest
from sqlalchemy import Connection, text

from notifier.errors import StoreUnavailable
from notifier.store.database import Database
from tests.support.store import numbered_calls, rows_in, store_calls

ENDLESS = text("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")


def survey_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("store-survey")]


async def test_it_sees_what_is_committed_and_changes_nothing(database: Database) -> None:
    await database.write(lambda connection: store_calls(connection, *numbered_calls(3)))
    assert await database.survey(lambda connection: rows_in(connection, "calls")) == 3
    with pytest.raises(StoreUnavailable):
        await database.survey(lambda connection: connection.execute(text("DELETE FROM calls")))
    with pytest.raises(ZeroDivisionError):
        await database.survey(lambda connection: 1 // 0)


async def test_reads_and_writes_go_on_meanwhile(database: Database) -> None:
    began, go_on = threading.Event(), threading.Event()

    def work(connection: Connection) -> int:
        before = rows_in(connection, "calls")
        began.set()
        assert go_on.wait(10)
        return before + rows_in(connection, "calls")

    surveying = asyncio.create_task(database.survey(work))
    assert await asyncio.to_thread(began.wait, 10)
    await database.write(lambda connection: store_calls(connection, *numbered_calls(3)))
    assert await database.read(lambda connection: rows_in(connection, "calls")) == 3
    go_on.set()
    assert await surveying == 0  # it sees one moment of the store


async def test_cancelled_it_ends_in_the_midst_of_a_statement(database: Database) -> None:
    began = threading.Event()

    def work(connection: Connection) -> int:
        began.set()
        return connection.scalar(ENDLESS) or 0

    surveying = asyncio.create_task(database.survey(work))
    assert await asyncio.to_thread(began.wait, 10)
    surveying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await surveying
    for thread in threading.enumerate():
        if thread.name.startswith("store-survey"):
            await asyncio.to_thread(thread.join, 5)
    assert survey_threads() == []
