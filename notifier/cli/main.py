"""All commands, and what becomes of an error: 0 done, 1 failed, 2 wrong usage or configuration."""

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from notifier.cli import (
    alerts,
    backup,
    calls,
    check,
    daemon,
    demo,
    explain,
    outbox,
    purge,
    rejects,
    sandbox,
    schema,
    send_test,
    status,
)
from notifier.cli.show import complain
from notifier.errors import ConfigError, NotifierError


class Commands(TyperGroup):
    """Whatever a command raises on purpose is told in words, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except ConfigError as error:
            for problem in error.problems:
                complain(str(problem))
            raise typer.Exit(2) from None
        except NotifierError as error:
            complain(f"notifier: {error}")
            raise typer.Exit(1) from None
        except BrokenPipeError:
            # Whoever read us has seen enough: `notifier calls | head`. What is left goes nowhere, since
            # Python would complain of the pipe once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        return result


app = typer.Typer(
    cls=Commands,
    rich_markup_mode="markdown",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"help_option_names": ["--help", "-h"]},
)
# In the order of `notifier --help`; those that have commands of their own come last there.
app.command()(daemon.run)
app.command()(daemon.once)
app.command()(check.check)
app.command()(schema.schema)
app.command("send-test")(send_test.send_test)
app.command()(status.status)
app.command()(calls.calls)
app.command()(alerts.alerts)
app.command()(explain.explain)
app.add_typer(outbox.app, name="outbox")
app.add_typer(rejects.app, name="rejects")
app.command()(purge.purge)
app.command()(backup.backup)
app.command()(demo.demo)
app.command()(sandbox.sandbox)


def _tell_version(asked: bool) -> None:
    if asked:
        print(f"notifier {version('notifier')}")
        raise typer.Exit


@app.callback()
def notifier(
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Tells agents about outgoing missed calls in TeleCMI, in Slack or by e-mail, once.

    Every command takes --config after its name. It ends with 0 where all was done, with 1 where something
    failed, and with 2 where the command line or the configuration is wrong.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command, and exit.

    Args:
        arguments: after the program's name; the process's own where none are given.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal without the letters of a name still shows the rest.
            stream.reconfigure(errors="replace")
    # Python looks through all its objects before it goes: half a second, of the few that SIGTERM leaves us.
    atexit.register(gc.freeze)
    app(arguments, prog_name="notifier")
