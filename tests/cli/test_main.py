import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from notifier.cli.common import meanwhile
from notifier.cli.main import main
from notifier.config.store import SYSTEM_FILE
from notifier.errors import StoreUnavailable
from notifier.store.database import Database
from tests.cli.conftest import Scene
from tests.support.commands import configured, notifier
from tests.support.config_files import config_text

READING = (("calls",), ("alerts",), ("outbox",), ("status",), ("explain", "A1"))
WRITING = (("purge", "--older-than", "30d"), ("outbox", "retry", "--all"), ("outbox", "drop", "--all"))
STORE = (*READING, *WRITING)
COMMANDS = (*STORE, ("run",), ("once",), ("check",), ("send-test", "room"))
ALL = (*dict.fromkeys(command[0] for command in COMMANDS), "demo", "sandbox", "schema")


def test_the_version_is_told() -> None:
    result = notifier("--version")
    assert (result.exit_code, result.stdout) == (0, f"notifier {version('notifier')}\n")


def test_without_a_command_the_help_is_shown() -> None:
    result = notifier()
    assert result.exit_code == 2
    for command in ALL:
        assert f"\n│ {command} " in result.stdout


@pytest.mark.parametrize("command", ALL)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_has_a_help_that_fits_a_narrow_terminal(command: str, flag: str) -> None:
    result = notifier(command, flag)
    assert result.exit_code == 0
    assert f"Usage: notifier {command}" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize("arguments", [("nonsense",), ("calls", "--nonsense"), ("explain",), ("--nonsense",)])
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    result = notifier(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage: notifier" in result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_configuration_every_command_says_where_it_looked(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    result = notifier(*command, env={"NOTIFIER_CONFIG": str(tmp_path / "none.yaml")})
    assert (result.exit_code, result.stdout) == (2, "")
    assert str(tmp_path / "none.yaml") in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command",
    [["status"], ["status", "--json"], ["ack", "A1"], ["alerts"], ["silence", "list"], ["outbox"]],
    ids=" ".join,
)
def test_where_the_file_is_broken_what_works_meanwhile_is_said_after_the_mistakes(
    tmp_path: Path, command: list[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(config_text(country="in"))
    result = notifier(*command, "--config", path)
    problem, note = result.stderr.splitlines()
    assert (result.exit_code, result.stdout) == (2, "")
    assert problem.startswith(f"{path}:4:10: country: not a country; write its two letters")
    assert note == (
        "notifier: a daemon that runs already goes on with the configuration that it read last; until this"
        " one is mended, a copy of that in the same folder serves here: --config FILE"
    )


def test_where_there_is_no_file_there_is_no_other_to_name(tmp_path: Path) -> None:
    result = notifier("status", "--config", tmp_path / "none.yaml")
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_of_the_services_own_file_it_says_where_its_store_is() -> None:
    said = "with `store: {url: sqlite:////var/lib/notifier/notifier.db}`, serves here"
    assert said in meanwhile(SYSTEM_FILE)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_broken_configuration_is_told_whole_with_places_and_ends_with_2(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(config_text() + "timezone: Asia/Kolkatta\nrulez: []\ndelivery: {give_up_after: soon}\n")
    result = notifier(*command, "--config", path)
    assert (result.exit_code, result.stdout) == (2, "")
    lines = [line for line in result.stderr.splitlines() if not line.startswith("notifier: ")]
    places = [line.split(": ")[:2] for line in lines]
    assert places == [
        [f"{path}:4:11", "timezone"],
        [f"{path}:5:1", "rulez"],
        [f"{path}:6:27", "delivery.give_up_after"],
    ]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("command", STORE)
def test_commands_that_only_need_the_store_need_no_secret_and_make_no_store(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    account = '{name: main, region: india, app_id: "${UNSET_ID}", secret: "${file:nowhere}"}'
    path.write_text(config_text(telecmi=f"{{accounts: [{account}]}}"))
    result = notifier(*command, env={"NOTIFIER_CONFIG": str(path)})
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"notifier: there is no store at {tmp_path}/notifier.db yet; `notifier run` makes it\n"
    )
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("command", STORE)
def test_a_store_that_is_none_is_refused(command: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(config_text())
    (tmp_path / "notifier.db").write_text(
        "something else, and long enough to be told from an empty file\n" * 9
    )
    result = notifier(*command, "-c", path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is not a notifier store" in result.stderr


def test_a_read_changes_nothing_in_the_store(full: Scene) -> None:
    before = full.world.path.stat().st_mtime_ns
    for command in READING:
        assert notifier(*command, "-c", full.config).exit_code == 0
    assert full.world.path.stat().st_mtime_ns == before


def test_main_takes_arguments_and_exits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(config_text())
    with pytest.raises(SystemExit) as ended:
        main(["check", "-c", str(path)])
    assert ended.value.code == 0
    assert "good" in capsys.readouterr().out


def test_a_reader_that_has_seen_enough_is_no_error(full: Scene) -> None:
    """As in `notifier calls | head -1`, with more calls than fit into the pipe."""
    reading, writing = os.pipe()
    os.close(reading)
    environ = {key: value for key, value in os.environ.items() if not key.startswith("NOTIFIER")}
    done = subprocess.run(
        [sys.executable, "-m", "notifier", "calls", "-c", str(full.config)],
        stdout=writing,
        stderr=subprocess.PIPE,
        env=environ,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_locale_without_the_letters_of_a_name_still_shows_the_rest(full: Scene) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "notifier", "explain", "A1", "-c", str(full.config)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"customer +919812345678" in done.stdout


async def test_a_store_that_was_made_but_not_filled_is_told_apart(full: Scene) -> None:
    config = configured(full.world, store={"url": "sqlite:///new.db"})
    full.world.path.with_name("new.db").touch()
    result = notifier("status", "-c", config)
    assert result.exit_code == 1
    assert "is still empty; `notifier run` fills it" in result.stderr
    assert not isinstance(result.exception, StoreUnavailable)
    Database.open(full.world.path.with_name("new.db")).close()
    assert notifier("status", "-c", config).exit_code == 0


@pytest.mark.parametrize("command", [("calls",), ("status", "--json"), ("outbox",), ("schema",), ("--help",)])
def test_output_that_can_not_be_written_is_one_line_and_1(full: Scene, command: tuple[str, ...]) -> None:
    where = [] if command[0] in ("schema", "--help") else ["--config", str(full.config)]
    with Path("/dev/full").open("w") as nowhere:
        done = subprocess.run(
            [sys.executable, "-m", "notifier", *command, *where],
            stdout=nowhere,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("notifier: standard output can't be written (No space left on device)")


def test_without_any_output_a_command_does_what_it_does(full: Scene) -> None:
    script = f"exec {sys.executable} -m notifier status --config {full.config} >&- 2>&-"
    assert subprocess.run(["/bin/sh", "-c", script], check=False).returncode == 0
