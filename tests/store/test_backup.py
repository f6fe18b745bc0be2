"""A copy of a store is whole, private, and made while others use the store."""

import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import Connection

from notifier.errors import StoreError, StoreRefused, StoreUnavailable
from notifier.store.backup import copy_store
from notifier.store.database import Database
from tests.support.store import locked_by_another, no_file_larger_than, numbered_calls, rows_in, store_calls


def _calls_in(path: Path) -> int:
    database = Database.open_existing(path)
    try:
        return database.look(lambda connection: rows_in(connection, "calls"))
    finally:
        database.close()


def _store(database: Database, count: int, start: int = 0) -> None:
    with database._writer.begin() as connection:
        store_calls(connection, *numbered_calls(count, start))


def test_a_copy_holds_what_is_committed_and_still_in_the_log(database: Database, tmp_path: Path) -> None:
    _store(database, 20)
    copy = tmp_path / "copy.db"
    copy_store(database.path, copy)
    assert _calls_in(copy) == 20
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_transaction_that_is_under_way_is_not_in_the_copy_and_does_not_hinder_it(
    database: Database, tmp_path: Path
) -> None:
    _store(database, 3)
    copy = tmp_path / "copy.db"
    with locked_by_another(database.path):
        copy_store(database.path, copy)
    assert _calls_in(copy) == 3


def test_the_store_can_be_written_while_the_copy_is_there(database: Database, tmp_path: Path) -> None:
    _store(database, 3)
    copy_store(database.path, tmp_path / "copy.db")
    _store(database, 2, start=3)
    with database._writer.begin() as connection:
        assert _held(connection) == 5
    assert _calls_in(tmp_path / "copy.db") == 3


def _held(connection: Connection) -> int:
    return rows_in(connection, "calls")


def test_a_copy_is_one_file_and_replaces_an_older_one(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for count in (1, 2):
        _store(database, 1, start=count)
        copy_store(database.path, folder / "copy.db")
    assert [file.name for file in folder.iterdir()] == ["copy.db"]
    assert _calls_in(folder / "copy.db") == 2


def test_without_room_there_is_no_copy_and_the_older_one_stays(database: Database, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy_store(database.path, copy)
    _store(database, 500)
    with no_file_larger_than(40_000), pytest.raises(StoreUnavailable):
        copy_store(database.path, copy)
    assert _calls_in(copy) == 0
    assert not list(tmp_path.glob("*.part*"))


def test_a_folder_that_is_not_there_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match=r"nowhere.*folder must exist"):
        copy_store(database.path, tmp_path / "nowhere" / "copy.db")


def test_a_folder_in_the_copys_place_is_left_alone(database: Database, tmp_path: Path) -> None:
    (tmp_path / "copy.db").mkdir()
    with pytest.raises(StoreUnavailable, match="can't be written"):
        copy_store(database.path, tmp_path / "copy.db")
    assert os.listdir(tmp_path / "copy.db") == []  # noqa: PTH208 - the folder itself is meant


def test_a_damaged_store_is_not_copied(path: Path, tmp_path: Path) -> None:
    database = Database.open(path)
    _store(database, 500)
    database.close()
    raw = bytearray(path.read_bytes())
    raw[40_960:45_056] = b"\xff" * 4096
    path.write_bytes(raw)
    with pytest.raises(StoreError, match="damaged"):
        copy_store(path, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))


def test_what_is_no_store_is_said(tmp_path: Path) -> None:
    (tmp_path / "diary").write_bytes(b"nobody picked up\n" * 300)
    with pytest.raises(StoreRefused, match="not a notifier store"):
        copy_store(tmp_path / "diary", tmp_path / "copy.db")
