"""A digest says how many were missed, reached and are left, whatever names it holds, within every limit."""

import json
import unicodedata
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.mail.message import compose
from notifier.channels.render import blocks, text
from notifier.channels.render.digests import digest_words
from notifier.channels.render.html import html
from notifier.channels.render.plain import plain
from notifier.channels.render.subject import subject
from notifier.model import AgentTally, DigestFigures, DigestReport, HourTally, OpenCustomer, Tally
from tests.support.blockkit import assert_fits, assert_harmless
from tests.support.clock import START
from tests.support.hostile import texts, times
from tests.support.sample import MINUTE, NOBODY_MISSED, a_digest
from tests.support.slack_limits import TEXT, fault

LONG = "&" * 10**4


def digest(**figures: Any) -> DigestReport:
    return a_digest(figures=replace(a_digest().figures, **figures))


def facts(report: DigestReport) -> tuple[str, ...]:
    return digest_words(report, str).facts


@pytest.mark.parametrize(
    ("report", "title"),
    [
        (a_digest(), "evening: 3 customers missed, 2 to reach"),
        (digest(customers=Tally(1, 1, 0)), "evening: 1 customer missed, 0 to reach"),
        (digest(knows_reached=False, customers=Tally(3, 0, None)), "evening: 3 customers missed"),
        (digest(customers=Tally(12_345, 2_345, 0)), "evening: 12,345 customers missed, 10,000 to reach"),
        (a_digest(figures=NOBODY_MISSED), "evening: nobody was missed"),
    ],
    ids=["some", "one", "unknown", "many", "nobody"],
)
def test_the_title_says_how_it_stands(report: DigestReport, title: str) -> None:
    assert digest_words(report, str).title == title
    assert subject(report) == title.replace("evening", "evening 2026-09-21")
    for said in (text(report), plain(report), html(report), str(blocks(report))):
        assert title in said


@pytest.mark.parametrize(
    ("teams", "span"),
    [
        ((), "20 Sep 19:43 IST (+05:30) to 19:43 IST (+05:30)"),
        (("sales",), "20 Sep 19:43 IST (+05:30) to 19:43 IST (+05:30), team sales"),
        (
            ("a", "b", "c", "d", "e"),
            "20 Sep 19:43 IST (+05:30) to 19:43 IST (+05:30), teams a, b, c and 2 more",
        ),
    ],
    ids=["all", "one", "many"],
)
def test_it_says_from_when_to_when_and_whose_calls(teams: tuple[str, ...], span: str) -> None:
    assert digest_words(a_digest(teams=teams), str).span == span


def test_what_is_not_known_is_said_and_not_counted_as_nothing() -> None:
    unknown = digest(knows_reached=False, customers=Tally(3, 0, None))
    told = digest_words(unknown, str)
    assert told.facts == (
        "3 customers missed, in 5 calls",
        "In the lists, a customer counts with each agent, and in each hour, that missed them",
        "Left out: 1 call that rang an agent's own phone only",
        "Who was reached afterwards is not known: answered calls are not read",
    )
    assert told.left_title == "Missed last"
    everything = json.dumps(blocks(unknown)) + text(unknown) + plain(unknown) + html(unknown)
    assert "to reach" not in digest_words(unknown, str).title
    assert "Still to reach" not in everything


def test_every_figure_says_what_it_counts() -> None:
    told = digest_words(a_digest(), str)
    assert told.facts[:2] == (
        "3 customers missed, in 5 calls",
        "1 customer reached after their last missed call, 2 still to reach",
    )
    assert [str(row) for row in (*told.agents, *told.hours)] == [
        "Agent 209: 2 customers missed, 1 reached, 1 to reach, median 24 min",
        "extension 210: 1 customer missed, 0 reached, 1 to reach",
        "10:00: 3 calls to 2 customers, 1 reached",
        "17:00: 2 calls to 2 customers, 0 reached",
    ]
    once = digest(hours=(HourTally(10, 5, 3, 1),))
    assert not [fact for fact in facts(once) if "In the lists" in fact]


def test_it_says_up_to_when_telecmi_was_read_where_that_is_too_little() -> None:
    at = START - 11 * MINUTE
    missing = "so calls may be missing here"
    assert f"TeleCMI was read up to 19:32 IST (+05:30) only, {missing}" in facts(digest(read_to=at))
    assert f"TeleCMI was not read completely yet, {missing}" in facts(digest(read_to=None))
    for enough in (START - 9 * MINUTE, START + MINUTE):
        assert not [fact for fact in facts(digest(read_to=enough)) if missing in fact]


