"""One writer per store, and whoever comes second is told who holds it."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from notifier.errors import StoreRefused
from notifier.store.lock import holder, store_lock
from tests.support.store import no_file_larger_than

ROOT = Path(__file__).parents[2]

HOLDS = """
import sys
from pathlib import Path
from notifier.store.lock import store_lock

with store_lock(Path(sys.argv[1]), "once"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_one_is_refused_with_who_holds_it(path: Path) -> None:
    with store_lock(path, "run"):
        with (
            pytest.raises(StoreRefused) as refusal,
            store_lock(path, "once"),
        ):
            pass
        who = f"`notifier run` (process {os.getpid()} on {socket.gethostname()})"
        assert str(refusal.value) == f"the store {path} is in use by {who}; stop that one first"
        assert holder(path) == who


def test_the_lock_is_free_again_after_its_holder_has_ended(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), store_lock(path, "run"):
        raise ZeroDivisionError
    assert holder(path) is None
    with store_lock(path, "once"):
        assert "`notifier once`" in (holder(path) or "")


def test_looking_at_the_lock_makes_no_file_and_takes_nothing(path: Path) -> None:
    assert holder(path) is None
    assert list(path.parent.iterdir()) == []


def test_another_process_holds_it_until_it_is_killed(path: Path) -> None:
    """Promise 2: nothing is left to clean up after `kill -9`."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with (
            pytest.raises(StoreRefused, match=rf"`notifier once` \(process {process.pid} on .+\); stop"),
            store_lock(path, "run"),
        ):
            pass
        process.kill()
    with store_lock(path, "run"):
        assert str(os.getpid()) in (holder(path) or "")


def test_the_lock_of_another_store_is_another_lock(tmp_path: Path) -> None:
    with store_lock(tmp_path / "a.db", "run"), store_lock(tmp_path / "b.db", "run"):
        assert sorted(file.name for file in tmp_path.iterdir()) == ["a.db.lock", "b.db.lock"]
        assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"run"', b"{}", b"\xff\xfe", b"7", b"x" * 10_000])
def test_a_holder_that_can_not_be_read_is_just_another_process(path: Path, content: bytes) -> None:
    with store_lock(path, "run"):
        (path.parent / "notifier.db.lock").write_bytes(content)
        with (
            pytest.raises(StoreRefused, match="in use by another process; stop"),
            store_lock(path, "once"),
        ):
            pass


def test_the_lock_holds_though_its_holder_can_not_be_noted(path: Path) -> None:
    with no_file_larger_than(0), store_lock(path, "run"):
        assert holder(path) == "another process"


def test_a_folder_that_is_missing_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreRefused, match=r"missing/.*can't be made or locked \(No such file.*must exist"),
        store_lock(tmp_path / "missing" / "notifier.db", "run"),
    ):
        pass


def test_a_file_that_can_not_be_locked_is_said_so(path: Path) -> None:
    (path.parent / "notifier.db.lock").mkdir()
    with pytest.raises(StoreRefused, match="Is a directory"), store_lock(path, "run"):
        pass


def test_a_store_has_one_lock_under_whatever_name_it_is_known(path: Path, tmp_path: Path) -> None:
    path.touch()
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with store_lock(path, "run"), pytest.raises(StoreRefused), store_lock(link, "run"):
        pytest.fail("both hold it")
