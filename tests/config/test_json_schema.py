"""What editors know of the configuration is what notifier takes."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from notifier.config.document import parse_document
from notifier.config.json_schema import json_schema
from notifier.errors import ConfigError
from tests.config.test_faults import VARIANTS
from tests.config.test_properties import FULL
from tests.support.config_files import config_text, load_text

ROOT = Path(__file__).parents[2]
SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)

ACCOUNT = "name: main, region: india, app_id: 1, secret: s"
RULE = "name: a, notify: room"

GOOD = [
    {},
    {"telecmi": '{accounts: [{name: main, region: "${R}", app_id: "${ID}", secret: "${file:x}"}]}'},
    {"telecmi": '{accounts: [{name: main, region: india, app_id: "1111", secret: 12345}]}'},
    {"telecmi": f"{{accounts: [{{{ACCOUNT}}}], poll: {{every: 1m30s, overlap: 0}}, follow_up: false}}"},
    {"telecmi": f"{{accounts: [{{{ACCOUNT}}}], follow_up: true}}"},
    {"telecmi": f"{{accounts: [{{{ACCOUNT}}}], reconcile: {{every: 1h, window: 2d}}}}"},
    {"dry_run": '"${DRY}"', "timezone": "Asia/Kolkata", "country": "NO"},
    {"calendars": "{o: {days: [Mon, sat-SUN], hours: 9:30-24:00, exceptions: {2026-12-24: closed}}}"},
    {"calendars": "{o: {days: '${DAY}', holidays: '${PLACE}', closed: '${DAYS}', timezone: Asia/Dubai}}"},
    {"dry_run": '"true"', "store": "{keep: {calls: 30d}}"},
    {"rules": "[{name: a, notify: [room], per: [customer, account], match: {extension: 209}}]"},
    {"rules": "[{name: a, notify: room, count: 2, within: 5m, per: extension, overrides: {209: 3}}]"},
    {"rules": "[{name: a, notify: room, match: {not: {customer: '+91', not: {name: [x]}}}, within: ~}]"},
    {"agents": "{209: {name: 209, team: sales}}", "delivery": "{burst: 3, retry: {first: 1s}}"},
    {"receivers": '{room: {webhook: {url: "https://h.example.com", secret: "0123456789abcdef"}}}'},
    {"ops": '{notify: room, quiet_after: 4h, heartbeat_url: "https://h.example.com/x"}', "slack": "~"},
]

BAD = [
    ({"rulez": "[]"}, "rulez"),
    ({"telecmi": "-"}, "telecmi"),
    ({"telecmi": "{accounts: []}"}, "[]"),
    ({"telecmi": f"{{accounts: [{{{ACCOUNT}, colour: red}}]}}"}, "colour"),
    ({"telecmi": "{accounts: [{name: main, region: mars, app_id: 1, secret: s}]}"}, "mars"),
    ({"telecmi": "{accounts: [{name: main, region: india, app_id: one, secret: s}]}"}, "one"),
    ({"telecmi": "{accounts: [{name: ma in, region: india, app_id: 1, secret: s}]}"}, "ma in"),
    ({"telecmi": f"{{accounts: [{{{ACCOUNT}}}], poll: {{every: 30}}}}"}, "30"),
    ({"telecmi": f"{{accounts: [{{{ACCOUNT}}}], poll: {{every: ''}}}}"}, "''"),
    ({"telecmi": f"{{accounts: [{{{ACCOUNT}}}], poll: {{page_size: 0}}}}"}, "0"),
    ({"telecmi": f"{{accounts: [{{{ACCOUNT}}}], follow_up: sometimes}}"}, "sometimes"),
    ({"rules": "[{name: a}]"}, "notify"),
    ({"rules": "[{name: a, notify: []}]"}, "[]"),
    ({"rules": f"[{{{RULE}, per: caller}}]"}, "caller"),
    ({"rules": f"[{{{RULE}, wait: ten minutes}}]"}, "ten minutes"),
    ({"rules": f"[{{{RULE}, severity: high}}]"}, "high"),
    ({"rules": f"[{{{RULE}, match: {{attempts: many}}}}]"}, "many"),
    ({"rules": f"[{{{RULE}, match: {{attempts: 3}}}}]"}, "3"),
    ({"agents": "{209: {away: next week}}"}, "next week"),
    ({"rules": f"[{{{RULE}, match: {{extensions: 209}}}}]"}, "extensions"),
    ({"calendars": "{o: {days: monday}}"}, "monday"),
    ({"calendars": "{o: {hours: [9-13]}}"}, "9-13"),
    ({"calendars": "{o: {hours: closed}}"}, "closed"),
    ({"calendars": "{o: {closed: 24.12.2026}}"}, "24.12.2026"),
    ({"calendars": "{o: {exceptions: {2026-12-24: 0930-1030}}}"}, "0930-1030"),
    ({"dry_run": "yes"}, "yes"),
    ({"email": "{host: h, sender: a@example.com, security: ssl}"}, "ssl"),
    ({"slack": "{bot_token: t}", "receivers": "{room: {slack: {to: '#a', mention: all}}}"}, "all"),
    (
        {"slack": "{bot_token: t}", "receivers": "{room: {slack: {to: '#a', mention: {high: here}}}}"},
        "high",
    ),
    ({"receivers": "{room: {webhook: {url: 'https://h.example.com'}}}"}, "secret"),
]


def faults(data: object) -> list[str]:
    return list(messages(VALIDATOR.iter_errors(data)))


def messages(errors: Iterable[ValidationError]) -> Iterator[str]:
    for error in errors:
        yield error.message
        yield from messages(error.context or ())


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_one_beside_the_example_is_up_to_date() -> None:
    """`notifier schema > config.schema.json` brings it up to date."""
    assert json.loads((ROOT / "config.schema.json").read_text()) == SCHEMA


def test_the_example_names_it_and_fits() -> None:
    text = (ROOT / "config.example.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=config.schema.json\n")
    assert faults(parse_document(text, "example").data) == []


def test_the_full_configuration_fits() -> None:
    assert faults(FULL) == []


@pytest.mark.parametrize("sections", [*GOOD, *VARIANTS])
def test_what_is_good_fits(sections: dict[str, str], tmp_path: Path) -> None:
    text = config_text(**sections)
    (tmp_path / "x").write_text("s3cret")
    environ = {"R": "india", "ID": "17", "DRY": "false", "DAY": "mon", "PLACE": "IN", "DAYS": "2026-12-24"}
    load_text(tmp_path, text, environ)
    assert faults(parse_document(text, "good").data) == []


@pytest.mark.parametrize(("sections", "named"), BAD)
def test_a_typical_mistake_does_not_fit(sections: dict[str, str], named: str, tmp_path: Path) -> None:
    text = config_text(**sections)
    with pytest.raises(ConfigError):
        load_text(tmp_path, text)
    assert any(named in fault for fault in faults(parse_document(text, "bad").data))


def test_every_key_has_a_title_and_a_description() -> None:
    keys = dict(described(SCHEMA))
    assert len(keys) > 80
    assert [key for key, about in keys.items() if not (about.get("title") and about.get("description"))] == []
    assert keys["Poll.every"]["description"] == "Time between two reads of an account."
    assert keys["Poll.every"]["default"] == "30s"
    assert keys["Match.not"]["description"] == "Calls for which these hold are left out."
    assert keys["config.slack"]["description"] == "The Slack bot."


def test_no_key_that_is_not_known_is_taken_anywhere() -> None:
    objects = [SCHEMA, *(part for part in SCHEMA["$defs"].values() if part.get("type") == "object")]
    assert len(objects) > 15
    assert all(one["additionalProperties"] is False for one in objects)


def described(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, part in (("config", schema), *schema["$defs"].items()):
        for key, about in part.get("properties", {}).items():
            yield f"{name}.{key}", about
