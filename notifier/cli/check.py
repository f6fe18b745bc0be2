"""`check`: is the configuration good, and does what it names answer?"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notifier.cli.common import ConfigOption, JsonOption, config_file
from notifier.cli.daemon import guarded, leave_lookups
from notifier.cli.show import complain, counted, harmless, print_json
from notifier.clock import SystemClock
from notifier.config import SYSTEM_STORE, Advice, Config, load, read_document, store_path, warnings
from notifier.config.places import Places
from notifier.errors import ConfigError, Problem

if TYPE_CHECKING:
    from notifier.cli.live import Tried  # slow to import, and rarely needed

WORDS = {True: "ok", False: "FAILED", None: "-"}

_PLACE = re.compile(r"(.*):([0-9]+):([0-9]+)")


def check(
    config: ConfigOption = None,
    live: Annotated[
        bool,
        typer.Option(
            "--live",
            help="Then try TeleCMI, Slack and the mail server: log in, look people and channels up, and post "
            "nothing.",
        ),
    ] = False,
    secrets: Annotated[
        bool,
        typer.Option(
            "--secrets/--no-secrets",
            help="Read the secrets, too. Without them it works where only the daemon has them.",
        ),
    ] = True,
    json: JsonOption = False,
) -> None:
    """Read the configuration and say all that is wrong with it: where, what, and how to mend it.

    Secrets are read too, so it needs what the daemon needs. Nothing is stored, and without --live nothing is
    connected.
    """
    if live and not secrets:
        raise typer.BadParameter("--live needs the secrets", param_hint="--no-secrets")
    path = config_file(config)
    try:
        loaded = load(path, os.environ, resolve=secrets)
    except ConfigError as error:
        if not json:
            raise
        print_json({"good": False, "problems": [_problem(one) for one in error.problems]})
        raise typer.Exit(2) from None
    if not json:
        _say(path, loaded)
    _report(path, loaded, _tried(loaded) if live else [], json=json)


def _warnings(loaded: Config) -> list[Advice]:
    from notifier.cli.callers import about_callers

    now = SystemClock().now()
    about_store = (Advice(("store", "url"), text) for text in _about_store(store_path(loaded)))
    return [*warnings(loaded, now), *about_store, *about_callers(loaded, now)]


def _about_store(path: Path) -> Iterator[str]:
    """Can a store be at this path, as far as this user sees?"""
    try:
        if path.is_dir():
            yield f"store.url: {path} is a folder; name a file in it"
        elif not path.parent.is_dir() and path.parent != SYSTEM_STORE.parent:  # which systemd makes
            yield (
                f"store.url: there is no folder {path.parent}, so no store can be made there; create it,"
                " owned by the user of the service"
            )
    except OSError:
        return  # only the service sees it


def _say(path: Path, loaded: Config) -> None:
    places = read_document(path).places if path.is_file() else Places(str(path))  # a pipe is empty by now
    for warning in _warnings(loaded):
        complain(f"{places.line_of(warning.about)}: warning: {warning.text}")
    print(
        f"{path}: good: {counted(len(loaded.telecmi.accounts), 'account')}, "
        f"{counted(len(loaded.rules), 'rule')}, {counted(len(loaded.receivers), 'receiver')}; "
        f"the store is {store_path(loaded)}"
    )
    if loaded.dry_run:
        print(f"{path}: dry_run is on: nothing is sent")


def _report(path: Path, loaded: Config, tried: "list[Tried]", *, json: bool) -> None:
    is_good = False not in {one.is_good for one in tried}
    if json:
        print_json(_as_json(path, loaded, tried, is_good=is_good))
    for one in () if json else tried:
        print(f"{WORDS[one.is_good]:<6}  {harmless(one.what)}: {harmless(one.says)}")
    if tried:
        leave_lookups(0 if is_good else 1)
    if not is_good:
        raise typer.Exit(1)


def _tried(loaded: Config) -> "list[Tried]":
    from notifier.app import secrets_of
    from notifier.cli.live import try_all
    from notifier.host import logs

    clock = SystemClock()
    logs.protect(secrets_of(loaded))
    logs.configure("error", "console", sys.stderr, is_terminal=sys.stderr.isatty(), clock=clock)
    return guarded(try_all(loaded, clock))


def _as_json(path: Path, loaded: Config, tried: "list[Tried]", *, is_good: bool) -> dict[str, object]:
    return {
        "good": is_good,
        "problems": [],
        "warnings": [warning.text for warning in _warnings(loaded)],
        "file": str(path),
        "accounts": len(loaded.telecmi.accounts),
        "rules": len(loaded.rules),
        "receivers": len(loaded.receivers),
        "store": str(store_path(loaded)),
        "dry_run": loaded.dry_run,
        "live": [{"what": one.what, "good": one.is_good, "says": one.says} for one in tried],
    }


def _problem(problem: Problem) -> dict[str, object]:
    place = _PLACE.fullmatch(problem.where)
    return {
        "file": place[1] if place else problem.where,
        "line": int(place[2]) if place else None,
        "column": int(place[3]) if place else None,
        "key": problem.key,
        "what": problem.what,
        "hint": problem.hint,
    }
