import os
from pathlib import Path

import pytest

from notifier.host.disk import StoreFile


@pytest.fixture
def file(tmp_path: Path) -> StoreFile:
    path = tmp_path / "data" / "notifier.db"
    path.parent.mkdir()
    path.touch()
    return StoreFile(path)


def test_a_file_system_says_what_it_has(file: StoreFile) -> None:
    space = file.space()
    assert space is not None
    assert 0 < space.free <= space.total
    assert str(space).endswith(" MB are free")


def test_a_folder_that_is_gone_has_nothing_to_say(file: StoreFile) -> None:
    file.path.unlink()
    file.path.parent.rmdir()
    assert file.space() is None
    assert not file.is_there()
    file.path.parent.touch()  # a file where the folder was
    assert not file.is_there()


def test_the_file_is_known_by_more_than_its_name(file: StoreFile) -> None:
    assert file.is_there()
    with file.path.open("rb"):  # else its number may be given to the next
        file.path.unlink()
        assert not file.is_there()
        file.path.touch()
        assert not file.is_there()


def test_what_can_not_be_looked_at_is_not_said_to_be_gone(file: StoreFile) -> None:
    long = file.path.parent / ("x" * 300)
    file.path = long  # the system refuses the name, which says nothing about the file
    with pytest.raises(OSError, match="too long"):
        os.stat(long)  # noqa: PTH116 - shows what the system says
    assert file.is_there()


def test_a_file_that_is_not_there_is_no_store_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        StoreFile(tmp_path / "nothing.db")
