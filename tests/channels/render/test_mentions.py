"""Whom a message in Slack mentions, and that nothing else becomes a mention."""

from dataclasses import replace

import pytest

from notifier.channels.render import NOBODY, Mentions, blocks, text
from notifier.model import Kind
from tests.support.messages import ALERTS, CASES, MENTIONS, of_a_team, one
from tests.support.sample import a_notice

ASHA = "<@U0209ASHA>"


def shown(name: str) -> str:
    return str(blocks(ALERTS[name], MENTIONS))


def test_the_agent_who_missed_the_customer_is_mentioned() -> None:
    assert f"Missed by {ASHA}\\n19:42 IST (+05:30)" in shown("open")
    assert f"Missed by extension other/210 and {ASHA}" in shown("open-two-agents")


def test_who_reached_the_customer_is_mentioned() -> None:
    assert f"Reached by {ASHA}, 19:48 IST (+05:30)" in shown("ended-reached")


def test_whoever_is_not_known_in_slack_is_named() -> None:
    assert blocks(one(), Mentions({"main/210": ASHA})) == blocks(one())
    assert "Missed by Agent 209" in str(blocks(one()))


@pytest.mark.parametrize("name", ["open", "escalation", "level", "test-customer", "summary-burst"])
def test_a_new_message_pings_at_its_top_and_once(name: str) -> None:
    made = blocks(CASES[name], MENTIONS)
    assert str(made).count("<!here>") == 1
    assert text(CASES[name], MENTIONS).startswith("<!here> ")
    assert "<!here>" not in str(blocks(CASES[name], Mentions(MENTIONS.agents)))


@pytest.mark.parametrize("name", ["acknowledged", "snoozed", "ended-reached", "ended-expired"])
def test_what_calls_for_nobody_pings_nobody(name: str) -> None:
    assert "<!here>" not in str(blocks(CASES[name], MENTIONS)) + text(CASES[name], MENTIONS)


def test_nobody_is_pinged_twice_by_one_message() -> None:
    both = Mentions({"main/209": ASHA}, (ASHA,))
    assert str(blocks(one(), both)).count(ASHA) == 1
    assert text(one(), both).count(ASHA) == 1


def test_several_are_pinged_at_once_and_whoever_is_mentioned_anyway_is_not_pinged_again() -> None:
    several = Mentions({"main/209": ASHA}, ("<!here>", "<@U210>", ASHA, "", "<!channel>"))
    assert text(one(), several).startswith("<!here> <@U210> ")
    assert "<!channel>" not in text(one(), several)
    for said in (str(blocks(one(), several)), text(one(), several)):
        assert said.count(ASHA) == 1


def test_titles_and_reasons_name_whom_they_do_not_need_to_ping() -> None:
    level = str(blocks(ALERTS["level"], MENTIONS))
    assert level.count(ASHA) == 1
    assert "12 missed calls by Agent 209 within 30 min" in level


@pytest.mark.parametrize(
    "other",
    ["<!channel>", "<!everyone>", "@here", "<@U1", "<@U1|x>", "<https://a.b>", "<!here|x>", "<@x>", "Asha"],
)
def test_promise_nothing_but_the_mention_of_an_id_or_of_those_here_becomes_one(other: str) -> None:
    assert blocks(one(), Mentions({"main/209": other}, (other,))) == blocks(one(), NOBODY)
    assert text(one(), Mentions({"main/209": other}, (other,))) == text(one())


def test_a_user_group_and_a_person_can_be_pinged() -> None:
    for ping in ("<!subteam^S012AB>", "<@W012AB>"):
        assert f"{ping} " in str(blocks(of_a_team(), Mentions(pings=(ping,))))


def test_a_notice_pings_nobody() -> None:
    assert blocks(a_notice(), MENTIONS) == blocks(a_notice())


def test_a_reminder_of_what_somebody_is_on_is_loud() -> None:
    handled = replace(ALERTS["acknowledged"], kind=Kind.REMINDER)
    assert blocks(handled, MENTIONS)[0]["type"] == "header"
    assert "<!here>" in str(blocks(handled, MENTIONS))
