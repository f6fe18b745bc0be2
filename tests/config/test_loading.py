"""A file becomes a configuration, or all that is wrong with it at once."""

import os
from pathlib import Path

import pytest

from notifier.config import Config, load, store_path
from notifier.errors import ConfigError
from tests.support.config_files import SOUND, config_text, load_text, problems_in

ACCOUNT = "{accounts: [{name: main, region: india, app_id: '${APP}', secret: '${file:none}'}]}"


def test_a_bad_configuration_names_every_mistake_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Promise: every error names file, line, column, key, and the likely fix, all at once."""
    text = """\
timezone: Mars/Olympus
timezone: UTC
digests: [{name: evening}]
telecmi:
  accounts:
    - {name: main, regon: india, app_id: 0111, secret: "${NOPE}"}
    - {name: dubai, region: global, app_id: 5, secret: s, base_url: http://example.com}
receivers:
  room: {slack: {to: "#sales"}}
rules:
  - {name: a, per: costumer, notify: roon}
  - name: b
    notify: [roon, room]
    match: {account: [main, duba]}
agents:
  "x": {}
"""
    assert problems_in(tmp_path, text) == [
        "config.yaml:1:11: timezone: unknown time zone; write a name of the IANA list, like Asia/Kolkata",
        "config.yaml:2:1: timezone: given twice, first in line 1; keep one of the two",
        "config.yaml:3:11: digests.0.at: is missing; add it",
        "config.yaml:3:11: digests.0.notify: is missing; add it",
        "config.yaml:6:7: telecmi.accounts.0.region: is missing; add it",
        "config.yaml:6:20: telecmi.accounts.0.regon: unknown key; did you mean `region`?",
        (
            "config.yaml:6:42: telecmi.accounts.0.app_id: not a whole number;"
            " write plain digits without a leading zero"
        ),
        (
            "config.yaml:6:56: telecmi.accounts.0.secret: the environment variable NOPE is not set;"
            " set it (for the service: a line NOPE=value in /etc/notifier/secrets.env, then restart)"
        ),
        (
            "config.yaml:7:69: telecmi.accounts.1.base_url: plain http:// beyond this machine;"
            " write https://, or `allow_insecure: true` at the top level"
        ),
        (
            "config.yaml:9:22: receivers.room.slack.to: needs the Slack bot, and there is none;"
            " add `slack: {bot_token: ...}` at the top level, or use webhook_url"
        ),
        (
            "config.yaml:11:20: rules.0.per: it must be one of call, customer, extension, team, account;"
            " did you mean `customer`?"
        ),
        "config.yaml:11:38: rules.0.notify: no such receiver; did you mean `room`?",
        "config.yaml:13:14: rules.1.notify.0: no such receiver; did you mean `room`?",
        "config.yaml:14:29: rules.1.match.account.1: no such account; did you mean `dubai`?",
        (
            "config.yaml:16:3: agents.x: not an extension;"
            ' write its digits, "209", or with its account, "main/209"'
        ),
    ]


def test_what_refers_to_a_broken_part_is_no_mistake_of_its_own(tmp_path: Path) -> None:
    text = config_text(
        telecmi="{accounts: [{name: main}]}",
        receivers="{room: {sms: 1}}",
        agents="{209: {team: sales, emial: x}}",
        slack="{}",
        rules="[{name: x, notify: room, match: {account: main, team: sales, extension: main/209}}]",
    )
    assert [problem.split(": ")[1] for problem in problems_in(tmp_path, text)] == [
        "telecmi.accounts.0.region",
        "telecmi.accounts.0.app_id",
        "telecmi.accounts.0.secret",
        "receivers.room.sms",
        "agents.209.emial",
        "slack.bot_token",
    ]


def test_problems_without_end_are_cut_off(tmp_path: Path) -> None:
    text = config_text() + "".join(f"key{n}: 1\n" for n in range(2_000))
    problems = problems_in(tmp_path, text)
    assert len(problems) == 201
    assert problems[-1] == "config.yaml: and 800 more problems"


def test_a_sound_file_becomes_the_configuration_with_its_defaults(tmp_path: Path) -> None:
    config = load_text(tmp_path, config_text())
    assert isinstance(config, Config)
    assert config.telecmi.poll.overlap == 15 * 60_000
    assert config.rules[0].per == ("call",)
    assert config.web is None
    assert store_path(config) == tmp_path / "notifier.db"


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("sqlite:///calls.db", "{folder}/calls.db"),
        ("sqlite:///data/calls.db", "{folder}/data/calls.db"),
        ("sqlite:////srv/calls.db", "/srv/calls.db"),
        ("sqlite:///${NAME}.db", "{folder}/n.db"),
    ],
)
def test_a_store_that_is_named_lies_beside_the_configuration_unless_its_path_is_absolute(
    written: str, path: str, tmp_path: Path
) -> None:
    config = load_text(
        tmp_path, config_text(store=f"{{url: '{written}'}}"), {"NAME": "n", "STATE_DIRECTORY": "/x"}
    )
    assert str(store_path(config)) == path.format(folder=tmp_path)


def test_the_store_lies_in_the_first_folder_that_systemd_gives(tmp_path: Path) -> None:
    config = load_text(tmp_path, config_text(), {"STATE_DIRECTORY": "/var/lib/one:/var/lib/two"})
    assert config.store.url == "sqlite:////var/lib/one/notifier.db"


def test_a_relative_file_name_means_the_same_store_as_an_absolute_one(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(config_text())
    relative = Path(os.path.relpath(tmp_path / "config.yaml"))
    assert store_path(load(relative, {})).is_absolute()


def test_commands_that_only_read_need_no_secrets(tmp_path: Path) -> None:
    text = config_text(
        telecmi=ACCOUNT,
        slack="{bot_token: '${credential:bot}', base_url: '${SLACK_URL}'}",
        email="{host: '${HOST}', port: '${PORT}', sender: '${FROM}', security: '${SECURITY}'}",
        receivers="{room: {slack: {to: '${ROOM}'}}, mail: {email: {to: '${LEAD}'}}}",
        agents="{209: {slack: '${ASHA}', team: sales}}",
        rules="[{name: x, notify: room, wait: '${WAIT}', match: {team: '${TEAM}'}, per: ['${PER}']}]",
    )
    config = load_text(tmp_path, text, {"TEAM": "sales"}, resolve=False)
    assert config.telecmi.accounts[0].secret.get() == "${file:none}"
    assert config.receivers["room"].slack is not None
    assert config.receivers["room"].slack.to == "${ROOM}"
    assert (config.rules[0].wait, config.rules[0].match.team, config.rules[0].per) == (
        0,
        ("sales",),
        ("call",),
    )
    assert config.email is not None
    assert config.email.port == 587
    assert len(problems_in(tmp_path, text, {"TEAM": "sales"})) == 13


def test_commands_that_only_read_still_refuse_what_is_wrong(tmp_path: Path) -> None:
    text = config_text(telecmi=ACCOUNT, rules="[{name: x, notify: rom, wait: 5}]")
    assert [problem.split(": ")[1] for problem in problems_in(tmp_path, text, resolve=False)] == [
        "rules.0.notify",
        "rules.0.wait",
    ]
    text = config_text(telecmi=ACCOUNT, rules="[{name: x, notify: rom}]")
    assert problems_in(tmp_path, text, resolve=False) == [
        "config.yaml:3:27: rules.0.notify: no such receiver; did you mean `room`?"
    ]


@pytest.mark.parametrize(
    "sections",
    [
        {
            "rules": "[{name: x, notify: room, expire_after: '${E}', repeat_every: 30h}]",
            "digests": "[{name: d, at: 9:30, notify: room}]",
        },
        {"rules": "[{name: x, notify: room, repeat_every: '${E}', repeat_limit: 3, expire_after: 9d}]"},
        {"calendars": "{o: {}}", "ops": "{notify: room, quiet_after: '${E}', calendar: o}"},
    ],
    ids=["rule", "limit", "ops"],
)
def test_they_do_not_hold_a_default_against_what_only_the_daemon_knows(
    tmp_path: Path, sections: dict[str, str]
) -> None:
    text = config_text(**sections)
    assert problems_in(tmp_path, text, resolve=False) == []
    assert problems_in(tmp_path, text, {"E": "2d"}) == []
    assert problems_in(tmp_path, text) != []
    text = config_text(**sections, delivery="{retry: {first: 1h}}")
    assert [problem.split(": ")[1] for problem in problems_in(tmp_path, text, resolve=False)] == [
        "delivery.retry.first"
    ]


def test_commands_that_only_read_must_know_the_store(tmp_path: Path) -> None:
    text = config_text(store="{url: 'sqlite:///${DB}'}")
    assert problems_in(tmp_path, text, resolve=False) == [
        (
            "config.yaml:4:14: store.url: its `${…}` is needed here too;"
            " set the variable, or write the value itself"
        )
    ]
    assert problems_in(tmp_path, text, {"DB": "x.db"}, resolve=False) == []


def test_commands_that_only_read_must_know_what_has_no_default(tmp_path: Path) -> None:
    text = config_text(telecmi="{accounts: [{name: main, region: '${REGION}', app_id: 1, secret: s}]}")
    assert problems_in(tmp_path, text, resolve=False) == [
        (
            "config.yaml:1:43: telecmi.accounts.0.region: its `${…}` is needed here too;"
            " set the variable, or write the value itself"
        )
    ]


def test_the_file_itself_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load(tmp_path / "none.yaml", {})


def test_the_sections_of_the_sound_configuration_are_needed(tmp_path: Path) -> None:
    for name in SOUND:
        assert problems_in(tmp_path, config_text(**{name: "-"})) != []


def test_placeholders_where_no_text_can_stand_break_nothing(tmp_path: Path) -> None:
    text = config_text(rules="['${A}', {name: x, notify: room, wait: '${B}', per: ['${C}', '${D}']}]")
    assert [problem.split(": ")[1] for problem in problems_in(tmp_path, text, resolve=False)] == ["rules"]
