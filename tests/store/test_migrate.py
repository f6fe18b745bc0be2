"""The migrations lead to the schema that the code knows, whole or not at all."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect

from notifier.errors import StoreUnavailable
from notifier.store.database import Database
from notifier.store.migrate import HEAD
from notifier.store.schema import metadata
from tests.support.store import no_file_larger_than


def _statements(path: Path) -> dict[str, str]:
    """What SQLite keeps of the schema: it tells conditions of indexes and what a foreign key cascades."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: re.sub(r"\s+", " ", sql).replace(" ,", ",") for name, sql in rows if "alembic" not in name}


def _parts(statement: str) -> list[str]:
    head, _, rest = statement.partition("(")
    return [head.strip(), *sorted(part.strip(" )") for part in rest.split(", "))]


def test_migrations_from_nothing_lead_to_the_metadata(connection: Connection) -> None:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    assert compare_metadata(context, metadata) == []


def test_conditions_of_indexes_and_cascades_are_those_of_the_metadata(
    database: Database, path: Path, tmp_path: Path
) -> None:
    made = tmp_path / "made.db"
    engine = create_engine(f"sqlite:///{made}")
    metadata.create_all(engine)
    engine.dispose()
    expected, migrated = _statements(made), _statements(path)
    assert migrated.keys() == expected.keys()
    assert len([name for name in expected if name.startswith(("ix_", "uq_"))]) >= 12
    for name, statement in expected.items():
        assert _parts(migrated[name]) == _parts(statement)


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "notifier.store:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_every_foreign_key_holds_and_is_followed_by_an_index(connection: Connection) -> None:
    looked = inspect(connection)
    unindexed = []
    for table in metadata.tables:
        keys = [tuple(looked.get_pk_constraint(table)["constrained_columns"])]
        keys += [tuple(str(c) for c in index["column_names"]) for index in looked.get_indexes(table)]
        keys += [tuple(unique["column_names"]) for unique in looked.get_unique_constraints(table)]
        unindexed += [
            (table, foreign["constrained_columns"])
            for foreign in looked.get_foreign_keys(table)
            if not any(
                key[: len(foreign["constrained_columns"])] == tuple(foreign["constrained_columns"])
                for key in keys
            )
        ]
    assert unindexed == []
    assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_migration_that_fails_leaves_nothing_and_can_be_done_again(path: Path) -> None:
    """The schema needs some 100 kB."""
    with no_file_larger_than(40_000), pytest.raises(StoreUnavailable):
        Database.open(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    Database.open(path).close()
    assert "calls" in _statements(path)


def test_a_store_at_head_is_opened_without_alembic_having_work(path: Path) -> None:
    Database.open(path).close()
    before = _statements(path)
    Database.open(path).close()
    assert _statements(path) == before
