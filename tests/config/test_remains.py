"""All that is wrong is said at once: a mistake hides no other, and makes nothing else look like one."""

import json
from collections.abc import Iterable
from copy import deepcopy
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from notifier.config.checks import findings_in
from notifier.config.remains import remains_of
from notifier.config.schema import Config
from notifier.config.view import view_of
from tests.support.config_files import config_text, problems_in

SOUND: dict[str, Any] = {
    "timezone": "Asia/Kolkata",
    "country": "IN",
    "telecmi": {
        "accounts": [
            {"name": "main", "region": "india", "app_id": 1, "secret": "s"},
            {"name": "dubai", "region": "global", "app_id": 2, "secret": "s"},
            {"name": "third", "region": "global", "app_id": 3, "secret": "s"},
        ],
        "poll": {"every": "30s", "overlap": "15m", "timeout": "15s", "start_from": "now"},
        "reconcile": {"every": "1h", "window": "24h"},
    },
    "store": {"keep": {"calls": "90d", "alerts": "90d"}},
    "slack": {"bot_token": "xoxb-1", "base_url": "https://slack.com/api/"},
    "email": {"host": "h", "security": "tls", "sender": "a@example.com"},
    "agents": {
        "209": {"team": "sales", "slack": "U012", "deputy": "210", "away": ["2026-12-24"]},
        "210": {"team": "sales", "email": "a@example.com", "phone": "+919812345678"},
    },
    "calendars": {
        "office": {
            "days": ["mon-fri", "sat"],
            "hours": ["09:30-13:30", "14:00-18:30"],
            "holidays": ["IN-TN"],
        },
        "nights": {"hours": "22:00-06:00", "closed": ["2026-12-24"], "exceptions": {"2026-12-28": "closed"}},
    },
    "receivers": {
        "room": {"slack": {"to": "#a"}},
        "leads": {"email": {"to": ["agent", "a@example.com"]}},
        "hook": {"webhook": {"url": "https://a.test/", "secret": "0123456789abcdef"}},
    },
    "rules": [
        {
            "name": "a",
            "match": {
                "extension": ["209"],
                "team": ["sales"],
                "account": ["main", "dubai"],
                "customer": "+91",
            },
            "per": ["customer"],
            "wait": "10m",
            "calendar": "office",
            "outside": "drop",
            "notify": ["room", "leads"],
            "escalate": [
                {"after": "30m", "notify": ["leads"]},
                {"after": "60m", "notify": ["room"]},
            ],
            "repeat_every": "4h",
            "repeat_limit": 3,
            "expire_after": "2d",
        },
        {
            "name": "b",
            "per": ["extension"],
            "count": 5,
            "within": "30m",
            "overrides": {"209": 6},
            "levels": [{"count": 7, "notify": ["leads"]}, {"count": 9, "severity": "critical"}],
            "notify": ["room", "hook"],
            "fallback": ["leads"],
        },
        {"name": "c", "notify": "room"},
        {"name": "d", "notify": "room"},
        {"name": "e", "notify": "room"},
    ],
    "digests": [
        {"name": "e", "at": ["18:30", "9:00"], "team": ["sales"], "notify": ["room"]},
        {"name": "f", "at": "18:30", "notify": ["room"]},
    ],
    "delivery": {"burst": 10, "retry": {"first": "2s", "max": "5m"}},
    "ops": {"notify": ["leads"], "quiet_after": "4h", "calendar": "nights"},
    "web": {"listen": "127.0.0.1:0"},
    "log": {"level": "info"},
}


class Mistake(NamedTuple):
    """A value at a path, dotted; it breaks nothing that another of these is about."""

    path: str
    value: object


