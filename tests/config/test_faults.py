"""One bad configuration per fault, and exactly what is said about it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.config_files import config_text, problems_in

FAULTS = Path(__file__).parent / "faults"


VARIANTS = [
    {"rules": "[{name: x, notify: room, match: {extension: [209, 0201, 200-219, main/200-219]}}]"},
    {"rules": "[{name: x, notify: [room], match: {name: [NO, 09:30], customer: [91, +9198]}}]"},
    {"rules": "[{name: 2026, notify: room, wait: 0, per: [customer, extension]}]"},
    {"rules": "[{name: x, notify: room, per: extension, within: 5m, overrides: {main/209: 2, 0201: 3}}]"},
    {"telecmi": "{follow_up: false, accounts: [{name: a, region: global, app_id: '12', secret: 123}]}"},
    {
        "telecmi": "{follow_up: true, accounts: [{name: a, region: india, app_id: 1, secret: s}]}",
        "store": "{keep: {calls: 26h}}",
    },
    {"slack": "{bot_token: t, base_url: 'http://127.0.0.1:8080/api/'}"},
    {"slack": "{bot_token: t, app_token: a}", "actions": "{allowed: [agents, U012, S012, a@example.com]}"},
    {"slack": "{bot_token: t, app_token: a}", "actions": "{allowed: agents}"},
    {
        "slack": "{bot_token: t}",
        "receivers": "{room: {slack: {to: '#a', mention: here}, mask_numbers: true},"
        " b: {slack: {to: '#a', mention: {info: none, warning: agent, critical: '@sales.Leads'}}},"
        " c: {slack: {webhook_url: 'https://h.example.com', mention: S012AB3CD}, mask_numbers: 'false'}}",
    },
    {"slack": "{bot_token: t, base_url: 'http://slack.test/api/'}", "allow_insecure": "true"},
    {"email": "{host: localhost, security: none, sender: 'Missed calls <calls@example.com>'}"},
    {"email": "{host: mail.test, security: none, sender: a@example.com}", "allow_insecure": "true"},
    {"email": "{host: '::1', security: none, username: u, password: 5, sender: a@example.com}"},
    {"rules": "[{name: x, notify: room, escalate: [], repeat_every: 4h, repeat_limit: 3}]"},
    {
        "rules": "[{name: x, notify: room, expire_after: 2d, repeat_every: 47h, escalate:"
        " [{after: 1m, notify: room, unless: []}, {after: 47h59m, notify: [room], unless: reached}]}]"
    },
    {
        "digests": "[{name: e, at: 18:30, notify: room}, {name: f, at: [9:00, '18:30'], days: [MON-wed, sat],"
        " team: [a, b], timezone: Asia/Dubai, notify: [room], skip_empty: false}]",
        "agents": "{209: {team: a, slack: U012}, 210: {team: b, slack: U013}}",
    },
    {"digests": "[]"},
    {"web": "{}"},
    {"web": "{listen: '[::1]:0'}"},
    {"web": "{listen: '0.0.0.0:80'}", "allow_insecure": "true"},
    {"web": "~", "slack": "~", "email": ""},
    {"country": "IN", "store": "{url: sqlite:///a.db}", "dry_run": "'true'"},
    {
        "slack": "{bot_token: t}",
        "email": "{host: h, sender: a@example.com}",
        "receivers": "{room: {email: {to: [agent]}}, a: {slack: {to: '#b'}}, c: {slack: {to: W1A}}}",
    },
    {
        "calendars": "{office: {days: mon-sat, hours: [09:30-13:30, 14:00-18:30, 20:00-24:00], holidays: IN},"
        " nights: {days: [SAT-mon, Wed], hours: 22:00 - 6:00, holidays: [IN-TN, NO, UK], timezone: UTC,"
        " closed: [2026-12-24..2026-12-31], exceptions: {2026-12-25: 09:30-12:00, 2028-02-29: closed}},"
        " always: {}}",
        "rules": "[{name: x, notify: room, calendar: office, outside: drop, critical_passes: true},"
        " {name: y, notify: room, calendar: nights}]",
        "ops": "{notify: room, quiet_after: 4h, calendar: always}",
    },
    {"calendars": "{o: {closed: 2026-01-01..2027-01-02}}"},
    {
        "calendars": "{o: {closed: [2026-01-01..2028-01-01], exceptions: {2026-12-31: 10:00-11:00,"
        " 2027-12-31: 09:00-10:00}}}",
    },
    {"agents": "{209: {slack: U012}, main/209: {slack: a@b.test, email: a@b.test}, '0201': {}}"},
    {"agents": "{209: {slack: U012, deputy: 210, away: 2026-12-24}, 210: {slack: U013, deputy: 209}}"},
    {"agents": "{209: {slack: U012, deputy: main/210}, main/210: {deputy: '211'}, 211: {email: a@b.test}}"},
    {"agents": "{209: {deputy: 210}, main/209: {slack: U012, deputy: 210}, main/210: {slack: U012}}"},
    {"agents": "{209: {away: [2026-12-01..2026-12-10, 2028-02-29], phone: +919812345678}}"},
    {
        "agents": "{209: {phone: '+919812345678'}}",
        "rules": '[{name: x, notify: room, match: {leg: agent, attempts: ">= 3", not: {attempts: ">=9"}}}]',
    },
]
"""Sections that are sound, each set in its own file."""


def cases() -> Iterator[object]:
    for file in sorted(FAULTS.glob("*.txt")):
        for block in file.read_text().split("\n\n")[1:]:
            lines = block.strip().splitlines()
            sections = dict(line.split(": ", 1) for line in lines if not line.startswith("> "))
            problems = [line.removeprefix("> ") for line in lines if line.startswith("> ")]
            yield pytest.param(sections, problems, id=f"{file.stem} {problems[0].partition(': ')[2][:60]}")


@pytest.mark.parametrize(("sections", "problems"), list(cases()))
def test_a_fault_is_named_with_its_place_and_how_to_mend_it(
    sections: dict[str, str], problems: list[str], tmp_path: Path
) -> None:
    assert problems_in(tmp_path, config_text(**sections)) == problems


def test_there_is_a_fault_of_every_kind() -> None:
    assert {file.stem for file in FAULTS.glob("*.txt")} == {
        "accounts",
        "calendars",
        "counting",
        "digests",
        "life",
        "matching",
        "mentions",
        "people",
        "receivers",
        "references",
        "sections",
        "shape",
        "tokens",
    }
    assert sum(1 for _ in cases()) > 100


def test_a_sound_configuration_has_no_problems(tmp_path: Path) -> None:
    assert problems_in(tmp_path, config_text()) == []


@pytest.mark.parametrize("sections", VARIANTS)
def test_what_looks_odd_and_is_right_passes(sections: dict[str, str], tmp_path: Path) -> None:
    assert problems_in(tmp_path, config_text(**sections)) == []
