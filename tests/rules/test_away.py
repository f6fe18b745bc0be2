"""Who stands in for an agent who is away."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.config import Agent
from notifier.model import Target
from notifier.rules.away import absence, away_until, deputies

INDIA = ZoneInfo("Asia/Kolkata")


def at(text: str, zone: str = "Asia/Kolkata") -> int:
    """An instant by that zone's clock, UTC ms."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def people(**by_extension: Mapping[str, Any]) -> dict[str, Agent]:
    """Agents by "_209", each with the address U209 if not said otherwise."""
    return {
        key[1:].replace("_", "/"): Agent.model_validate({"slack": f"U{key[1:]}", **fields})
        for key, fields in by_extension.items()
    }


def by_slack(agents: Mapping[str, Agent]) -> Callable[[str], Target | None]:
    def told_as(agent: str) -> Target | None:
        person = agents.get(agent) or agents.get(agent.partition("/")[2])
        return Target("agent", f"agent {agent}") if person and person.slack else None

    return told_as


def told(agents: Mapping[str, Agent], now: str = "2026-12-05T12:00") -> tuple[list[tuple[str, str]], str]:
    """Who can be told in place of main/209, and who is passed over."""
    found = deputies("main/209", agents, at(now), INDIA, by_slack(agents))
    return [(target.recipient, passed) for target, passed in found.there], found.passed


@pytest.mark.parametrize(
    ("away", "now", "until"),
    [
        ([], "2026-12-24T12:00", None),
        (["2026-12-24"], "2026-12-23T23:59:59.999", None),
        (["2026-12-24"], "2026-12-24T00:00", "2026-12-24"),
        (["2026-12-24"], "2026-12-24T23:59:59.999", "2026-12-24"),
        (["2026-12-24"], "2026-12-25T00:00", None),
        (["2026-12-01..2026-12-10"], "2026-11-30T23:59:59.999", None),
        (["2026-12-01..2026-12-10"], "2026-12-01T00:00", "2026-12-10"),
        (["2026-12-01..2026-12-10"], "2026-12-10T23:59:59.999", "2026-12-10"),
        (["2026-12-01..2026-12-10"], "2026-12-11T00:00", None),
        # several that are one absence, in any order
        (["2026-12-03..2026-12-04", "2026-12-01..2026-12-02"], "2026-12-01T12:00", "2026-12-04"),
        (["2026-12-01..2026-12-09", "2026-12-02..2026-12-04"], "2026-12-03T12:00", "2026-12-09"),
        (["2026-12-01..2026-12-02", "2026-12-04"], "2026-12-02T12:00", "2026-12-02"),
        (["2026-12-01", "2026-12-04"], "2026-12-03T12:00", None),
        (["2026-12-31", "2027-01-01"], "2026-12-31T12:00", "2027-01-01"),
        (["2028-02-28", "2028-02-29"], "2028-02-28T12:00", "2028-02-29"),
        (["2026-12-01..9999-12-31"], "2026-12-02T12:00", "9999-12-31"),
    ],
)
def test_an_agent_is_away_on_whole_days_of_the_zone(away: list[str], now: str, until: str | None) -> None:
    agent = Agent.model_validate({"away": away})
    assert away_until(agent, at(now), INDIA) == (until and date.fromisoformat(until))


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("Asia/Kolkata", "2026-12-23T18:30", "2026-12-24T18:30"),
        ("America/New_York", "2026-12-24T05:00", "2026-12-25T05:00"),
        ("Pacific/Kiritimati", "2026-12-23T10:00", "2026-12-24T10:00"),
    ],
)
def test_days_begin_and_end_at_the_zones_own_midnight(zone: str, first: str, last: str) -> None:
    agent = Agent.model_validate({"away": "2026-12-24"})
    begin, end = at(first, "UTC"), at(last, "UTC")
    seen = [bool(away_until(agent, ms, ZoneInfo(zone))) for ms in (begin - 1, begin, end - 1, end)]
    assert seen == [False, True, True, False]


def test_a_day_on_which_clocks_change_is_as_long_as_it_is() -> None:
    # In Cairo clocks go from 00:00 to 01:00 on 2026-04-24: the day has 23 hours, and no midnight.
    agent = Agent.model_validate({"away": "2026-04-24"})
    zone = ZoneInfo("Africa/Cairo")
    begin, end = at("2026-04-23T22:00", "UTC"), at("2026-04-24T21:00", "UTC")
    seen = [bool(away_until(agent, ms, zone)) for ms in (begin - 1, begin, end - 1, end)]
    assert seen == [False, True, True, False]


def test_an_absence_is_said_with_the_name_that_the_configuration_has() -> None:
    agents = people(_209={"away": "2026-12-01..2026-12-10"}, _main_210={"away": "2026-12-05"}, _211={})
    now = at("2026-12-05T12:00")
    said = [absence(f"main/{n}", agents, now, INDIA) for n in ("209", "210", "211", "212", "")]
    assert said == ["209 is away through Thu 10 Dec", "main/210 is away through Sat 5 Dec", "", "", ""]


@pytest.mark.parametrize(
    ("name", "away", "said"),
    [
        ("Asha", "2026-12-01..2026-12-10", "Asha (209) is away through Thu 10 Dec"),
        (" Asha\n Rao ", "2026-12-05..2027-01-01", "Asha Rao (209) is away through Fri 1 Jan 2027"),
        ("Agent 209", "2026-12-05", "Agent 209 is away through Sat 5 Dec"),
        ("x" * 99, "2026-12-05", f"{'x' * 40} (209) is away through Sat 5 Dec"),
    ],
)
def test_an_absence_names_the_person_and_the_last_day_of_it(name: str, away: str, said: str) -> None:
    agents = people(_209={"name": name, "away": away})
    assert absence("main/209", agents, at("2026-12-05T12:00"), INDIA) == said


