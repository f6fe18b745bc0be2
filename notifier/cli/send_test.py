"""`send-test`: does a receiver work?"""

import os
import sys
from typing import Annotated

import typer

from notifier.channels.render.sample import Look
from notifier.cli.common import ConfigOption, JsonOption, config_file, read_config
from notifier.cli.daemon import guarded
from notifier.cli.parse import extension_of
from notifier.cli.show import print_json
from notifier.clock import SystemClock
from notifier.config import Config, load
from notifier.config.meant import meant_or_listed
from notifier.errors import NotifierError
from notifier.host import logs


def receivers(context: typer.Context, incomplete: str) -> list[str]:
    """For the shell: names that may be meant, from the configuration that the command line names so far."""
    try:
        known = read_config(context.params.get("config")).receivers
    except NotifierError:
        return []
    return [name for name in known if name.startswith(incomplete)]


def send_test(
    receiver: Annotated[
        str,
        typer.Argument(metavar="RECEIVER", help="Its name in the configuration.", autocompletion=receivers),
    ],
    extension: Annotated[
        str,
        typer.Option(
            metavar="EXT",
            help="Whose call to invent, for receivers that tell the agent: 209, or main/209. "
            "Without it, the first agent in the configuration.",
        ),
    ] = "",
    look: Annotated[
        Look,
        typer.Option(
            help="What it shows: somebody to call back, a count with its table, or the first once reached.",
        ),
    ] = Look.CUSTOMER,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Send a message with sample data, marked as a test, to everybody that a receiver comes to."""
    from notifier.app import secrets_of
    from notifier.cli.samples import Sent, send_samples

    given = extension_of(extension, "--extension") if extension else None
    loaded = load(config_file(config), os.environ)
    if receiver not in loaded.receivers:
        hint = meant_or_listed(receiver, loaded.receivers)
        what = f"the configuration has no such receiver; {hint}" if hint else "the configuration has none"
        raise typer.BadParameter(what, param_hint="RECEIVER")
    clock = SystemClock()
    logs.protect(secrets_of(loaded))
    logs.configure("warning", "console", sys.stderr, is_terminal=sys.stderr.isatty(), clock=clock)

    async def send() -> list[Sent]:
        sent = []
        async for one in send_samples(loaded, receiver, _agent(loaded, given), clock, look):
            sent.append(one)
            if not json:
                one.say()
        return sent

    sent = guarded(send())
    if json:
        print_json([one.as_json() for one in sent])
    if any(one.trouble for one in sent):
        raise typer.Exit(1)


def _agent(config: Config, given: tuple[str | None, str] | None) -> str:
    # Any will do to look at a message; the first that the configuration knows does best.
    account, extension = given or extension_of(next(iter(config.agents), "209"), "agents")
    return f"{account or config.telecmi.accounts[0].name}/{extension}"
