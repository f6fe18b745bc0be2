"""What commands share: their options, the configuration, and looking into the store."""

import asyncio
import getpass
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from notifier.cli.parse import whole
from notifier.config import SYSTEM_STORE, Config, find, load, store_path
from notifier.config.meant import meant_or_listed
from notifier.config.store import SYSTEM_FILE
from notifier.errors import ConfigError, StoreUnavailable
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
        readable=False,  # whoever reads it says more
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: JSON on standard output.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask; needed where nobody can be asked.")]
WhoOption = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Who does it, as others shall read it; else who is logged in.",
        show_default=False,
    ),
]
LimitOption = Annotated[
    int, typer.Option("--limit", "-n", parser=whole(1, 100_000), metavar="N", help="At most so many.")
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
        ConfigError: it can't be used; with a note on what can be done meanwhile.
    """
    path = config_file(config)
    try:
        return load(path, os.environ, resolve=False)
    except ConfigError as error:
        if path.is_file():
            error.add_note(meanwhile(path))
        raise


def meanwhile(path: Path) -> str:
    """Say what to do where a daemon may be at work, and its configuration can't be used any more.

    Args:
        path: of the configuration.
    """
    where = "a copy of that in the same folder"
    if path == SYSTEM_FILE:
        where += f", with `store: {{url: sqlite:///{SYSTEM_STORE}}}`,"
    return (
        "a daemon that runs already goes on with the configuration that it read last; until this one is"
        f" mended, {where} serves here: --config FILE"
    )


def require_account(config: Config, name: str, where: str) -> None:
    """Nothing was found of an account: is that because the configuration has no such one?

    Raises:
        typer.BadParameter: it has none.
    """
    names = [account.name for account in config.telecmi.accounts]
    if name not in names:
        what = f"the configuration has no such account; {meant_or_listed(name, names)}"
        raise typer.BadParameter(what, param_hint=where)


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


def change(config: Config, work: Callable[[Database], Coroutine[None, None, T]]) -> T:
    """Write to the store, without ever making one. The daemon may be at work on it meanwhile.

    Args:
        config: that names the store.
        work: does it in short transactions.

    Raises:
        StoreError: there is none, or it can't be written.
    """
    database = Database.open_existing(store_path(config))
    try:
        return asyncio.run(work(database))
    except StoreUnavailable as error:
        raise StoreUnavailable(f"{error}; what was not done yet stays as it was: try again") from None
    finally:
        database.close()


def acting(who: str) -> str:
    """Who does this: as was said, else whoever is logged in, before `sudo` where that was used.

    Raises:
        typer.BadParameter: nobody knows.
    """
    try:
        return who.strip() or os.environ.get("SUDO_USER") or getpass.getuser()
    except (OSError, KeyError):  # KeyError before Python 3.13
        raise typer.BadParameter(
            "nobody is logged in by a name; say who you are", param_hint="--who"
        ) from None


def agree(question: str, *, yes: bool) -> None:
    """Go on only where a person agrees, on a terminal, or did so beforehand.

    Args:
        question: what will be done.
        yes: `--yes` was said.

    Raises:
        typer.BadParameter: there is nobody to ask.
        typer.Abort: they do not agree.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"{question} There is nobody to ask here; say --yes", param_hint="--yes")
    typer.confirm(question, abort=True, err=True)
