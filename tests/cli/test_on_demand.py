"""Commands that are known by name and loaded when used; tests/test_what_is_loaded.py has what that spares."""

import pytest

from notifier.cli.main import _COMMANDS
from notifier.cli.on_demand import OnDemand
from tests.support.commands import complaint, notifier

LOOKS = {"rich_markup_mode": "markdown"}


def test_names_are_known_without_loading_anything() -> None:
    commands = OnDemand({"gone": "no_such_file:gone", "run": "daemon:run"}, **LOOKS)
    assert list(commands) == ["gone", "run"]
    assert len(commands) == 2
    assert "gone" in commands
    assert "other" not in commands
    assert commands["run"].name == "run"


def test_a_command_that_is_asked_for_is_loaded_once() -> None:
    commands = OnDemand({"send-test": "send_test:send_test"}, **LOOKS)
    assert commands["send-test"] is commands["send-test"]


def test_an_unknown_name_is_none() -> None:
    assert OnDemand({}, **LOOKS).get("nonsense") is None


def test_commands_of_commands_keep_their_own() -> None:
    silence = OnDemand({"silence": "silence:app"}, **LOOKS)["silence"]
    assert (silence.name, list(silence.commands)) == ("silence", ["add", "list", "end"])


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_stands_where_the_table_says(name: str) -> None:
    result = notifier(name, "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"Usage: notifier {name} " in result.stdout


def test_a_slip_is_told_what_may_be_meant_though_nothing_was_loaded() -> None:
    assert "Did you mean 'status'" in complaint(notifier("statsu"))
