"""`backup`: a copy of the store that can be restored."""

from pathlib import Path
from typing import Annotated

import typer

from notifier.cli.common import ConfigOption, read_config
from notifier.config import store_path
from notifier.errors import StoreRefused
from notifier.store.backup import copy_store
from notifier.store.database import Database


def backup(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="The copy; a file of that name is replaced once the new one is whole."
        ),
    ],
    config: ConfigOption = None,
) -> None:
    """Copy the store to a file, whole as of this moment, while the daemon goes on.

    docs/operations.md says how it is restored. The copy holds phone numbers: only its owner may read it.
    """
    path = store_path(read_config(config))
    Database.open_existing(path).close()  # says what is wrong where there is no store, or another's
    if file.exists() and file.samefile(path):
        raise StoreRefused(f"{file} is the store itself; name another file")
    copy_store(path, file)
    print(f"{file}: {file.stat().st_size:,} bytes, all of {path}")
