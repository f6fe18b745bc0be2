"""All commands, and what becomes of an error: 0 done, 1 failed, 2 wrong usage or configuration."""

import atexit
import errno
import gc
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from notifier.cli.on_demand import OnDemand
from notifier.cli.show import complain
from notifier.errors import ConfigError, NotifierError

_UNWRITABLE = frozenset({errno.ENOSPC, errno.EIO, errno.EBADF, errno.EDQUOT, errno.EFBIG})


# In the order of `notifier --help`: where each stands in this package.
_COMMANDS: Mapping[str, str] = {
    "run": "daemon:run",
    "once": "daemon:once",
    "check": "check:check",
    "schema": "schema:schema",
    "send-test": "send_test:send_test",
    "status": "status:status",
    "calls": "calls:calls",
    "alerts": "alerts:alerts",
    "explain": "explain:explain",
    "backtest": "backtest:backtest",
    "ack": "act:ack",
    "resolve": "act:resolve",
    "snooze": "act:snooze",
    "reopen": "act:reopen",
    "digest": "digest:digest",
    "purge": "purge:purge",
    "backup": "backup:backup",
    "demo": "demo:demo",
    "sandbox": "sandbox:sandbox",
    "silence": "silence:app",
    "outbox": "outbox:app",
    "rejects": "rejects:app",
}
_LOOKS: Mapping[str, Any] = {"rich_markup_mode": "markdown", "pretty_exceptions_enable": False}


class Commands(TyperGroup):
    """Whatever a command raises on purpose is told in words, without a traceback."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = OnDemand(_COMMANDS, **_LOOKS)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as it is there
        """All of them, without loading any."""
        return list(self.commands)

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # while we can still say how it went
        except ConfigError as error:
            for problem in error.problems:
                complain(str(problem))
            for note in getattr(error, "__notes__", ()):
                complain(f"notifier: {note}")
            raise typer.Exit(2) from None
        except NotifierError as error:
            complain(f"notifier: {error}")
            raise typer.Exit(1) from None
        except BrokenPipeError:
            # Whoever read us has seen enough: `notifier calls | head`. What is left goes nowhere, since
            # Python would complain of the pipe once more at its end.
            _to_nowhere()
            raise typer.Exit(0) from None
        return result


app = typer.Typer(
    cls=Commands,
    **_LOOKS,
    no_args_is_help=True,
    add_completion=True,
    context_settings={"help_option_names": ["--help", "-h"]},
)


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
    if sys.stdout is None or sys.stderr is None:  # closed by whoever started us
        nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it stays open until the end
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    # Python looks through all its objects before it goes: half a second, of the few that SIGTERM leaves us.
    atexit.register(gc.freeze)
    try:
        app(arguments, prog_name="notifier")
    except SystemExit:
        _said()
        raise
    except OSError as error:
        if error.filename is not None or error.errno not in _UNWRITABLE:
            raise
        _give_up(error)


def _said() -> None:
    """Python itself would write what is left, and complain of it in its own words."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _to_nowhere()
    except OSError as error:
        _give_up(error)


def _give_up(error: OSError) -> NoReturn:
    _to_nowhere()
    complain(f"notifier: standard output can't be written ({error.strerror}); what was asked for may be done")
    raise SystemExit(1) from None


def _to_nowhere() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
