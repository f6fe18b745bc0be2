"""`explain`: why something was told, or was not."""

from typing import Annotated

import typer

from notifier.cli.common import ConfigOption, JsonOption, look, read_config
from notifier.cli.parse import (
    FEWEST_DIGITS,
    alert_id,
    extension_of,
    is_extension_with_account,
    is_number,
    last_digits,
    only_digits,
    span_around,
)
from notifier.cli.show import harmless, print_json, print_lines
from notifier.cli.story import Story
from notifier.cli.story_json import story_json
from notifier.clock import SystemClock
from notifier.config import Config
from notifier.errors import NotifierError
from notifier.model import Alert, StoredCall
from notifier.store.alerts import alert as alert_with
from notifier.store.database import Connection
from notifier.store.views import Wanted, find_calls

NEAR = 15 * 60_000
"""ms around the time that was asked for."""

SHORTEST_ID = 8
"""Characters of a call's id that say which one is meant."""

FEW, MOST = 5, 1_000
"""Calls that are explained at once, where nothing is said and with `--all`."""


def explain(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="The id of a call (either one), missed or answered, an alert like A12, with --at an "
            "extension like 209 or main/209, or the last 4 to 6 digits of a customer's number. Not more "
            "digits: every user of this machine can see what stands on a command line.",
        ),
    ],
    at: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help='With an extension: its calls within 15 minutes of "11:02" (the latest that has been) or '
            '"2026-11-23 11:02", in the configuration\'s time zone.',
        ),
    ] = "",
    all_: Annotated[
        bool, typer.Option("--all", help=f"All calls that fit, at most {MOST:,}; else the newest {FEW}.")
    ] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Tell what became of a call or an alert, and why. Of several calls, the newest come first."""
    loaded = read_config(config)
    limit = MOST if all_ else FEW

    def told(connection: Connection) -> list[str] | dict[str, object]:
        found = _found(connection, loaded, what, at, limit + 1)
        story = Story(connection, loaded)
        if json:
            return story_json(story, found if isinstance(found, Alert) else found[:limit])
        return _lines(story, found, limit)

    result = look(loaded, told)
    if isinstance(result, dict):
        print_json(result)
        return
    print_lines(result)


def _found(
    connection: Connection, config: Config, what: str, at: str, limit: int
) -> Alert | list[StoredCall]:
    number = None if at else alert_id(what)
    if number is not None:
        alert = alert_with(connection, number)
        if alert is None:
            raise NotifierError(f"there is no alert A{number}; `notifier alerts --all` lists them")
        return alert
    found = _calls(connection, config, what, at, limit)
    if not found:
        where = "`notifier calls` lists them, `notifier status` says when TeleCMI was read"
        if is_number(what) and not at:
            where += "; with an extension, say when: --at 11:02"
        raise NotifierError(f"no stored call fits {harmless(what)}{f' at {at}' if at else ''}; {where}")
    return found


def _lines(story: Story, found: Alert | list[StoredCall], limit: int) -> list[str]:
    if isinstance(found, Alert):
        return list(story.of_alert(found))
    told: set[int] = set()
    lines = [line for stored in found[:limit] for line in story.of_call(stored, told)]
    if len(found) > limit:
        more = "" if limit == MOST else "; --all explains the others, too"
        lines.append(f"There are more: only the newest {limit:,} calls are explained{more}.")
    return lines


def _calls(connection: Connection, config: Config, what: str, at: str, limit: int) -> list[StoredCall]:
    if at:
        account, extension = extension_of(what, "WHAT")
        since, until = span_around(at, config.timezone, SystemClock().now(), NEAR)
        near = Wanted(account=account, extension=extension, since=since, until=until, answered=None)
        return find_calls(connection, near, limit)
    found = find_calls(connection, Wanted(ident=what, answered=None), limit)
    if found:
        return found
    if is_extension_with_account(what):
        raise typer.BadParameter("with an extension, say when: --at 11:02", param_hint="WHAT")
    if is_number(what) and len(only_digits(what)) >= FEWEST_DIGITS:
        ends = last_digits(what, "WHAT")
        return find_calls(connection, Wanted(customer_ends=ends, answered=None), limit)
    # Tables on a terminal cut ids; what they show of one is enough.
    begins = what.removesuffix("…")
    if len(begins) < SHORTEST_ID:
        return []
    return find_calls(connection, Wanted(ident_begins=begins, answered=None), limit)
