"""What is said below the first message about an alert: short, and enough to call somebody back."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from notifier.channels.render import Mentions, blocks, text
from notifier.channels.render.replies import reply_blocks, reply_text
from notifier.model import AlertState, EndReason, EventKind, Kind, Notification, Severity
from tests.support.blockkit import assert_fits, assert_harmless, texts_in
from tests.support.hostile import notifications
from tests.support.messages import MENTIONS, ended, handled, one, too_many


def of_level(level: int, severity: Severity) -> Notification:
    about = too_many(level=level, needed=12)
    return replace(about, kind=Kind.LEVEL, alert=replace(about.alert, severity=severity))


def reminder(number: int, about: Notification) -> Notification:
    return replace(about, kind=Kind.REMINDER, alert=replace(about.alert, reminded=number))


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (reminder(0, one()), "Reminder: still not reached. Call back Suresh, 098123 45678. Missed by "),
        (reminder(1, one()), "Reminder: still not reached. "),
        (reminder(7, one()), "Reminder 7: still not reached. "),
        (reminder(2, too_many()), "Reminder 2: still open. 13 missed calls by Agent 209. Since 19:30, last "),
        (one(kind=Kind.ESCALATION), "Escalated: still not reached. Call back Suresh, 098123 45678. "),
        (of_level(1, Severity.CRITICAL), "Now critical. 13 missed calls by Agent 209. "),
        (of_level(2, Severity.INFO), "Now level 2. 13 missed calls by Agent 209. "),
    ],
)
def test_it_says_what_it_is_before_anything_else(reply: Notification, said: str) -> None:
    assert reply_text(reply).startswith(said)
    first = next(texts_in(reply_blocks(reply)))
    assert said.partition(". ")[0] in first.splitlines()[0]


def test_it_names_who_called_once_and_pings_at_its_top() -> None:
    (above, *_) = texts_in(reply_blocks(one(kind=Kind.ESCALATION), MENTIONS))
    assert above.startswith("<!here> ")
    agent = "<@U0209ASHA>"
    (above, *_) = texts_in(reply_blocks(reminder(1, one()), Mentions({"main/209": agent}, (agent,))))
    assert above.count(agent) == 1


def test_a_deputy_is_told_so_and_who_is_on_it() -> None:
    on_it = handled(AlertState.ACKNOWLEDGED, EventKind.ACKNOWLEDGED)
    reply = replace(on_it, kind=Kind.ESCALATION, stands_in_for="main/209")
    for said in (reply_text(reply), "\n".join(texts_in(reply_blocks(reply)))):
        assert "Asha is on it since 19:48 IST (+05:30). You stand in for Agent 209" in said
        assert "they want" in said
        assert "Escalated to you" not in said


def test_of_what_is_over_it_says_no_more_than_that() -> None:
    expired = replace(ended(one(), EndReason.EXPIRED, 24 * 60), kind=Kind.ESCALATION)
    assert reply_blocks(expired, MENTIONS) == blocks(expired, MENTIONS)
    assert reply_text(expired) == text(expired)
    assert "<!here>" not in str(reply_blocks(expired, MENTIONS))


@given(notification=notifications)
@settings(deadline=None, max_examples=100)
def test_no_text_from_outside_leaves_the_limits_or_pings(notification: Notification) -> None:
    made = reply_blocks(notification)
    assert_fits(made)
    assert not any(block["type"] == "actions" for block in made)
    said = reply_text(notification)
    assert 1 <= len(said) <= 3_500
    assert_harmless(said)
    assert "https://" not in said