AWAY = {"away": "2026-12-01..2026-12-10"}


@pytest.mark.parametrize(
    ("agents", "there", "passed"),
    [
        ({"_209": AWAY}, [], ""),
        ({"_209": {**AWAY, "deputy": "210"}, "_210": {}}, [("agent main/210", "")], ""),
        # chains
        (
            {
                "_209": {**AWAY, "deputy": "210"},
                "_210": {"away": "2026-12-05", "deputy": "211"},
                "_211": {},
            },
            [("agent main/211", "their deputy 210 too")],
            "their deputy 210 too",
        ),
        (
            {"_209": {**AWAY, "deputy": "210"}, "_210": {"slack": "", "deputy": "211"}, "_211": {}},
            [("agent main/211", "their deputy 210 has no address")],
            "their deputy 210 has no address",
        ),
        (
            {
                "_209": {**AWAY, "deputy": "210"},
                "_210": {"slack": "", "deputy": "211"},
                "_211": {**AWAY, "deputy": "212"},
                "_212": {**AWAY},
            },
            [],
            (
                "their deputy 210 has no address, whose deputy 211 is away through Thu 10 Dec,"
                " whose deputy 212 too"
            ),
        ),
        # everybody who is there, in order: the first may be gone as well
        (
            {
                "_209": {"deputy": "210"},
                "_210": {"deputy": "211"},
                "_211": {**AWAY, "deputy": "212"},
                "_212": {},
            },
            [("agent main/210", ""), ("agent main/212", "their deputy 211 is away through Thu 10 Dec")],
            "their deputy 211 is away through Thu 10 Dec",
        ),
        # circles
        ({"_209": {**AWAY, "deputy": "209"}}, [], ""),
        (
            {"_209": {**AWAY, "deputy": "210"}, "_210": {**AWAY, "deputy": "209"}},
            [],
            "their deputy 210 too",
        ),
        (
            {
                "_209": {**AWAY, "deputy": "210"},
                "_210": {**AWAY, "deputy": "211"},
                "_211": {**AWAY, "deputy": "210"},
            },
            [],
            "their deputy 210 too, whose deputy 211 too",
        ),
        # accounts: a deputy without one is of the agent's own
        (
            {"_209": {**AWAY, "deputy": "210"}, "_dubai_210": {}},
            [],
            "their deputy 210 has no address",
        ),
        (
            {"_209": {**AWAY, "deputy": "210"}, "_main_210": {}, "_210": {"slack": ""}},
            [("agent main/210", "")],
            "",
        ),
        (
            {
                "_main_209": {**AWAY, "deputy": "dubai/210"},
                "_dubai_210": {**AWAY, "deputy": "211"},
                "_211": {},
            },
            [("agent dubai/211", "their deputy dubai/210 too")],
            "their deputy dubai/210 too",
        ),
        # one person under two names is passed over once
        ({"_209": {**AWAY, "deputy": "dubai/209"}}, [], ""),
    ],
)
def test_the_deputies_who_are_there_are_told_in_turn(
    agents: dict[str, Mapping[str, Any]], there: list[tuple[str, str]], passed: str
) -> None:
    assert told(people(**agents)) == (there, passed)


NAMES = ("209", "210", "211", "main/209", "main/210", "dubai/211")
SPANS = ("2026-12-01..2026-12-05", "2026-12-05", "2026-12-06")


@st.composite
def offices(draw: st.DrawFn) -> dict[str, Agent]:
    return {
        name: Agent(
            slack=draw(st.sampled_from(["", "U1"])),
            deputy=draw(st.sampled_from(["", *NAMES, "999"])),
            away=draw(st.lists(st.sampled_from(SPANS), max_size=2)),
        )
        for name in draw(st.sets(st.sampled_from(NAMES), min_size=1))
    }


def by_brute_force(agents: Mapping[str, Agent], start: str, today: date) -> list[str]:
    """Walk so far that any circle was gone round, and leave out who came before."""
    entry = dict[str, str]()
    for account, extension in product(("main", "dubai"), ("209", "210", "211", "999")):
        own = f"{account}/{extension}"
        entry[own] = own if own in agents else extension
    seen, walk, now = [entry[start]], list[str](), start
    for _ in range(50):
        person = agents.get(entry[now])
        if person is None or person.deputy == "":
            break
        account = now.split("/", maxsplit=1)[0]
        now = person.deputy if "/" in person.deputy else f"{account}/{person.deputy}"
        if entry[now] in seen:
            break
        seen.append(entry[now])
        walk.append(now)
    able = []
    for one in walk:
        person = agents.get(entry[one])
        days = [span for span in person.away if span.first <= today <= span.last] if person else []
        if person and person.slack and not days:
            able.append(f"agent {one}")
    return able


@given(
    offices(),
    st.sampled_from(["main/209", "main/210", "dubai/211"]),
    st.sampled_from(["04", "05", "06", "07"]),
)
@settings(deadline=None)
def test_any_chain_comes_to_those_whom_a_walk_along_it_finds(
    agents: dict[str, Agent], start: str, day: str
) -> None:
    now = at(f"2026-12-{day}T12:00")
    found = deputies(start, agents, now, INDIA, by_slack(agents))
    expected = by_brute_force(agents, start, date(2026, 12, int(day)))
    assert [target.recipient for target, _ in found.there] == expected
