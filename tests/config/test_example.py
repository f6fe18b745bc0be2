"""The example that is handed out can be used as it is, and shows everything there is."""

import re
from pathlib import Path
from typing import Any, get_args

from notifier.config import load, warnings
from notifier.config.schema import Config
from notifier.config.values import Strict
from notifier.model import Severity
from tests.support.clock import START

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"
ENVIRON = {
    "TELECMI_SECRET": "t0p",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SMTP_PASSWORD": "p4ss",
    "SUPPORT_WEBHOOK": "https://hooks.slack.com/services/T/B/x",
}


def test_the_example_loads_without_a_warning() -> None:
    config = load(EXAMPLE, ENVIRON)
    assert warnings(config, START) == []
    assert config.telecmi.accounts[0].secret.get() == "t0p"
    assert config.rules[0].wait == 10 * 60_000
    assert config.rules[1].overrides == {"209": 10}
    assert config.rules[1].levels[0].severity is Severity.CRITICAL
    assert config.agents.keys() == {"209", "210", "main/305"}


def test_commands_that_only_read_load_it_without_any_secret() -> None:
    assert load(EXAMPLE, {}, resolve=False).rules == load(EXAMPLE, ENVIRON).rules


def test_its_commented_account_is_sound_as_well(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text().splitlines()
    text = "\n".join(re.sub(r"^    # (- name: dubai|  \w)", r"    \1", line) for line in lines)
    (tmp_path / "dubai.secret").write_text("s\n")
    (tmp_path / "config.yaml").write_text(text)
    dubai = load(tmp_path / "config.yaml", ENVIRON).telecmi.accounts[1]
    assert (dubai.name, dubai.region, dubai.country, dubai.secret.get()) == ("dubai", "global", "AE", "s")


def test_it_shows_every_key_there_is() -> None:
    text = EXAMPLE.read_text()
    missing = {key for key in keys_of(Config) if not re.search(rf"\b{key}\b", text)}
    assert missing == set()


def keys_of(annotation: Any) -> set[str]:
    if not (isinstance(annotation, type) and issubclass(annotation, Strict)):
        return {key for part in get_args(annotation) for key in keys_of(part)}
    keys = set()
    for name, field in annotation.model_fields.items():
        keys.add(field.alias or name)
        if field.alias != "not":
            keys |= keys_of(field.annotation)
    return keys
