"""`outbox retry` and `outbox drop`: what a person decides about notifications."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated

import typer

from notifier.actions import call_off
from notifier.cli.common import (
    ConfigOption,
    JsonOption,
    WhoOption,
    YesOption,
    acting,
    agree,
    change,
    look,
    read_config,
)
from notifier.cli.parse import alert_id, row_id
from notifier.cli.show import complain, counted, print_json
from notifier.clock import SystemClock
from notifier.config import Config, store_path
from notifier.store.by_hand import DROPPABLE, MOST, RETRIABLE, Changed, ids_in, retry_dead
from notifier.store.database import Connection, Database
from notifier.store.lock import holder
from notifier.store.outbox import RowState

IdsArgument = Annotated[
    list[int] | None,
    typer.Argument(
        metavar="ID…", help="As `notifier outbox` shows them.", show_default=False, parser=row_id("outbox")
    ),
]
AllOption = Annotated[bool, typer.Option("--all", help="All that there are, instead of ids.")]
AlertOption = Annotated[
    str, typer.Option("--alert", metavar="A12", help="With --all: only what is about this alert.")
]

HINTS = {
    None: "there is none; `notifier outbox` lists them",
    RowState.WAITING: "it waits to be sent already",
    RowState.CLAIMED: "it is being sent at this moment",
    RowState.SENT: "it was sent",
    RowState.DROPPED: "it was dropped",
    RowState.REDIRECTED: "others were told instead",
    RowState.DRY_RUN: "it was never to be sent (dry_run)",
    RowState.DEAD: "it was given up",
}


@dataclass(frozen=True)
class _Asked:
    """Which notifications are meant."""

    ids: tuple[int, ...]
    every: bool
    alert: int | None

    def found(self, config: Config, states: Collection[RowState]) -> tuple[int, ...]:
        """Their ids."""
        if not self.every:
            return self.ids
        return tuple(look(config, lambda connection: ids_in(connection, states, self.alert)))


def retry(
    ids: IdsArgument = None,
    all_: AllOption = False,
    alert: AlertOption = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Try notifications again that were given up (dead), with all their tries and time before them.

    The daemon may run meanwhile, and sends them within half a minute.
    """
    asked = _asked(ids, alert, every=all_)
    loaded = read_config(config)
    wanted = asked.found(loaded, RETRIABLE)
    now = SystemClock().now()
    changed = _change(loaded, wanted, lambda connection, some: retry_dead(connection, some, now))
    then = "the daemon does it within half a minute"
    if holder(store_path(loaded)) is None:
        then = "no daemon runs: that is once `notifier run` is started"
    _report(changed, f"to be sent again; {then}", "nothing was given up", json=json)


def drop(
    ids: IdsArgument = None,
    all_: AllOption = False,
    alert: AlertOption = "",
    who: WhoOption = "",
    yes: YesOption = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Call off notifications that wait or were given up (dead): nobody is told by them.

    An alert about a single call, with nothing to follow, ends with the last of them, as resolved. What is
    being sent at this moment can't be called off. The daemon may run meanwhile.
    """
    asked = _asked(ids, alert, every=all_)
    loaded = read_config(config)
    wanted = asked.found(loaded, DROPPABLE)
    there = set(look(loaded, lambda connection: ids_in(connection, DROPPABLE, asked.alert)))
    if some := there.intersection(wanted):
        agree(f"{counted(len(some), 'notification')} will not be sent. Go on?", yes=yes)
    name, now = acting(who), SystemClock().now()
    changed = _change(loaded, wanted, lambda connection, some: call_off(connection, some, name, now))
    _report(changed, "dropped", "nothing waits, and nothing was given up", json=json)


def _asked(ids: list[int] | None, alert: str, *, every: bool) -> _Asked:
    number = alert_id(alert) if alert else None
    if alert and number is None:
        raise typer.BadParameter("not an alert; write it like A12", param_hint="--alert")
    if alert and not every:
        raise typer.BadParameter("it goes with --all", param_hint="--alert")
    if every == bool(ids):
        raise typer.BadParameter("name ids, or say --all: one of the two", param_hint="ID…")
    return _Asked(tuple(dict.fromkeys(ids or ())), every, number)


def _change(
    config: Config, ids: tuple[int, ...], work: Callable[[Connection, Collection[int]], Changed]
) -> Changed:
    """In short transactions, so that the daemon never waits for us."""

    async def batches(database: Database) -> Changed:
        done: list[int] = []
        refused: dict[int, RowState | None] = {}
        for at in range(0, len(ids), MOST):
            some = ids[at : at + MOST]
            changed = await database.write(lambda connection, some=some: work(connection, some))  # type: ignore[misc]  # mypy can't infer a lambda's default
            done += changed.done
            refused |= changed.refused
        return Changed(tuple(done), refused)

    return change(config, batches)


def _report(changed: Changed, what: str, nothing: str, *, json: bool) -> None:
    if json:
        refused = [{"id": row, "state": state} for row, state in changed.refused.items()]
        print_json({"done": changed.done, "refused": refused})
    else:
        for row, state in changed.refused.items():
            complain(f"{row}: {HINTS[state]}")
        if changed.done:
            print(f"{counted(len(changed.done), 'notification')}: {what}")
        elif not changed.refused:
            complain(nothing)
    if changed.refused and not changed.done:
        raise typer.Exit(1)
