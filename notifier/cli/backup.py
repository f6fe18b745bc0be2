"""`backup`: a copy of the store that can be restored."""

from pathlib import Path
from typing import Annotated

import typer

from notifier.cli.common import ConfigOption, read_config
from notifier.config import store_path
from notifier.store.backup import copy_store, may_become_copy
from notifier.store.database import Database


def backup(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="The copy; an older one of that name is replaced once the new one is whole."
        ),
    ],
    config: ConfigOption = None,
) -> None:
    """Copy the store to a file, whole as of this moment, while the daemon goes on.

    docs/operations.md says how it is restored. The copy holds phone numbers: only its owner may read it.
    """
    path = store_path(read_config(config))
    Database.open_existing(path).close()  # says what is wrong where there is no store, or another's
    may_become_copy(path, file)
    copy_store(path, file)
    print(f"{file}: {file.stat().st_size:,} bytes, all of {path}")
