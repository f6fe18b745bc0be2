"""An older store is upgraded whole or not at all, and a copy leads back."""

import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from notifier.errors import StoreError, StoreRefused, StoreUnavailable
from notifier.store.database import Database
from notifier.store.migrate import HEAD, copy_before_upgrade
from tests.support.old_store import FIRST, make_old_store, rows_of
from tests.support.store import no_file_larger_than

TABLES = ("sources", "calls", "rejects", "alerts", "alert_calls", "decisions", "outbox", "told")

KNOWN: dict[str, dict[str, object]] = {
    "calls": {"spurious": 0, "attempt": 1},
    "alerts": {
        "customer": "+919812345678",
        "handled_by": "",
        "follows_up": 0,
        "open_since": 1767229100000,
        "escalated": 0,
        "reminded": 0,
    },
    "told": {"standing": ""},
}
"""What the upgrade knows of the old store's rows."""


def _version(path: Path) -> str:
    (row,) = rows_of(path, "alembic_version")
    return str(row["version_num"])


def test_what_an_older_version_stored_is_there_after_the_upgrade(path: Path) -> None:
    make_old_store(path)
    before = {table: rows_of(path, table) for table in TABLES}
    Database.open(path).close()
    assert _version(path) == HEAD
    for table in TABLES:
        assert before[table], table
        after = rows_of(path, table)
        assert [{name: row[name] for name in old} for row, old in zip(after, before[table], strict=True)] == (
            before[table]
        )
        # What the older version did not know is unknown, or as it was for every alert and call then.
        new = after[0].keys() - before[table][0].keys()
        assert {name: after[0][name] for name in new} == {**dict.fromkeys(new), **KNOWN.get(table, {})}, table


def test_a_copy_in_the_old_schema_stays_beside_the_store_for_its_owner_only(path: Path) -> None:
    make_old_store(path)
    before = {table: rows_of(path, table) for table in TABLES}
    Database.open(path).close()
    copy = copy_before_upgrade(path)
    assert copy.name == f"{path.name}.before-{HEAD}"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert _version(copy) == FIRST
    assert {table: rows_of(copy, table) for table in TABLES} == before
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, copy.name]


def test_the_way_back_that_is_documented_names_the_copy_of_this_version() -> None:
    lines = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    assert set(re.findall(r"before-([0-9]{4})", lines)) == {HEAD}


def test_the_copy_takes_the_stores_place_and_is_upgraded_again(path: Path) -> None:
    make_old_store(path)
    Database.open(path).close()
    copy_before_upgrade(path).replace(path)
    assert _version(path) == FIRST
    Database.open(path).close()
    assert _version(path) == HEAD
    assert len(rows_of(path, "calls")) == 1


def test_a_copy_of_an_earlier_try_is_replaced(path: Path) -> None:
    copy_before_upgrade(path).write_text("half a copy")
    path.with_name(f"{copy_before_upgrade(path).name}.part").write_text("less than that")
    make_old_store(path)
    Database.open(path).close()
    assert _version(copy_before_upgrade(path)) == FIRST
    assert not list(path.parent.glob("*.part"))


def test_without_room_for_the_copy_nothing_is_upgraded(path: Path) -> None:
    make_old_store(path)
    with no_file_larger_than(20_000), pytest.raises(StoreError):
        Database.open(path)
    assert _version(path) == FIRST
    assert len(rows_of(path, "calls")) == 1
    assert not list(path.parent.glob("*.before-*"))
    Database.open(path).close()
    assert _version(path) == HEAD


def test_an_upgrade_that_fails_in_the_middle_leaves_the_old_store(path: Path) -> None:
    make_old_store(path)
    with closing(sqlite3.connect(path)) as store, store:
        # What the migration is to make is there already: it fails after its first steps.
        store.execute("CREATE TABLE notices (id INTEGER)")
    with pytest.raises(Exception, match="notices"):
        Database.open(path)
    assert _version(path) == FIRST
    with closing(sqlite3.connect(path)) as store:
        columns = {row[1] for row in store.execute("PRAGMA table_info(sources)")}
    assert "compared_at" not in columns


def test_a_new_store_needs_no_copy(path: Path) -> None:
    Database.open(path).close()
    Database.open(path).close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_damaged_old_store_is_refused_untouched(path: Path) -> None:
    make_old_store(path)
    raw = bytearray(path.read_bytes())
    raw[8192:12288] = b"\xff" * 4096
    path.write_bytes(raw)
    with pytest.raises((StoreRefused, StoreUnavailable), match="damaged"):
        Database.open(path)
    assert path.read_bytes() == bytes(raw)
