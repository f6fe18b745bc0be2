"""`purge`: forget what is old, or what is about one customer."""

from typing import Annotated

import typer

from notifier.cli.common import ConfigOption, JsonOption, YesOption, agree, look, read_config
from notifier.cli.parse import ending, span_of
from notifier.cli.purge_plan import ByAge, ByNumber, Plan
from notifier.cli.purge_steps import Progress, carry_out
from notifier.cli.show import complain, print_json
from notifier.clock import SystemClock
from notifier.config import Config
from notifier.recount import Counts, reach
from notifier.rules import compile_rules
from notifier.store.database import Connection
from notifier.store.forget import traces
from notifier.store.purge import needed_from, survey


def purge(
    older_than: Annotated[
        str,
        typer.Option(
            metavar="SPAN",
            help="Forget calls, rejects, ended alerts with what was sent about them, notices, silences and "
            "what digests were sent, where they are older: 30d.",
        ),
    ] = "",
    number: Annotated[
        str,
        typer.Option(
            metavar="DIGITS",
            help="Forget customers whose number ends with these 4 to 6 digits, because a person asks for "
            "it: their calls, rejects that hold it, ended alerts and silences about them. With - it is asked "
            "for, or read from standard input, and may be longer: every user of this machine can see what "
            "stands on a command line.",
        ),
    ] = "",
    yes: YesOption = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Forget what is old, or what is about one customer. Shows what would go first, and asks.

    It works in small steps while the daemon runs; Ctrl-C stops it between two of them. What is still needed
    stays: calls of active alerts, and what the next read of TeleCMI may bring again.

    Backups, and messages that were sent, are not changed.
    """
    if bool(older_than) == bool(number):
        raise typer.BadParameter("say one of --older-than and --number", param_hint="--older-than")
    span = span_of(older_than, "--older-than") if older_than else 0
    digits = ending(number, "--number") if number else ""
    loaded = read_config(config)
    clock = SystemClock()
    now = clock.now()

    span_needed = _reach(loaded)

    def planned(connection: Connection) -> Plan:
        accounts = [one.name for one in loaded.telecmi.accounts]
        needed = needed_from(connection, accounts, span_needed, now)
        if digits:
            return ByNumber(traces(connection, digits, needed), needed, span_needed)
        return ByAge(survey(connection, now - span, needed), now - span, needed, span_needed)

    plan = look(loaded, planned)
    if not json:
        for line in plan.lines(loaded):
            print(line)
    progress = Progress()
    if plan.amount.most:
        agree("Forget this?", yes=yes)
        carry_out(loaded, plan, progress, clock)
    _report(plan, progress, json=json)


def _reach(config: Config) -> int:
    return reach(config, Counts(compile_rules(config.rules, config.agents)))


def _report(plan: Plan, progress: Progress, *, json: bool) -> None:
    if json:
        print_json(plan.as_json() | progress.as_json())
    elif plan.amount.most:
        print(progress.said())
    if plan.is_for_good and plan.stays:
        complain("notifier: not all of it could go yet; run it again after that")
        raise typer.Exit(1)
    if progress.was_interrupted:
        complain("notifier: interrupted; what is forgotten is gone, the rest is as it was")
        raise typer.Exit(1)
