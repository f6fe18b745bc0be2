"""Commands as ops run them, in this process, and the configuration of a world to run them on."""

import contextlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from notifier.cli.main import app
from tests.support.world import World

_CLEAN = dict.fromkeys(("NOTIFIER_CONFIG", "STATE_DIRECTORY", "CREDENTIALS_DIRECTORY"))


def notifier(*arguments: object, env: Mapping[str, str] | None = None) -> Result:
    """Run a command off a terminal; what it printed, and its exit code.

    Args:
        arguments: after the program's name.
        env: added to the environment, from which ours was taken out.
    """
    runner = CliRunner(env={**_CLEAN, "COLUMNS": "80", **(env or {})})
    result = runner.invoke(app, [str(argument) for argument in arguments], prog_name="notifier")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def complaint(result: Result) -> str:
    """What a command complained of, on one line and out of its box."""
    return unboxed(result.stderr)


def unboxed(text: str) -> str:
    """A text on one line and out of the box around it."""
    return " ".join(text.translate(str.maketrans("│╭╰─╮╯", "      ")).split())


def shown(*arguments: object, env: Mapping[str, str] | None = None) -> list[str]:
    """The lines that a command prints that must not fail, nor complain."""
    result = notifier(*arguments, env=env)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


def as_json(*arguments: object) -> Any:
    """What a command prints with `--json`, which must not fail."""
    return json.loads("\n".join(shown(*arguments, "--json")))


class Terminal(io.StringIO):
    """Standard output that ends at a person's terminal."""

    def isatty(self) -> bool:
        return True


def on_terminal(*arguments: object, width: int = 160) -> str:
    """What a command shows on a terminal of that width."""
    terminal = Terminal()
    runner = CliRunner(env={**_CLEAN, "COLUMNS": str(width), "TERM": "xterm-256color"})
    with runner.isolation(), contextlib.redirect_stdout(terminal):
        app([str(argument) for argument in arguments], prog_name="notifier", standalone_mode=False)
    return terminal.getvalue()


def configured(world: World, **sections: Any) -> Path:
    """Write a world's configuration beside its store, with placeholders for its secrets; returns the file."""
    merged = {**world.sections, "slack": {"bot_token": "${SLACK_BOT_TOKEN}"}, **sections}
    accounts = [{**account, "secret": "${TELECMI_SECRET}"} for account in merged["telecmi"]["accounts"]]
    merged["telecmi"] = {**merged["telecmi"], "accounts": accounts}
    path = world.path.with_name("config.yaml")
    # JSON is YAML.
    path.write_text("".join(f"{name}: {json.dumps(value)}\n" for name, value in merged.items()))
    return path
