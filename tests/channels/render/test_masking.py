"""Who shall see no full number sees none, wherever one could stand in a message."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.render import blocks, text
from notifier.channels.render.html import html
from notifier.channels.render.numbers import hidden
from notifier.channels.render.plain import plain
from notifier.channels.render.subject import subject
from notifier.model import (
    AgentTally,
    Attempts,
    Event,
    EventKind,
    Kind,
    Message,
    Notification,
    OpenCustomer,
    Tally,
    ToldLine,
)
from tests.support.blockkit import texts_in
from tests.support.clock import START
from tests.support.messages import CASES, MENTIONS, masked, of_a_team, one
from tests.support.sample import a_call, a_digest, a_summary

NUMBER = "+919812345678"
WRITTEN = [
    "98123 45678",
    "+91 98123-45678",
    "(0981) 234 5678",
    "9.8.1.2.3.4.5.6.7.8",
    "९८१२३४५६७८",
    "9198123 45678",
]
_DIGITS = re.compile(r"(?:\d[\W_]{0,3}){8,}")


def seen(message: Message) -> str:
    """All that a reader can see, hear or follow."""
    shown = texts_in(blocks(message, MENTIONS, has_buttons=True))
    return "\n".join([*shown, text(message), plain(message), subject(message), html(message)])


def assert_hidden(message: Message) -> None:
    said = seen(message)
    assert "tel:" not in said
    without = re.sub(r"<!date[^>]*>|#[0-9a-f]{6}|charset[^>]*|\d\d:\d\d(?: IST)?(?: \(\+05:30\))?", "x", said)
    for digits in ("2345678", "12345", "45678", "5550123", "४५६७८"):
        assert digits not in re.sub(r"[\W_]", "", without), (digits, without)


@pytest.mark.parametrize("name", [name for name in CASES if "masked" in name])
def test_no_message_of_such_a_receiver_holds_one(name: str) -> None:
    assert_hidden(CASES[name])


@pytest.mark.parametrize("written", WRITTEN)
def test_a_number_is_masked_in_whatever_text_it_stands(written: str) -> None:
    at = START
    notification = one(
        alert=replace(one().alert, rule=f"vip {written}", handled_by=f"Ravi {written}", handled_at=at),
        calls=(a_call(name=written), a_call(customer="+12025550123", name=f"home {written}")),
        agent_names={"main/209": f"Asha {written}"},
        events=(Event(at, EventKind.ACKNOWLEDGED, "x", f"call {written} instead"),),
        told=(ToldLine(f"leads {written}", at, Kind.OPEN), ToldLine("x", at, Kind.OPEN, f"#r {written}")),
        attempts=Attempts(3, at, at, ("main/209",), at, "main/209"),
    )
    assert_hidden(masked(notification))
    assert_hidden(a_summary((masked(notification), masked(one()))))


def test_those_of_other_receivers_are_whole() -> None:
    for name in ("open", "open-team", "digest"):
        assert "098123 45678" in seen(CASES[name])
        assert "tel:+919812345678" in html(CASES["open"])


def test_a_digest_masks_names_and_numbers() -> None:
    figures = a_digest().figures
    left = (OpenCustomer(NUMBER, "98123 45678", "main/209", 2, START),)
    told = replace(figures, newest_open=left, agents=(AgentTally("main/209", Tally(1, 0, None)),))
    named = {"main/209": "Asha 98123 45678"}
    assert_hidden(a_digest(mask_numbers=True, figures=told, agent_names=named, teams=("t 9812345678",)))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Suresh", "Suresh"),
        ("Flat 12, 3rd floor", "Flat 12, 3rd floor"),
        ("123456", "123456"),
        ("1234567", "…67"),
        ("call 98123 45678 at 5", "call 981…5678 at 5"),
        ("+91 (98123) 45678", "+91…5678"),
        ("+9198123456", "+91…3456"),
    ],
)
def test_what_may_be_a_number_keeps_its_ends(written: str, shown: str) -> None:
    assert hidden(written) == shown


def test_half_a_number_is_not_left_over_where_a_name_is_cut() -> None:
    name = "x" * 52 + " 9812345678"
    assert "98123" not in seen(masked(one(calls=(a_call(name=name),))))


@given(st.text(alphabet="0123456789 +-().x/", max_size=200))
@settings(deadline=None)
def test_no_run_of_eight_digits_is_left(written: str) -> None:
    for found in _DIGITS.findall(hidden(written)):
        assert "…" in found, found


def test_a_table_masks() -> None:
    assert "Suresh, +91…5678" in list(texts_in(blocks(masked(of_a_team()))))


def test_what_is_too_short_for_a_number_is_masked_where_it_stands_for_one() -> None:
    for customer in ("12345", "209_12345"):
        short = masked(one(calls=(a_call(customer=customer, name=""),)))
        assert "12345" not in seen(short) + seen(a_summary((short, short)))
        left = (OpenCustomer(customer, "", "main/209", 2, START),)
        told = replace(a_digest().figures, newest_open=left)
        assert "12345" not in seen(a_digest(mask_numbers=True, figures=told))


def test_each_alert_of_a_summary_is_masked_by_itself() -> None:
    both: tuple[Notification, ...] = (masked(one()), one())
    said = text(a_summary(both))
    assert "+91…5678" in said
    assert "098123 45678" in said
