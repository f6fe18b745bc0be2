"""What a shell asks of the real entry point when somebody presses Tab."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"


def notifier(*arguments: str, **environ: str) -> str:
    ours = {name: value for name, value in os.environ.items() if name != "NOTIFIER_CONFIG"}
    command = [sys.executable, "-m", "notifier", *arguments]
    done = subprocess.run(command, capture_output=True, env={**ours, **environ}, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def completed(line: str, **environ: str) -> list[str]:
    """What bash is offered for the last word of a line."""
    words = line.split(" ")
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1), "_NOTIFIER_COMPLETE": "complete_bash"}
    return notifier(**asked, **environ).split()


def test_commands_are_completed() -> None:
    assert completed("notifier s") == [
        "schema",
        "send-test",
        "status",
        "snooze",
        "sandbox",
        "silence",
    ]
    assert completed("notifier outbox ") == ["retry", "drop"]


@pytest.mark.parametrize("way", ["option", "environment", "nowhere"])
def test_receivers_are_completed_from_the_configuration_that_is_named(way: str, tmp_path: Path) -> None:
    config = {"option": f"--config {EXAMPLE} "}.get(way, "")
    environ = {"NOTIFIER_CONFIG": str(EXAMPLE if way == "environment" else tmp_path / "none.yaml")}
    expected = [] if way == "nowhere" else ["sales-room", "support-room"]
    assert completed(f"notifier send-test {config}s", **environ) == expected


def test_states_are_completed() -> None:
    assert completed("notifier outbox --state d") == ["dropped", "dead", "dry_run"]


def test_the_script_for_the_shell_is_shown_and_installed(tmp_path: Path) -> None:
    script = notifier("--show-completion", "bash")
    assert "_NOTIFIER_COMPLETE=complete_bash" in script
    assert "complete -o" in script
    assert "completion installed" in notifier("--install-completion", "bash", HOME=str(tmp_path))
    assert (tmp_path / ".bash_completions" / "notifier.sh").read_text().strip() == script.strip()
