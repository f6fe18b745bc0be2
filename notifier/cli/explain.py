"""`explain`: why something was told, or was not."""

from typing import Annotated

import typer

from notifier.cli.common import ConfigOption, JsonOption, look, read_config
from notifier.cli.parse import (
    alert_id,
    extension_of,
    is_extension_with_account,
    is_number,
    last_digits,
    span_around,
)
from notifier.cli.show import harmless, print_json
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

MOST = 20
"""Calls that are explained at once."""


def explain(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="A call's id (either one), an alert like A12, with --at an extension like 209 or "
            "main/209, or the last 3 to 6 digits of a customer's number. Not more digits: every user of "
            "this machine can see what stands on a command line.",
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
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Tell what became of a call or an alert, and why."""
    loaded = read_config(config)

    def told(connection: Connection) -> list[str] | dict[str, object]:
        found = _found(connection, loaded, what, at)
        story = Story(connection, loaded)
        return story_json(story, found) if json else _lines(story, found)

    result = look(loaded, told)
    if isinstance(result, dict):
        print_json(result)
        return
    for line in result:
        print(line)


def _found(connection: Connection, config: Config, what: str, at: str) -> Alert | list[StoredCall]:
    number = None if at else alert_id(what)
    if number is not None:
        alert = alert_with(connection, number)
        if alert is None:
            raise NotifierError(f"there is no alert A{number}; `notifier alerts --all` lists them")
        return alert
    found = _calls(connection, config, what, at)
    if not found:
        where = "`notifier calls` lists them, `notifier status` says when TeleCMI was read"
        if is_number(what) and not at:
            where += "; with an extension, say when: --at 11:02"
        raise NotifierError(f"no stored call fits {harmless(what)}{f' at {at}' if at else ''}; {where}")
    return found


def _lines(story: Story, found: Alert | list[StoredCall]) -> list[str]:
    if isinstance(found, Alert):
        return list(story.of_alert(found))
    lines = [line for stored in found for line in story.of_call(stored)]
    if len(found) == MOST:
        lines.append(f"There may be more: only the newest {MOST} calls are explained.")
    return lines


def _calls(connection: Connection, config: Config, what: str, at: str) -> list[StoredCall]:
    if at:
        account, extension = extension_of(what, "WHAT")
        since, until = span_around(at, config.timezone, SystemClock().now(), NEAR)
        near = Wanted(account=account, extension=extension, since=since, until=until)
        return find_calls(connection, near, MOST)
    found = find_calls(connection, Wanted(ident=what), MOST)
    if found:
        return found
    if is_extension_with_account(what):
        raise typer.BadParameter("with an extension, say when: --at 11:02", param_hint="WHAT")
    if is_number(what):
        return find_calls(connection, Wanted(customer_ends=last_digits(what, "WHAT")), MOST)
    # Tables on a terminal cut ids; what they show of one is enough.
    begins = what.removesuffix("…")
    return find_calls(connection, Wanted(ident_begins=begins), MOST) if len(begins) >= SHORTEST_ID else []
