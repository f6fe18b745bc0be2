from pathlib import Path

from tests.support.commands import notifier
from tests.support.config_files import config_text


def written(folder: Path, **sections: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(config_text(**sections))
    return path


def test_a_good_configuration_is_counted(tmp_path: Path) -> None:
    path = written(tmp_path, ops="{notify: room}")
    result = notifier("check", "-c", path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"{path}: good: 1 account, 1 rule, 1 receiver; the store is {tmp_path}/notifier.db\n"
    )
    assert list(tmp_path.iterdir()) == [path]


def test_warnings_are_no_failure(tmp_path: Path) -> None:
    path = written(tmp_path, rules="[{name: a, notify: room}, {name: b, notify: room}]")
    result = notifier("check", "-c", path)
    assert result.exit_code == 0
    assert result.stderr.startswith(f"{path}: warning: ops.notify: nobody is named")
    assert "2 rules" in result.stdout


def test_a_dry_run_is_pointed_out(tmp_path: Path) -> None:
    result = notifier("check", "-c", written(tmp_path, ops="{notify: room}", dry_run="true"))
    assert result.stdout.endswith(": dry_run is on: nothing is sent\n")


def test_a_secret_that_is_missing_is_a_problem(tmp_path: Path) -> None:
    telecmi = '{accounts: [{name: main, region: india, app_id: 1, secret: "${NO_SUCH_SECRET}"}]}'
    path = written(tmp_path, telecmi=telecmi)
    result = notifier("check", "-c", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{path}:1:" in result.stderr
    assert "the environment variable NO_SUCH_SECRET is not set" in result.stderr
    assert notifier("check", "-c", path, env={"NO_SUCH_SECRET": "here"}).exit_code == 0
