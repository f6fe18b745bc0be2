"""`backup` copies the store of a configuration, and says what is wrong where it can't."""

import os
from pathlib import Path

import pytest

from notifier.store.database import Database
from tests.cli.conftest import Scene
from tests.support.commands import complaint, notifier, shown
from tests.support.store import rows_in


async def test_the_copy_holds_what_the_store_holds(full: Scene, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    (line,) = shown("backup", copy, "--config", full.config)
    assert line.startswith(f"{copy}: {copy.stat().st_size:,} bytes, all of ")
    counts = []
    for path in (full.world.path, copy):
        database = Database.open_existing(path)
        counts.append(database.look(lambda connection: rows_in(connection, "calls")))
        database.close()
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal", ".lock"])
async def test_what_belongs_to_the_store_is_not_overwritten(full: Scene, ending: str) -> None:
    path = full.world.path.with_name(full.world.path.name + ending)
    before = path.stat().st_size if path.exists() else None
    result = notifier("backup", path, "--config", full.config)
    assert result.exit_code == 1
    assert "belongs to the store itself" in complaint(result)
    assert (path.stat().st_size if path.exists() else None) == before


async def test_what_is_no_older_copy_is_not_overwritten(full: Scene, tmp_path: Path) -> None:
    other, pipe, link = tmp_path / "keep.yaml", tmp_path / "pipe", tmp_path / "link"
    other.write_text("keep: me")
    os.mkfifo(pipe)
    link.symlink_to(other)
    for there, why in ((other, "something else"), (pipe, "no ordinary file"), (link, "no ordinary file")):
        result = notifier("backup", there, "--config", full.config)
        assert result.exit_code == 1
        assert why in complaint(result)
    assert other.read_text() == "keep: me"
    assert (pipe.is_fifo(), link.is_symlink()) == (True, True)
    for _ in range(2):
        assert notifier("backup", tmp_path / "copy.db", "--config", full.config).exit_code == 0


async def test_a_folder_that_is_not_there_is_named(full: Scene, tmp_path: Path) -> None:
    result = notifier("backup", tmp_path / "nowhere" / "b.db", "--config", full.config)
    assert result.exit_code == 1
    assert "folder must exist" in complaint(result)


async def test_without_a_store_there_is_nothing_to_copy(full: Scene, tmp_path: Path) -> None:
    text = full.config.read_text().replace(str(full.world.path), str(tmp_path / "other.db"))
    other = tmp_path / "other.yaml"
    other.write_text(text)
    result = notifier("backup", tmp_path / "b.db", "--config", other)
    assert result.exit_code == 1
    assert "there is no store" in complaint(result)
    assert not (tmp_path / "b.db").exists()
