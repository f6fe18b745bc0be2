"""A store on a real file for each test, and a connection to it within a transaction."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from notifier.store.database import Database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notifier.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database.open(path, busy_ms=50)
    yield database
    database.close()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database._writer.begin() as connection:
        yield connection
