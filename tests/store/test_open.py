"""What can't be used as a store is refused, with what to do, and left as it was."""

import contextlib
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from notifier.errors import StoreError, StoreRefused, StoreUnavailable
from notifier.store.database import Database
from notifier.store.migrate import HEAD
from notifier.store.sources import all_sources
from tests.support.store import locked_by_another, numbered_calls, rows_in, store_calls


def _with_version(path: Path, version: str | None) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM alembic_version")
        if version is not None:
            connection.execute("INSERT INTO alembic_version VALUES (?)", (version,))


def _files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if not file.name.endswith("-shm")}


def _assert_refused_and_untouched(path: Path, *words: str) -> None:
    before, changed = _files(path.parent), path.stat().st_mtime_ns
    for opening in (Database.open, Database.open_existing):
        with pytest.raises(StoreRefused) as refusal:
            opening(path)
        assert all(word in str(refusal.value) for word in (str(path), *words))
        after = {name: content for name, content in _files(path.parent).items() if content or name in before}
        assert after == before
        assert path.stat().st_mtime_ns == changed


def test_a_new_store_can_be_read_by_nobody_else(path: Path) -> None:
    database = Database.open(path)
    try:
        database.look(all_sources)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        assert modes == dict.fromkeys(("notifier.db", "notifier.db-wal", "notifier.db-shm"), 384)
    finally:
        database.close()


def test_a_path_with_characters_that_mean_something_in_a_url_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a b#c%41?mode=memory&x.db"
    Database.open(path).close()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    Database.open_existing(path).close()


def test_closing_leaves_one_file_with_everything_in_it(path: Path) -> None:
    database = Database.open(path)
    with database._writer.begin() as connection:
        store_calls(connection, *numbered_calls(10))
    database.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_store_of_a_newer_version_is_refused(path: Path) -> None:
    Database.open(path).close()
    _with_version(path, "9999")
    _assert_refused_and_untouched(path, "newer", "9999", HEAD, "restore a backup")


@pytest.mark.parametrize("version", [None, "1f2e3d4c5b6a", "00001", "newest"])
def test_a_store_with_a_version_that_we_never_wrote_is_refused(path: Path, version: str | None) -> None:
    Database.open(path).close()
    _with_version(path, version)
    _assert_refused_and_untouched(path, "another program", "store.url")


@pytest.mark.parametrize("with_alembic", [False, True])
def test_the_database_of_another_program_is_refused(path: Path, with_alembic: bool) -> None:  # noqa: FBT001 - a case
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE cookies (host TEXT)")
        connection.execute("INSERT INTO cookies VALUES ('example.com')")
        if with_alembic:
            connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
            connection.execute("INSERT INTO alembic_version VALUES ('0001')")
    _assert_refused_and_untouched(path, "another program", "store.url")


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"Dear diary, today nobody picked up.\n" * 200)
    _assert_refused_and_untouched(path, "not a notifier store", "store.url")


@pytest.mark.parametrize("left", [0.02, 0.3, 0.9])
def test_a_file_that_was_cut_off_is_refused(path: Path, left: float) -> None:
    database = Database.open(path)
    with database._writer.begin() as connection:
        store_calls(connection, *numbered_calls(500))
    database.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * left)])
    _assert_refused_and_untouched(path, "damaged", "backup")


def test_an_older_store_is_only_upgraded_by_the_daemon(path: Path) -> None:
    Database.open(path).close()
    _with_version(path, "0000")
    with pytest.raises(StoreRefused, match=r"older.*notifier run"):
        Database.open_existing(path)


def test_an_empty_file_becomes_a_store_but_not_for_those_who_only_look(path: Path) -> None:
    path.touch()
    with pytest.raises(StoreRefused, match=r"empty.*notifier run"):
        Database.open_existing(path)
    assert path.stat().st_size == 0
    Database.open(path).close()
    Database.open_existing(path).close()


def test_a_folder_that_is_missing_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(
        StoreRefused, match=r"can't be made \(No such file or directory\); its folder must exist"
    ):
        Database.open(tmp_path / "missing" / "notifier.db")
    assert list(tmp_path.iterdir()) == []


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "notifier.db"
    with pytest.raises(StoreRefused, match=r"can't be made \(Not a directory\)"):
        Database.open(path)
    with pytest.raises(StoreRefused, match=r"can't be read \(Not a directory\)"):
        Database.open_existing(path)


def test_a_folder_in_the_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreRefused, match=r"not a file; name another one in store\.url"):
        Database.open(path)


def test_looking_never_makes_a_store(path: Path) -> None:
    with pytest.raises(StoreRefused, match=r"no store.*notifier run"):
        Database.open_existing(path)
    assert not path.exists()


def test_a_store_that_another_process_writes_to_is_not_opened_now(path: Path) -> None:
    Database.open(path).close()
    with locked_by_another(path):
        with pytest.raises(StoreUnavailable, match="locked by another process"):
            Database.open(path, busy_ms=20)
        Database.open_existing(path).close()
    Database.open(path, busy_ms=20).close()


def _mounted(folder: Path, *options: str) -> None:
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    _mounted(folder, "-t", "tmpfs", "-o", "size=1m", "tmpfs")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_read_only_disk_is_said(small_disk: Path) -> None:
    path = small_disk / "notifier.db"
    Database.open(path).close()
    _mounted(small_disk, "-o", "remount,ro")
    with pytest.raises(StoreError, match=r"can't be (opened|written)"):
        Database.open(path)
    _mounted(small_disk, "-o", "remount,rw")
    Database.open(path).close()


async def test_a_full_disk_writes_nothing_and_heals_without_a_restart(small_disk: Path) -> None:
    """Promise 4: the transaction fails whole; with room again, the same connection goes on."""
    database = Database.open(small_disk / "notifier.db")
    filler = small_disk / "filler"
    try:
        await database.write(lambda connection: store_calls(connection, *numbered_calls(10)))
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)

        def work(connection: Connection) -> None:
            store_calls(connection, *numbered_calls(2000, start=10))

        with pytest.raises(StoreUnavailable, match="full"):
            await database.write(work)
        assert await database.read(lambda connection: rows_in(connection, "calls")) == 10
        filler.unlink()
        await database.write(work)
        assert await database.read(lambda connection: rows_in(connection, "calls")) == 2010
    finally:
        database.close()
