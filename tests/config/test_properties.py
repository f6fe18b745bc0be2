"""Whatever a file holds: a configuration, or an error that says so and shows no secret."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notifier.config import Config, load
from notifier.errors import ConfigError
from tests.support.config_files import SOUND, config_text

KEYS = st.sampled_from(
    [
        "telecmi",
        "accounts",
        "name",
        "secret",
        "poll",
        "every",
        "rules",
        "match",
        "not",
        "per",
        "count",
        "levels",
        "within",
        "overrides",
        "notify",
        "receivers",
        "slack",
        "to",
        "webhook_url",
        "email",
        "host",
        "sender",
        "agents",
        "209",
        "main/209",
        "store",
        "url",
        "keep",
        "calls",
        "web",
        "listen",
        "ops",
        "country",
        "timezone",
        "allow_insecure",
        "calendars",
        "calendar",
        "days",
        "hours",
        "holidays",
        "closed",
        "exceptions",
        "outside",
        "dry_run",
        "reconcile",
        "start_from",
        "region",
        "app_id",
        "retry",
        "delivery",
        "zzz",
    ]
)
TEXTS = st.sampled_from(
    [
        "",
        "main",
        "room",
        "mon-fri",
        "09:30-18:00",
        "2026-12-24",
        "IN",
        "${A}",
        "${file:x}",
        "$${",
        "${",
        "sqlite:///a",
        "5m",
        "209",
        "a@b",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=20)
DATA = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=6)
    ),
)
SECRET = "hunter2"


def outcome(raw: bytes, *, resolve: bool = True) -> Config | ConfigError:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_bytes(raw)
        try:
            return load(path, {"A": SECRET}, resolve=resolve)
        except ConfigError as error:
            return error


@given(raw=st.binary(max_size=300) | st.text(max_size=300).map(str.encode), resolve=st.booleans())
@example(raw=b"\xef\xbb\xbf", resolve=True)
@example(raw=b"? [\n: ]", resolve=True)
@example(raw=b"&a [*a]", resolve=True)
@example(raw=b"%TAG ! tag:x\n---\n!a b", resolve=True)
@example(raw=b"a: \xe2\x80\xa8b", resolve=True)
@settings(deadline=None, max_examples=300)
def test_any_bytes_are_a_configuration_or_an_error_that_says_so(raw: bytes, *, resolve: bool) -> None:
    assert isinstance(outcome(raw, resolve=resolve), Config | ConfigError)


@given(data=st.dictionaries(KEYS, DATA, max_size=6), resolve=st.booleans())
@settings(deadline=None, max_examples=300)
def test_any_data_is_a_configuration_or_an_error_with_places(data: object, *, resolve: bool) -> None:
    result = outcome(json.dumps(data).encode(), resolve=resolve)
    if isinstance(result, ConfigError):
        assert result.problems
        assert all("config.yaml" in problem.where and problem.what for problem in result.problems)


@given(section=st.sampled_from(sorted(SOUND)), data=DATA, resolve=st.booleans())
@settings(deadline=None, max_examples=300)
def test_any_section_in_a_sound_file_is_a_configuration_or_an_error(
    section: str, data: object, *, resolve: bool
) -> None:
    raw = config_text(**{section: json.dumps(data)}).encode()
    assert isinstance(outcome(raw, resolve=resolve), Config | ConfigError)


def swapped(data: Any, at: int, value: object) -> tuple[Any, int]:
    """The data with its leaf of that number replaced; and how many leaves were passed."""
    if isinstance(data, dict | list):
        pairs = data.items() if isinstance(data, dict) else enumerate(data)
        copy = data.copy()
        for key, inner in pairs:
            copy[key], at = swapped(inner, at, value)
        return copy, at
    return (value if at == 0 else data), at - 1


FULL: dict[str, object] = {
    "timezone": "UTC",
    "country": "IN",
    "dry_run": False,
    "telecmi": {
        "accounts": [
            {"name": "main", "region": "india", "app_id": 1, "secret": "s", "base_url": "https://a"}
        ],
        "poll": {"every": "30s", "overlap": "15m", "page_size": 10, "timeout": "15s", "start_from": "now"},
    },
    "store": {"url": "sqlite:///a.db", "keep": {"calls": "90d", "alerts": "90d"}},
    "slack": {"bot_token": "t", "base_url": "https://a"},
    "email": {"host": "h", "port": 25, "security": "tls", "username": "u", "password": "p", "sender": "a@b"},
    "agents": {"209": {"name": "n", "team": "t", "slack": "U012", "email": "a@b"}},
    "calendars": {
        "o": {
            "days": ["mon-fri", "sat"],
            "hours": ["09:30-13:30"],
            "holidays": ["IN-TN"],
            "closed": ["2026-12-24", "2026-12-26..2026-12-27"],
            "exceptions": {"2026-12-28": ["10:00-11:00"], "2026-12-29": "closed"},
            "timezone": "Asia/Kolkata",
        }
    },
    "receivers": {
        "r": {"slack": {"to": "#a", "mention": {"info": "none", "critical": "@a"}}, "mask_numbers": True},
        "w": {"slack": {"webhook_url": "https://a", "mention": "here"}},
        "m": {"email": {"to": ["a@b"]}},
    },
    "rules": [
        {
            "name": "x",
            "match": {
                "extension": ["209"],
                "team": "t",
                "account": "main",
                "customer": "+91",
                "not": {"name": "x"},
            },
            "per": ["extension"],
            "count": 2,
            "within": "5m",
            "overrides": {"209": 3},
            "levels": [{"count": 4, "severity": "critical", "notify": ["r"]}],
            "severity": "info",
            "wait": "1m",
            "notify": ["r"],
            "fallback": ["m"],
            "calendar": "o",
            "outside": "drop",
            "critical_passes": True,
            "expire_after": "1d",
            "dry_run": False,
        }
    ],
    "delivery": {"give_up_after": "1d", "update_every": "30s", "retry": {"first": "1s", "max": "5m"}},
    "ops": {"notify": ["r"], "quiet_after": "4h", "calendar": "o"},
    "web": {"listen": "127.0.0.1:1"},
    "log": {"level": "info", "format": "auto"},
}
LEAVES = -swapped(FULL, -1, None)[1] - 1


def test_the_full_configuration_is_sound_and_has_many_leaves() -> None:
    assert isinstance(outcome(json.dumps(FULL).encode()), Config)
    assert LEAVES > 50


@pytest.mark.parametrize("at", range(LEAVES))
@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        "${A}",
        "a ${A}\n",
        f"https://{SECRET}:{SECRET}@{SECRET}",
        [SECRET],
        {SECRET + ":": SECRET},
        [[SECRET]],
    ],
    ids=["text", "placeholder", "line break", "url", "list", "mapping", "lists"],
)
def test_no_secret_leaves_through_an_error_wherever_it_was_put_by_mistake(at: int, value: object) -> None:
    """Promise: no secret leaves through errors."""
    result = outcome(json.dumps(swapped(FULL, at, value)[0]).encode())
    if isinstance(result, ConfigError):
        without_keys = "\n".join(f"{p.where} {p.what} {p.hint}" for p in result.problems)
        assert SECRET not in without_keys


@pytest.mark.parametrize("at", range(LEAVES))
def test_any_broken_leaf_is_named_where_it_stands(at: int) -> None:
    """One value per line, so the line that is named must be the line that was broken."""
    text = json.dumps(swapped(FULL, at, "\u2029?")[0], indent=1, ensure_ascii=True)
    result = outcome(text.encode())
    broken = next(number for number, line in enumerate(text.splitlines(), 1) if "\\u2029" in line)
    if isinstance(result, ConfigError):
        where = [problem.where.split(":")[1] for problem in result.problems]
        # A team may have any name: only the rule that wants the old one is wrong then.
        assert str(broken) in where or [problem.key for problem in result.problems] == ["rules.0.match.team"]
