"""The app's manifest, the table of scopes and the program are about the same."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import notifier
from notifier.channels.slack.scopes import FEATURES

SOURCES = Path(notifier.__file__).parent
MANIFEST = SOURCES.parent / "docs" / "slack-app.yaml"

# The families of Slack's methods: https://docs.slack.dev/reference/methods
METHOD = re.compile(
    r"(admin|api|apps|assistant|auth|bookmarks|bots|canvases|chat|conversations|dialog|dnd|emoji|files"
    r"|functions|migration|oauth|openid|pins|reactions|reminders|rtm|search|slackLists|stars|team|usergroups"
    r"|users|views|workflows)(\.[a-z][a-zA-Z]*)+"
)

# Of https://github.com/slackapi/manifest-schema, version 1: what may stand there, with the longest texts.
ALLOWED = {
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name": 35, "description": 140, "background_color": 7},
    "features": {"app_home", "bot_user"},
    "oauth_config": {"scopes"},
    "settings": {"interactivity", "socket_mode_enabled", "org_deploy_enabled", "token_rotation_enabled"},
}


def called() -> dict[str, str]:
    """Every method of Slack's that a source names, and where."""
    return {
        found: str(path.relative_to(SOURCES))
        for path in sorted(SOURCES.rglob("*.py"))
        if path.name != "scopes.py"
        for found in _texts(ast.parse(path.read_text()))
        if METHOD.fullmatch(found)
    }


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.fixture
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(MANIFEST.read_text())
    return found


def test_every_method_that_is_called_is_in_the_table_and_no_other() -> None:
    found, known = called(), {method for feature in FEATURES for method in feature.methods}
    assert {method: place for method, place in found.items() if method not in known} == {}
    assert known - found.keys() == set()


def test_the_app_asks_for_exactly_the_scopes_of_the_table(manifest: dict[str, Any]) -> None:
    asked = manifest["oauth_config"]["scopes"]["bot"]
    assert len(asked) == len(set(asked))
    assert set(asked) == {scope for feature in FEATURES for scope in feature.scopes}
    assert {scope for feature in FEATURES for scope in feature.app_scopes} == {"connections:write"}
    assert "user" not in manifest["oauth_config"]["scopes"]


def test_each_scope_of_the_app_says_what_it_is_for() -> None:
    lines = [line for line in MANIFEST.read_text().splitlines() if line.startswith("      - ")]
    assert lines
    assert all(re.fullmatch(r" +- [a-z:.]+ +# .+", line) for line in lines)


def test_each_feature_says_what_is_so_without_its_scopes() -> None:
    assert all(feature.what for feature in FEATURES)
    assert all(bool(feature.without) == bool(feature.scopes) for feature in FEATURES)
    assert len({feature.what for feature in FEATURES}) == len(FEATURES)


def test_the_manifest_is_one_that_slack_takes(manifest: dict[str, Any]) -> None:
    assert manifest.keys() == ALLOWED.keys()
    assert all(manifest[section].keys() <= set(ALLOWED[section]) for section in ALLOWED)
    limits = ALLOWED["display_information"]
    assert isinstance(limits, dict)
    assert all(len(text) <= limits[key] for key, text in manifest["display_information"].items())
    assert manifest["features"]["bot_user"].keys() == {"display_name", "always_online"}
    settings = manifest["settings"]
    assert settings["interactivity"] == {"is_enabled": True}
    assert settings["socket_mode_enabled"] is True, "interactivity without an address needs it"