MISTAKES = [
    Mistake("timezone", "Mars"),
    Mistake("country", "in"),
    Mistake("dry_run", "yes"),
    Mistake("zzz", 1),
    Mistake("telecmi.accounts.0.secret", []),
    Mistake("telecmi.accounts.0.base_url", "http://a.test"),
    Mistake("telecmi.accounts.1.app_id", "0111"),
    Mistake("telecmi.accounts.1.country", "XX"),
    Mistake("telecmi.accounts.2", 7),
    Mistake("telecmi.poll.every", "soon"),
    Mistake("telecmi.poll.start_from", "then"),
    Mistake("telecmi.poll.timeout", "2m"),
    Mistake("store.url", "mysql://a"),
    Mistake("store.keep.zzz", 1),
    Mistake("slack.bot_token", []),
    Mistake("slack.base_url", "a"),
    Mistake("email.port", 70_000),
    Mistake("email.sender", "nobody"),
    Mistake("agents.209.slack", "asha"),
    Mistake("agents.209.away", ["2026-12-24", "2026-13-01"]),
    Mistake("agents.209.zzz", 1),
    Mistake("agents.210.phone", "98"),
    Mistake("agents.x", {}),
    Mistake("agents.main/211", {"slack": []}),
    Mistake("agents.duba/212", {"deputy": "219", "slack": "U012"}),
    Mistake("calendars.office.days", ["mon-fri", "satur", "sun"]),
    Mistake("calendars.office.holidays", ["IN-TN", "in-tn"]),
    Mistake("calendars.nights.hours", "22"),
    Mistake("calendars.nights.exceptions", {"2026-12-29": "closd", "2026-13-01": "closed"}),
    Mistake("calendars.broken", 5),
    Mistake("receivers.room.slack.zzz", 1),
    Mistake("receivers.leads.email.to", ["agent", 5.5, "lead"]),
    Mistake("receivers.hook.webhook.url", "http://a.test"),
    Mistake("receivers.hook.webhook.zzz", 1),
    Mistake("receivers.two", {"email": {"to": []}, "slack": {"to": 5}}),
    Mistake("receivers.b d", {"slack": {"to": [1]}}),
    Mistake("rules.0.match.extension", ["20", [], "0-9-9", "219-200"]),
    Mistake("rules.0.match.team", ["sale"]),
    Mistake("rules.0.match.account", ["main", "duba"]),
    Mistake("rules.0.match.customer", "x"),
    Mistake("rules.0.match.name", []),
    Mistake("rules.0.match.zzz", 1),
    Mistake("rules.0.per", ["costumer"]),
    Mistake("rules.0.wait", "a while"),
    Mistake("rules.0.notify", ["roon", {}, "room", "leeds"]),
    Mistake("rules.0.fallback", "hok"),
    Mistake("rules.0.severity", "high"),
    Mistake("rules.0.escalate.0.notify", [[], "leeds"]),
    Mistake("rules.0.escalate.1.unless", "maybe"),
    Mistake("rules.0.repeat_limit", 0),
    Mistake("rules.1.name", "a"),
    Mistake("rules.1.calendar", "ofice"),
    Mistake("rules.1.levels.0.notify", "leeds"),
    Mistake("rules.1.levels.1.severity", "high"),
    Mistake("rules.1.notify", []),
    Mistake("rules.1.overrides.duba/209", 6),
    Mistake("rules.1.zzz", 1),
    Mistake("rules.2", {"notify": "roon", "calendar": "ofice", "escalate": [{"notify": "leeds"}]}),
    Mistake("rules.3", "x"),
    Mistake("rules.4", {"name": "cc", "notify": "leeds", "match": {"team": "sale"}}),
    Mistake("digests.0.at", ["18:30", "late", "18:30"]),
    Mistake("digests.0.team", "sale"),
    Mistake("digests.0.notify", ["room", "leeds"]),
    Mistake("digests.1", {"notify": "leeds", "team": "sale"}),
    Mistake("delivery.burst", 0),
    Mistake("ops.notify", ["leads", "leeds"]),
    Mistake("ops.quiet_after", "4"),
    Mistake("web.listen", "0.0.0.0:1"),
    Mistake("log.level", "loud"),
]


def with_mistakes(mistakes: Iterable[Mistake]) -> dict[str, Any]:
    data = deepcopy(SOUND)
    for path, value in mistakes:
        holder: Any = data
        *way, last = [int(step) if len(step) == 1 and step in "01234" else step for step in path.split(".")]
        for step in way:
            holder = holder[step]
        holder[last] = value
    return data


def found_in(*mistakes: Mistake) -> set[str]:
    """What is said, without the line and column."""
    with TemporaryDirectory() as folder:
        text = json.dumps(with_mistakes(mistakes), ensure_ascii=False)
        return {problem.split(": ", 1)[1] for problem in problems_in(Path(folder), text)}


@cache
def _alone(number: int) -> frozenset[str]:
    return frozenset(found_in(MISTAKES[number]))


def found_alone(mistake: Mistake) -> frozenset[str]:
    return _alone(MISTAKES.index(mistake))


def test_without_a_mistake_nothing_is_said() -> None:
    assert found_in() == set()


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.path for mistake in MISTAKES])
def test_each_mistake_is_found(mistake: Mistake) -> None:
    found = found_in(mistake)
    assert found
    if not mistake.path.startswith(("agents.x", "telecmi.accounts.2")):
        assert all(line.startswith(mistake.path.split(".")[0]) for line in found)


