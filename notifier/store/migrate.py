"""Bringing a store to the schema that this version of notifier knows."""

import re
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from notifier.errors import StoreRefused

HEAD = "0004"
"""The newest migration. Known here, so that a start needs Alembic only when there is work for it."""

_OURS = re.compile(r"[0-9]{4}")


def schema_version(connection: Connection, path: Path) -> str | None:
    """The migration that a store was last brought to; None for an empty one.

    Raises:
        StoreRefused: it is a database, but not one of ours.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    version = None
    if {"alembic_version", "sources", "outbox"}.issubset(tables):
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    # Others use Alembic, too, and name their versions otherwise.
    if version is None or not _OURS.fullmatch(str(version)):
        raise StoreRefused(f"{path} is a database of another program; name another file in store.url")
    return str(version)


def needs_upgrade(connection: Connection, path: Path) -> bool:
    """Does the store hold something, in the schema of an older version?

    Raises:
        StoreRefused: it is newer, or not one of ours.
    """
    version = schema_version(connection, path)
    _refuse_newer(version, path)
    return version is not None and version != HEAD


def copy_before_upgrade(path: Path) -> Path:
    """Where a store is kept as it was before it is brought to `HEAD`: the way back to the older version."""
    return path.with_name(f"{path.name}.before-{HEAD}")


def migrate(connection: Connection, path: Path) -> None:
    """Bring the store to `HEAD`, within the caller's transaction.

    Raises:
        StoreRefused: the store was written by a newer notifier, or is not one.
    """
    version = schema_version(connection, path)
    if version == HEAD:
        return
    _refuse_newer(version, path)
    from alembic import command  # noqa: PLC0415 - slow to import, and rarely needed
    from alembic.config import Config  # noqa: PLC0415 - likewise

    config = Config()
    config.set_main_option("script_location", "notifier.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def require_head(connection: Connection, path: Path) -> None:
    """Check that a store has exactly this version's schema, and change nothing.

    Raises:
        StoreRefused: it is newer, older, empty, or not one of ours.
    """
    version = schema_version(connection, path)
    if version is None:
        raise StoreRefused(f"the store {path} is still empty; `notifier run` fills it")
    _refuse_newer(version, path)
    if version != HEAD:
        raise StoreRefused(f"the store {path} is older than this version; `notifier run` upgrades it")


def _refuse_newer(version: str | None, path: Path) -> None:
    if version is not None and version > HEAD:
        raise StoreRefused(
            f"the store {path} was written by a newer notifier (schema {version}, this one knows {HEAD}); "
            "install that version again, or restore a backup made before the upgrade"
        )
