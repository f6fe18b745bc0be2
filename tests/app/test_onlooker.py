"""What another process writes is noticed at once; what we write ourselves wakes nobody by this."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.app.onlooker import EVERY, Onlooker
from notifier.loop import Wakes
from notifier.store.database import Database
from tests.support.store import locked_by_another, store_alert


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "notifier.db")
    yield database
    database.close()


def woken(wakes: Wakes) -> set[str]:
    names = {name for name, event in wakes.events.items() if event.is_set()}
    for name in names:
        wakes.events[name].clear()
    return names


async def test_what_another_process_writes_wakes_the_loops_once(database: Database) -> None:
    wakes = Wakes()
    onlooker = Onlooker(database, wakes)
    assert await onlooker.step() == EVERY
    await database.write(lambda connection: store_alert(connection, "ours"))
    await onlooker.step()
    assert woken(wakes) == set()
    other = Database.open_existing(database.path)
    await other.write(lambda connection: store_alert(connection, "theirs"))
    await onlooker.step()
    assert woken(wakes) == {"lifecycle", "dispatch"}
    other.look(lambda _: None)
    other.close()
    await onlooker.step()
    assert woken(wakes) == set()


async def test_a_transaction_under_way_elsewhere_holds_nobody_up(database: Database) -> None:
    onlooker = Onlooker(database, Wakes())
    await onlooker.step()
    with locked_by_another(database.path):
        assert await onlooker.step() == EVERY


async def test_a_store_that_can_not_be_asked_wakes_nobody(database: Database) -> None:
    assert not await database.changed_elsewhere()
    connection = database._writer.raw_connection()
    connection.driver_connection.close()  # type: ignore[union-attr]  # it is there: nothing was detached
    assert not await database.changed_elsewhere()
