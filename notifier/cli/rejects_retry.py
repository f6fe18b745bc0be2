"""`rejects retry`: let the daemon read records again, which an upgrade may have taught it."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated

import typer

from notifier.cli.common import ConfigOption, JsonOption, change, look, read_config
from notifier.cli.parse import row_id
from notifier.cli.show import complain, print_json
from notifier.clock import SystemClock
from notifier.config import store_path
from notifier.store.database import Database
from notifier.store.lock import holder
from notifier.store.rejects import BATCH, Marked, all_ids, mark

REJECT_ID = row_id("rejects")

MOST_NAMED = 20
"""Ids that one line of complaint names."""


def retry(
    ids: Annotated[
        list[int] | None,
        typer.Argument(
            metavar="ID…", help="As `notifier rejects` shows them.", show_default=False, parser=REJECT_ID
        ),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All that there are, instead of ids.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Have records read again, after an upgrade that can: what can be read now becomes a new call.

    The daemon does it at its next poll; it may run meanwhile. What still can't be read stays, with the reason
    of today.
    """
    if all_ == bool(ids):
        raise typer.BadParameter("name ids, or say --all: one of the two", param_hint="ID…")
    wanted = list(dict.fromkeys(ids or ()))
    loaded = read_config(config)
    accounts = [account.name for account in loaded.telecmi.accounts]
    now = SystemClock().now()
    if all_:
        wanted = look(loaded, all_ids)

    async def work(database: Database) -> Marked:
        """In short transactions, so that the daemon never waits for us."""
        batches = [
            await database.write(partial(mark, ids=wanted[at : at + BATCH], accounts=accounts, now=now))
            for at in range(0, len(wanted), BATCH)
        ]
        return _together(batches)

    marked = change(loaded, work)
    runs = holder(store_path(loaded)) is not None
    _report(marked, runs=runs, json=json)


def _together(batches: Iterable[Marked]) -> Marked:
    ids: list[int] = []
    cut: list[int] = []
    strangers: dict[int, str] = {}
    unknown: list[int] = []
    for one in batches:
        ids += one.ids
        cut += one.cut
        strangers |= one.strangers
        unknown += one.unknown
    return Marked(tuple(ids), tuple(cut), strangers, tuple(unknown))


def _report(marked: Marked, *, runs: bool, json: bool) -> None:
    if json:
        print_json(
            {
                "marked": marked.ids,
                "cut": marked.cut,
                "not_configured": list(marked.strangers),
                "unknown": marked.unknown,
            }
        )
    else:
        _say(marked, runs=runs)
    if not marked.ids and (marked.unknown or marked.cut or marked.strangers):
        raise typer.Exit(1)


def _say(marked: Marked, *, runs: bool) -> None:
    for ids, why in (
        (marked.unknown, "there is none with this id; `notifier rejects` lists them"),
        (marked.cut, "too long: only the beginning is kept, which can't be read again"),
        (tuple(marked.strangers), "of an account that is not in the configuration, so nobody would read it"),
    ):
        if ids:
            more = f" and {len(ids) - MOST_NAMED:,} more" if len(ids) > MOST_NAMED else ""
            complain(f"{', '.join(map(str, ids[:MOST_NAMED]))}{more}: {why}")
    if marked.ids:
        count = len(marked.ids)
        records = "1 record is" if count == 1 else f"{count:,} records are"
        when = "at the daemon's next poll" if runs else "by the next `notifier run` or `notifier once`"
        print(f"{records} read again {when}; `notifier rejects` shows what then still can't be read")
    elif not (marked.unknown or marked.cut or marked.strangers):
        complain("there are no records that could not be read")
