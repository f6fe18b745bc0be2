"""`${…}` is replaced once, from where it says, and what it holds shows nowhere."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from notifier.config.placeholders import Sources, resolved
from notifier.config.places import KeyPath
from notifier.config.values import Resolved
from tests.support.config_files import config_text, load_text, problems_in

ACCOUNT = "{accounts: [{name: main, region: india, app_id: 1, secret: '%s'}]}"
SECRET = "telecmi.accounts.0.secret"


def resolve_one(
    text: str, folder: Path, environ: Mapping[str, str] | None = None, *, everything: bool = True
) -> tuple[object, list[str], frozenset[KeyPath]]:
    data, findings, left = resolved({"key": text}, Sources(environ or {}, folder, everything=everything))
    return data["key"], [finding.what for finding in findings], left


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${A}", "alpha"),
        ("x${A}y${B}z", "xalphay${A}z"),
        ("$${A}", "${A}"),
        ("$$${A}", "$${A}"),
        ("$A and $ and {A}", "$A and $ and {A}"),
        ("}${A}{", "}alpha{"),
        ("${_B1}", "beta"),
    ],
)
def test_a_placeholder_is_replaced_once(text: str, value: object, tmp_path: Path) -> None:
    environ = {"A": "alpha", "B": "${A}", "_B1": "beta"}
    assert resolve_one(text, tmp_path, environ) == (value, [], frozenset())


@pytest.mark.parametrize(
    "text", ["${}", "${a-b}", "${1A}", "${file:}", "${credential:../x}", "${other:x}", "${ A}"]
)
def test_a_placeholder_of_no_form_is_named_without_what_it_says(text: str, tmp_path: Path) -> None:
    for everything in (True, False):
        value, findings, left = resolve_one(text, tmp_path, {"A": "x"}, everything=everything)
        assert (value, findings, left) == (text, ["not a placeholder"], frozenset({("key",)}))


@pytest.mark.parametrize("text", ["${A", "a ${", "${A${B}"])
def test_a_placeholder_that_does_not_end_is_named(text: str, tmp_path: Path) -> None:
    assert resolve_one(text, tmp_path, {"A": "x", "B": "y"})[1] == ["a `${` without its `}`"]


def test_a_variable_that_is_not_set_or_empty_or_no_text_is_named(tmp_path: Path) -> None:
    def what(environ: dict[str, str]) -> list[str]:
        return resolve_one("${NAME}", tmp_path, environ)[1]

    assert what({}) == ["the environment variable NAME is not set"]
    assert what({"NAME": ""}) == ["the environment variable NAME is empty"]
    assert what({"NAME": "\udcff"}) == ["the environment variable NAME is not UTF-8"]


def test_keys_numbers_and_other_values_stay_as_they_are(tmp_path: Path) -> None:
    data: dict[str, object] = {"${A}": [1, True, None, {"x": "${A}"}]}
    result, findings, left = resolved(data, Sources({"A": "a"}, tmp_path, everything=True))
    assert (result, findings, left) == ({"${A}": [1, True, None, {"x": "a"}]}, [], frozenset())


def test_a_file_is_read_beside_the_configuration_without_its_last_line_break(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xef\xbb\xbfhunter 2\r\n\n")
    assert resolve_one("<${file:secret}>", tmp_path)[0] == "<hunter 2>"
    assert resolve_one(f"${{file:{tmp_path}/secret}}", Path("/nowhere"))[0] == "hunter 2"


def test_a_file_that_gives_no_secret_is_named_without_its_content(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "large").write_text("hunter2" * 10_000)
    (tmp_path / "binary").write_bytes(b"hunter2\xff")
    os.mkfifo(tmp_path / "pipe")
    for name, what in {
        "none": "can't be read: no such file or directory",
        "empty": "is empty",
        "large": "is larger than 64 KB",
        "binary": "is not UTF-8",
        "pipe": "is no plain file",
        ".": "is no plain file",
        "x" * 300: "can't be read: file name too long",
    }.items():
        assert resolve_one(f"${{file:{name}}}", tmp_path)[1] == [f"{tmp_path / name} {what}"]


def test_a_credential_comes_from_the_folder_that_systemd_names(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-1\n")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    value, findings, _ = resolve_one("${credential:token}", tmp_path, environ)
    assert (value, findings) == ("xoxb-1", [])
    assert resolve_one("${credential:none}", tmp_path, environ)[1] == [
        f"{tmp_path / 'none'} can't be read: no such file or directory"
    ]
    assert resolve_one("${credential:token}", tmp_path)[1] == [
        "no credential token: $CREDENTIALS_DIRECTORY is not set"
    ]


def test_only_what_came_from_a_file_can_be_read_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("one")
    environ = {"NAME": "n", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    mixed = resolve_one("${NAME}-${file:file}-${credential:file}", tmp_path, environ)[0]
    assert isinstance(mixed, Resolved)
    environ["NAME"] = "changed"
    (tmp_path / "file").write_text("two")
    assert mixed.reread() == "n-two-one"
    (tmp_path / "file").unlink()
    assert mixed.reread() == ""
    for text in ("${NAME}", "${credential:none}"):
        assert not hasattr(resolve_one(text, tmp_path, environ)[0], "reread")


def test_what_is_not_wanted_is_left_as_it_stands_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("one")
    environ = {"SET": "s", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    for text in ("${file:file}", "${credential:file}", "${UNSET}", "${SET}-${UNSET}"):
        assert resolve_one(text, tmp_path, environ, everything=False) == (text, [], frozenset({("key",)}))
    assert resolve_one("${SET}", tmp_path, environ, everything=False) == ("s", [], frozenset())


def test_a_secret_of_a_loaded_configuration_follows_its_file(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("one\n")
    config = load_text(tmp_path, config_text(telecmi=ACCOUNT % "${file:s}"))
    secret = config.telecmi.accounts[0].secret
    assert (secret.get(), secret.reread()) == ("one", False)
    (tmp_path / "s").write_text("two\n")
    assert (secret.reread(), secret.get(), secret.reread()) == (True, "two", False)
    for unfit in ("", "th\nree"):
        (tmp_path / "s").write_text(unfit)
        assert (secret.reread(), secret.get()) == (False, "two")


def test_a_secret_from_the_environment_never_changes(tmp_path: Path) -> None:
    environ = {"S": "one"}
    config = load_text(tmp_path, config_text(telecmi=ACCOUNT % "${S}"), environ)
    environ["S"] = "two"
    secret = config.telecmi.accounts[0].secret
    assert (secret.reread(), secret.get()) == (False, "one")


def test_an_unset_variable_is_the_only_problem_of_its_value(tmp_path: Path) -> None:

    def hint(name: str) -> str:
        return f"set it (for the service: a line {name}=value in /etc/notifier/secrets.env, then restart)"

    account = "{accounts: [{name: main, region: '${R}', app_id: '${I}', secret: s, base_url: '${U}'}]}"
    assert problems_in(tmp_path, config_text(telecmi=account)) == [
        f"config.yaml:1:43: telecmi.accounts.0.region: the environment variable R is not set; {hint('R')}",
        f"config.yaml:1:59: telecmi.accounts.0.app_id: the environment variable I is not set; {hint('I')}",
        f"config.yaml:1:88: telecmi.accounts.0.base_url: the environment variable U is not set; {hint('U')}",
    ]


def test_numbers_switches_and_durations_may_come_from_the_environment(tmp_path: Path) -> None:
    environ = {"I": "12", "D": "true", "W": "5m"}
    text = config_text(
        telecmi="{accounts: [{name: main, region: india, app_id: '${I}', secret: s}]}",
        dry_run="${D}",
        rules="[{name: x, notify: room, wait: '${W}'}]",
    )
    config = load_text(tmp_path, text, environ)
    assert (config.telecmi.accounts[0].app_id, config.dry_run, config.rules[0].wait) == (12, True, 300_000)


@pytest.mark.parametrize(
    ("key", "sections"),
    [
        (SECRET, {"telecmi": ACCOUNT % "$MY_SECRET"}),
        ("slack.bot_token", {"slack": "{bot_token: $MY_SECRET}"}),
        (
            "email.password",
            {"email": "{host: h, sender: a@example.com, username: u, password: $MY_SECRET}"},
        ),
        ("receivers.room.slack.webhook_url", {"receivers": "{room: {slack: {webhook_url: $MY_SECRET}}}"}),
        (
            "receivers.room.webhook.secret",
            {"receivers": "{room: {webhook: {url: 'https://a.test', secret: $MY_SECRET}}}"},
        ),
        ("ops.heartbeat_url", {"ops": "{heartbeat_url: $MY_SECRET}"}),
    ],
)
def test_a_variable_whose_braces_were_forgotten_is_no_secret(
    key: str, sections: dict[str, str], tmp_path: Path
) -> None:
    (problem,) = problems_in(tmp_path, config_text(**sections), {"MY_SECRET": "s3cret"})
    assert f": {key}: looks like a variable; write ${{NAME}}, with braces" in problem
    assert "MY_SECRET" not in problem, "it may be a secret all the same"


def test_a_secret_that_really_is_like_a_variable_comes_from_elsewhere(tmp_path: Path) -> None:
    config = load_text(tmp_path, config_text(telecmi=ACCOUNT % "${S}"), {"S": "$MY_SECRET"})
    assert config.telecmi.accounts[0].secret.get() == "$MY_SECRET"
    assert problems_in(tmp_path, config_text(telecmi=ACCOUNT % "pa$WORD")) == []
    assert problems_in(tmp_path, config_text(telecmi=ACCOUNT % "$pa55word")) == []