def test_numbers_are_shown_in_national_form_and_can_be_dialled() -> None:
    page = html(a_digest())
    assert 'href="tel:+919812345678"' in page
    assert "098123 45678" in page
    assert "+1 202-555-0123" in page
    assert "+91 98123 45678" in html(a_digest(country=None))


def test_agents_of_several_accounts_are_told_apart_where_they_have_no_name() -> None:
    agents = (AgentTally("main/209", Tally(2, 0, None)), AgentTally("other/209", Tally(1, 0, None)))
    two = a_digest(figures=replace(a_digest().figures, agents=agents), agent_names={})
    assert [row.what for row in digest_words(two, str).agents] == [
        "extension main/209",
        "extension other/209",
    ]


def test_a_call_without_an_extension_is_of_an_unknown_one() -> None:
    nobody = digest(agents=(AgentTally("main/", Tally(1, 0, None)),))
    assert digest_words(nobody, str).agents[0].what == "an unknown extension"


def full(count: int) -> DigestReport:
    """All that a digest can hold, at its longest."""
    agents = tuple(AgentTally(f"{LONG}{n}/{LONG}", Tally(10**9, 10**9 - 1, 10**12)) for n in range(count))
    figures = DigestFigures(
        calls=10**9,
        agent_legs=10**9,
        customers=Tally(10**9, 1, 10**12),
        agents=agents,
        hours=tuple(HourTally(hour, 10**6, 10**6, 10**6) for hour in range(24)),
        newest_open=tuple(OpenCustomer(LONG, LONG, agents[0].agent, 10**9, 1_000) for _ in range(20)),
        read_to=1_000,
        knows_reached=True,
    )
    names = {one.agent: LONG for one in agents}
    return a_digest(name=LONG, teams=(LONG,) * 9, since=1_000, figures=figures, agent_names=names)


@pytest.mark.parametrize("names", [True, False], ids=["named", "nameless"])
def test_at_its_longest_it_fits_and_says_how_much_it_leaves_out(names: bool) -> None:  # noqa: FBT001 - a parameter
    report = full(50) if names else replace(full(50), agent_names={})
    assert_fits(blocks(report))
    assert fault({"text": text(report), "blocks": blocks(report)}) is None
    assert len(text(report)) <= TEXT
    told = digest_words(report, str)
    assert (len(told.agents), told.more_agents) == (15, 35)
    assert (len(told.left), told.more_left) == (20, 10**9 - 21)
    for said in (json.dumps(blocks(report), ensure_ascii=False), plain(report), html(report)):
        assert "and 35 more" in said
        assert "and 999,999,979 more" in said
    assert len(html(report)) < 100_000
    assert compose(report, "calls@example.com", "lead@example.com").as_bytes()


tallies = st.integers(0, 10**6).flatmap(
    lambda missed: st.builds(
        Tally, st.just(missed), st.integers(0, missed), st.none() | st.integers(0, 10**12)
    )
)
agents = st.builds("{}/{}".format, texts, texts)
reports = st.builds(
    a_digest,
    name=texts,
    teams=st.lists(texts, max_size=5).map(tuple),
    since=times,
    until=times,
    now=times,
    agent_names=st.dictionaries(agents, texts, max_size=3),
    zone=st.sampled_from([ZoneInfo("Asia/Kolkata"), ZoneInfo("America/Sao_Paulo")]),
    country=st.sampled_from([None, "IN", "US"]),
    figures=st.builds(
        DigestFigures,
        calls=st.integers(0, 10**9),
        agent_legs=st.integers(0, 10**9),
        customers=tallies,
        agents=st.lists(st.builds(AgentTally, agents, tallies), max_size=20).map(tuple),
        hours=st.lists(
            st.builds(
                HourTally,
                st.integers(0, 23),
                st.integers(1, 10**6),
                st.integers(1, 10**6),
                st.integers(0, 10**6),
            ),
            max_size=24,
        ).map(tuple),
        newest_open=st.lists(
            st.builds(
                OpenCustomer, texts | st.just("+919812345678"), texts, agents, st.integers(1, 10**6), times
            ),
            max_size=20,
        ).map(tuple),
        read_to=st.none() | times,
        knows_reached=st.booleans(),
    ),
)


@given(report=reports)
@settings(deadline=None, max_examples=100)
def test_no_text_from_outside_leaves_the_limits_or_pings(report: DigestReport) -> None:
    assert_fits(blocks(report))
    said = text(report)
    assert 1 <= len(said) <= TEXT
    assert_harmless(said)
    assert "https://" not in said
    line = subject(report)
    assert not [char for char in line if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"}]
    assert 1 <= len(line) <= 150
    page = html(report)
    assert page.count("<h1") == 1
    assert "<!channel>" not in page
    assert "https://" not in plain(report)
    assert plain(report).encode()
