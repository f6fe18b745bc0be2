"""Whatever comes in, every message stays within the limits, can't ping, and can't link."""

import unicodedata

import pytest
from hypothesis import given, settings

from notifier.channels.render import blocks, text
from notifier.channels.render.html import html
from notifier.channels.render.plain import plain
from notifier.channels.render.subject import subject
from notifier.model import AlertState, Attempts, Event, EventKind, Kind, Notification, ToldLine
from tests.support.blockkit import assert_fits, assert_harmless
from tests.support.hostile import notifications
from tests.support.sample import a_call, a_notification, an_alert


@given(notification=notifications)
@settings(deadline=None, max_examples=150)
def test_no_text_from_outside_leaves_the_limits_or_pings(notification: Notification) -> None:
    assert_fits(blocks(notification, has_buttons=True))
    said = text(notification)
    assert 1 <= len(said) <= 3_500
    assert_harmless(said)
    assert "https://" not in said
    assert said.encode()


@given(notification=notifications)
@settings(deadline=None, max_examples=100)
def test_no_text_from_outside_breaks_an_email(notification: Notification) -> None:
    line = subject(notification)
    assert 1 <= len(line) <= 150
    assert not [char for char in line if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"}]
    assert plain(notification).encode()
    page = html(notification)
    assert page.count("<h1") == 1
    assert "<!channel>" not in page
    assert len(page) < 100_000


@pytest.mark.parametrize(
    "worst",
    ["&" * 10**6, "x" * 10**6, "🙂" * 10**6, "9" * 10**6, "\u202e" * 10**6],
    ids=["entities", "letters", "emoji", "digits", "invisible"],
)
@pytest.mark.parametrize("mask", [True, False], ids=["masked", "shown"])
def test_the_longest_of_everything_still_fits(worst: str, mask: bool) -> None:  # noqa: FBT001 - a parameter
    many = tuple(
        a_call(account=f"{n}", extension=worst, customer=f"{n}{worst}", name=worst, placed_at=1_000)
        for n in range(50)
    )
    alert = an_alert(
        rule=worst,
        agent=worst,
        per=("extension", "customer"),
        call_count=10**12,
        within=10**12,
        level=9,
        state=AlertState.ACKNOWLEDGED,
        handled_by=worst,
        handled_at=1_000,
        customer=worst,
    )
    notification = a_notification(
        alert=alert,
        calls=many,
        kind=Kind.LEVEL,
        test=True,
        agent_names={call.agent: worst for call in many},
        events=(Event(1_000, EventKind.ACKNOWLEDGED, worst, worst),),
        told=tuple(ToldLine(f"{n}{worst}", 1_000, Kind.OPEN) for n in range(9)),
        attempts=Attempts(10**12, 1_000, 1_000, tuple(call.agent for call in many), 1_000, worst),
        is_agent_leg=True,
        stands_in_for=worst,
        mask_numbers=mask,
    )
    assert_fits(blocks(notification, has_buttons=True))
    assert len(text(notification)) <= 3_500
    assert len(str(blocks(notification))) < 8_000
