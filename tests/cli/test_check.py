import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

from notifier.cli.common import ConfigOption
from tests.support.commands import notifier
from tests.support.config_files import config_text

OPS = '{notify: room, heartbeat_url: "https://watch.example.com/x"}'


def written(folder: Path, **sections: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(config_text(**sections))
    return path


def test_a_good_configuration_is_counted(tmp_path: Path) -> None:
    path = written(tmp_path, ops=OPS)
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


def test_a_warning_says_where_to_look(tmp_path: Path) -> None:
    path = written(tmp_path, rules="[{name: a, notify: room, repeat_every: 4h}]", ops=OPS)
    result = notifier("check", "-c", path)
    assert (result.exit_code, result.stderr[: len(f"{path}:3:33: warning: ")]) == (
        0,
        f"{path}:3:33: warning: ",
    )
    assert "add `follow_up: true` under `telecmi:`" in result.stderr


def test_what_can_be_read_only_once_is_checked_without_a_place(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        pool.submit(pipe.write_text, config_text())
        result = notifier("check", "-c", pipe)
    assert result.exit_code == 0
    assert result.stderr.startswith(f"{pipe}: warning: ops.notify: nobody is named")


def test_a_store_whose_folder_is_not_there_is_pointed_out(tmp_path: Path) -> None:
    path = written(tmp_path, ops=OPS, store="{url: sqlite:///none/deep/notifier.db}")
    result = notifier("check", "-c", path)
    said = (
        f"store.url: there is no folder {tmp_path}/none/deep, so no store can be made there; create it,"
        " owned by the user of the service"
    )
    assert (result.exit_code, result.stderr) == (0, f"{path}:5:9: warning: {said}\n")
    assert as_json("-c", path, code=0)["warnings"] == [said]
    (tmp_path / "none/deep").mkdir(parents=True)
    assert notifier("check", "-c", path).stderr == ""


def test_a_store_that_is_a_folder_is_pointed_out(tmp_path: Path) -> None:
    path = written(tmp_path, ops=OPS, store=f"{{url: 'sqlite:///{tmp_path}'}}")
    said = f"store.url: {tmp_path} is a folder; name a file in it"
    assert notifier("check", "-c", path).stderr == f"{path}:5:9: warning: {said}\n"


def test_what_this_user_can_not_see_of_the_store_is_not_judged(tmp_path: Path) -> None:
    for url in ("sqlite:////var/lib/notifier/notifier.db", f"sqlite:///{'x' * 300}/notifier.db"):
        assert notifier("check", "-c", written(tmp_path, ops=OPS, store=f"{{url: '{url}'}}")).stderr == ""


def test_a_start_that_is_still_to_come_is_pointed_out(tmp_path: Path) -> None:
    telecmi = (
        "{poll: {start_from: '9999-01-01T00:00:00Z'},"
        " accounts: [{name: main, region: india, app_id: 1, secret: s}]}"
    )
    result = notifier("check", "-c", written(tmp_path, ops=OPS, telecmi=telecmi))
    assert result.exit_code == 0
    assert "warning: telecmi.poll.start_from: it lies in the future" in result.stderr


def test_a_configuration_that_this_user_may_not_read_says_who_may() -> None:
    """As root we may read everything: the words come from where it is read, and nothing asks before."""
    parameter = get_args(ConfigOption)[1]
    assert parameter.readable is False


def test_a_dry_run_is_pointed_out(tmp_path: Path) -> None:
    result = notifier("check", "-c", written(tmp_path, ops=OPS, dry_run="true"))
    assert result.stdout.endswith(": dry_run is on: nothing is sent\n")


def test_a_secret_that_is_missing_is_a_problem(tmp_path: Path) -> None:
    telecmi = '{accounts: [{name: main, region: india, app_id: 1, secret: "${NO_SUCH_SECRET}"}]}'
    path = written(tmp_path, telecmi=telecmi)
    result = notifier("check", "-c", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{path}:1:" in result.stderr
    assert "the environment variable NO_SUCH_SECRET is not set" in result.stderr
    assert notifier("check", "-c", path, env={"NO_SUCH_SECRET": "here"}).exit_code == 0


def test_without_secrets_all_else_is_checked_where_only_the_daemon_has_them(tmp_path: Path) -> None:
    telecmi = (
        '{accounts: [{name: main, region: india, app_id: 1, secret: "${credential:x}"},'
        ' {name: other, region: india, app_id: "${NO_SUCH_ID}", secret: "${file:none}"}]}'
    )
    path = written(tmp_path, ops=OPS, telecmi=telecmi)
    assert notifier("check", "-c", path).exit_code == 2
    result = notifier("check", "--no-secrets", "-c", path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "2 accounts" in result.stdout
    path = written(tmp_path, ops=OPS, telecmi=telecmi, rulez="[]")
    result = notifier("check", "--no-secrets", "-c", path)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1, "the secrets are no problem"
    assert "rulez" in result.stderr


def test_trying_what_it_names_needs_the_secrets(tmp_path: Path) -> None:
    result = notifier("check", "--live", "--no-secrets", "-c", written(tmp_path))
    assert result.exit_code == 2
    assert "--live needs the secrets" in result.stderr


def as_json(*arguments: object, code: int) -> Any:
    result = notifier("check", "--json", *arguments)
    assert (result.exit_code, result.stderr) == (code, "")
    return json.loads(result.stdout)


def test_json_counts_and_warns(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert as_json("-c", path, code=0) == {
        "good": True,
        "problems": [],
        "warnings": [
            "ops.notify: nobody is named, so only the log says what could not be delivered; name a receiver"
        ],
        "file": str(path),
        "accounts": 1,
        "rules": 1,
        "receivers": 1,
        "store": f"{tmp_path}/notifier.db",
        "dry_run": False,
        "live": [],
    }


def test_json_takes_every_problem_apart(tmp_path: Path) -> None:
    path = written(tmp_path, timezone="Asia/Kolkatta", rulez="[]")
    page = as_json("-c", path, code=2)
    assert page["good"] is False
    assert page["problems"][0] == {
        "file": str(path),
        "line": 4,
        "column": 11,
        "key": "timezone",
        "what": "unknown time zone",
        "hint": "write a name of the IANA list, like Asia/Kolkata",
    }
    assert (page["problems"][1]["line"], page["problems"][1]["column"]) == (5, 1)


def test_json_of_a_file_that_is_not_there_has_no_line(tmp_path: Path) -> None:
    (problem,) = as_json("-c", tmp_path / "none.yaml", code=2)["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == (f"{tmp_path}/none.yaml", None, None)
