"""What commands share: their options, the configuration, and looking into the store."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from notifier.config import Config, find, load, store_path
from notifier.store.database import Connection, Database

T = TypeVar("T")

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help="The configuration; else $NOTIFIER_CONFIG, /etc/notifier/config.yaml, ./config.yaml.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: JSON on standard output.")]
LimitOption = Annotated[
    int, typer.Option("--limit", "-n", min=1, max=100_000, metavar="N", help="At most so many.")
]


def config_file(config: Path | None) -> Path:
    """The configuration file that is meant.

    Raises:
        ConfigError: there is none.
    """
    return find(config, os.environ, Path.cwd())


def read_config(config: Path | None) -> Config:
    """Read the configuration for a command that only looks into the store, without any secret.

    Raises:
        ConfigError: it can't be used.
    """
    return load(config_file(config), os.environ, resolve=False)


def look(config: Config, work: Callable[[Connection], T]) -> T:
    """Read from the store without an event loop, and without ever making one.

    Raises:
        StoreError: there is none, or it can't be read.
    """
    database = Database.open_existing(store_path(config))
    try:
        return database.look(work)
    finally:
        database.close()