@given(mistakes=st.lists(st.sampled_from(MISTAKES), unique_by=lambda one: one.path, max_size=12))
@settings(deadline=None, max_examples=100)
def test_mistakes_together_are_said_as_each_alone(mistakes: list[Mistake]) -> None:
    """Promise: all errors at once."""
    assert found_in(*mistakes) == set().union(*map(found_alone, mistakes))


def test_all_of_them_together_are_said_as_each_alone() -> None:
    assert found_in(*MISTAKES) == set().union(*map(found_alone, MISTAKES))


RULE = "name: x, notify: room"
FOLLOWED = {
    "a calendar that is misspelt": (f"{RULE}, calender: o, outside: drop", ["calender"]),
    "a span that is misspelt": (f"{RULE}, count: 2, per: team, witin: 5m", ["witin"]),
    "a count that is none": (f"{RULE}, count: x, per: team, within: 5m", ["count"]),
    "what calls are counted by": (f"{RULE}, per: x, count: 2, within: 5m, overrides: {{209: 3}}", ["per"]),
    "a level before another": (
        f"{RULE}, per: team, count: 2, within: 5m, levels: [{{count: 6x}}, {{count: 2}}]",
        ["levels.0.count"],
    ),
    "a level above what one extension needs": (
        f"{RULE}, per: extension, count: 2, within: 5m, levels: [{{count: 6x}}], overrides: {{209: 3}}",
        ["levels.0.count"],
    ),
    "a step before another": (
        f"{RULE}, escalate: [{{after: x, notify: room}}, {{after: 1m, notify: room}}]",
        ["escalate.0.after"],
    ),
    "an end that is none": (f"{RULE}, expire_after: x, repeat_every: 30h", ["expire_after"]),
    "reminders that are none": (f"{RULE}, repeat_every: x, repeat_limit: 3", ["repeat_every"]),
    "receivers that are misspelt": ("name: x, notfy: room", ["notify", "notfy"]),
    "a condition that is none": (f"{RULE}, match: {{not: {{leg: both}}}}", ["match.not.leg"]),
    "hours that are none": (
        f"{RULE}, calendar: o, expire_after: 2d, escalate: [{{after: 10h, notify: room}}]",
        ["calendars.o.hours.1"],
    ),
    "a receiver that is none": ("name: x, notify: broken", ["receivers.broken"]),
    "a team that is none": (
        f"{RULE}, match: {{team: sales, leg: agent}}",
        ["agents.210.team", "agents.210.phone"],
    ),
}


@pytest.mark.parametrize("case", FOLLOWED)
def test_nothing_is_said_that_only_follows_from_what_is_broken(case: str, tmp_path: Path) -> None:
    rule, expected = FOLLOWED[case]
    sections = {"rules": f"[{{{rule}}}]"}
    if "hours" in case:
        sections["calendars"] = "{o: {hours: [09:00-12:00, 14-18], days: mon-fri}}"
    if "a receiver" in case:
        sections["receivers"] = "{broken: 5}"
    if "a team" in case:
        sections["agents"] = "{209: {slack: U012}, 210: {team: [sales], phone: [1]}}"
    found = [
        problem.split(": ")[1].removeprefix("rules.0.")
        for problem in problems_in(tmp_path, config_text(**sections))
    ]
    assert found == expected


@pytest.mark.parametrize("section", sorted(SOUND))
def test_where_a_whole_section_is_broken_nothing_else_is_said(section: str, tmp_path: Path) -> None:
    found = problems_in(tmp_path, json.dumps({**SOUND, section: 5}))
    assert [problem.split(": ")[1] for problem in found] == [section]


def test_what_stands_in_for_what_is_missing_is_never_complained_of() -> None:
    """Each part with nothing in it: pydantic asks for all that it needs, and no check says more."""
    data: dict[str, Any] = {
        "telecmi": {"accounts": [{}, {}]},
        "slack": {},
        "email": {},
        "receivers": {"a": {"email": {}}, "b": {"webhook": {}}},
        "rules": [{"per": "team", "within": "5m", "levels": [{}, {}], "escalate": [{}]}],
        "digests": [{}],
    }
    missing = {details["loc"] for details in errors_in(data)}
    said = {finding.path for finding in findings_in(view_of(data, remains_of(data).config))}
    without_items = {path[:-1] if isinstance(path[-1], int) else path for path in said}
    assert without_items <= missing
    assert remains_of({}).config.telecmi.accounts


def errors_in(data: dict[str, Any]) -> list[Any]:
    with pytest.raises(ValidationError) as raised:
        Config.model_validate(data)
    return list(raised.value.errors())
