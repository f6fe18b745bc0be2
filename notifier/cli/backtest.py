"""`backtest`: what a configuration would have sent for calls of the past."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notifier.cli.common import ConfigOption, JsonOption, read_config
from notifier.cli.parse import span_of
from notifier.cli.show import complain, counted, harmless, print_json
from notifier.clock import SystemClock
from notifier.config import Config

if TYPE_CHECKING:
    from notifier.cli.backtest_calls import Replayed  # a daemon would keep all that for as long as it lives

LISTED = 50
"""Notifications that are listed for people where nothing is said."""


def backtest(
    since: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help='From when on: 7d back, 2026-11-16 or "2026-11-16 09:30". Calls from before count, and open '
            "nothing. Where nothing is said: 7d back, or the first call of the file.",
            show_default=False,
        ),
    ] = "",
    until: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="Until when, likewise. Where nothing is said: now, or a day after the file's last call.",
            show_default=False,
        ),
    ] = "",
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            "-f",
            metavar="FILE",
            help="Calls as TeleCMI lists them instead of stored ones, - for standard input. JSON: a list of "
            'missed calls, {"out_missed": […], "out_answered": […], "in_answered": […]}, or one record on '
            "each line.",
            show_default=False,
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The store whose calls are replayed; else that of the configuration.",
            show_default=False,
        ),
    ] = None,
    rule: Annotated[str, typer.Option(metavar="NAME", help="Only this rule.", show_default=False)] = "",
    delay: Annotated[
        str, typer.Option(metavar="SPAN", help="So long after it was placed TeleCMI listed each call: 5m.")
    ] = "0s",
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            "-n",
            min=0,
            max=1_000_000,
            metavar="N",
            help=f"List so many notifications at the most; {LISTED}, or all of them with --json.",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Show what a configuration would have sent for calls of the past: to whom, when and why.

    To try a new configuration on the calls of last week, name the store that the calls are in:
    `notifier backtest --config new.yaml --store /var/lib/notifier/notifier.db`.

    Nothing is sent or stored, and no secret is needed. It is as if everything had worked at once and nobody
    had acknowledged anything; silences are those of the store. Rules on trial (`dry_run`) are replayed as if
    they were not.
    """
    from notifier.backtest import simulate
    from notifier.cli.backtest_calls import given_calls, named, stored_calls
    from notifier.cli.backtest_json import backtest_json
    from notifier.cli.backtest_show import show_backtest

    if file is not None and store is not None:
        raise typer.BadParameter("name a file of calls or a store: one of the two", param_hint="--store")
    loaded = _only(read_config(config), rule)
    wait = span_of(delay, "--delay")
    now = SystemClock().now()
    if file is None:
        replayed = stored_calls(loaded, store, since, until, now)
    else:
        replayed = given_calls(loaded, file, since, until, now)
    results = simulate(
        loaded,
        replayed.calls,
        since=replayed.since,
        until=replayed.until,
        silences=replayed.silences,
        delay=wait,
    )
    if json:
        print_json(backtest_json(loaded, results, replayed, limit))
        return
    _say_what_is_missing(loaded, "" if file is None else named(file), replayed)
    show_backtest(loaded, results, LISTED if limit is None else limit)


def _only(config: Config, name: str) -> Config:
    """The configuration with this rule alone; with all where none is named.

    Raises:
        typer.BadParameter: there is no such rule.
    """
    if not name:
        return config
    rules = tuple(rule for rule in config.rules if rule.name == name)
    if not rules:
        known = ", ".join(harmless(rule.name) for rule in config.rules) or "none"
        raise typer.BadParameter(f"no such rule; there are: {known}", param_hint="--rule")
    return config.model_copy(update={"rules": rules})


def _say_what_is_missing(config: Config, file: str, replayed: "Replayed") -> None:
    given = replayed.given
    if given is not None and given.reasons:
        for one in given.rejects:
            complain(f"{file}: {one.where}: {one.reason}")
        complain(f"{file}: {counted(given.reasons.total(), 'record')} could not be read")
    if given is not None and not given.calls:
        complain(f"{file}: it holds no calls")
    if given is not None and replayed.of_nobody:
        complain(
            f"{file}: {counted(replayed.of_nobody, 'missed call')} without an agent, so no extension or team"
            " counts them: write it as `agent` or `from`, with the app id, like 209_1111113"
        )
    for source, calls in replayed.left_out(config).items():
        complain(f"{source}: {counted(calls, 'call')} left out, since the configuration does not read that")
    if config.telecmi.follow_up and not any(call.endpoint.is_answered for call in replayed.calls):
        complain("there is no answered call among these, so nobody counts as reached")
