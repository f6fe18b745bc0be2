"""Messages with sample data: marked as a test, about nobody, whatever they show."""

from zoneinfo import ZoneInfo

import pytest

from notifier.channels.render import blocks, text
from notifier.channels.render.html import html
from notifier.channels.render.plain import plain
from notifier.channels.render.sample import Look, sample_notification
from notifier.channels.render.subject import subject
from notifier.model import Notification
from tests.support.clock import START

MARK = "This is a test with sample data: nobody needs to be called."


def sample(look: Look) -> Notification:
    names = {"main/209": "Asha"}
    return sample_notification(ZoneInfo("Asia/Kolkata"), START, "ab", look, agent_names=names, country="IN")


@pytest.mark.parametrize("look", Look)
def test_each_look_says_that_it_is_a_test_wherever_it_is_read(look: Look) -> None:
    shown = sample(look)
    drawn = blocks(shown, has_buttons=True)
    assert all(MARK in said for said in (text(shown), plain(shown), html(shown), str(drawn)))
    assert subject(shown).startswith(("Test:", "Re: Test:"))
    assert not [block for block in drawn if block["type"] == "actions"]


def test_one_to_call_back_has_all_that_the_real_message_has() -> None:
    said = text(sample(Look.CUSTOMER))
    for part in ("Call back Suresh, 098123 45678", "Missed by Asha", "Attempt 2 since", "last reached"):
        assert part in said
    assert "Customer was not reached" in said


def test_a_count_has_its_table() -> None:
    (table,) = [block for block in blocks(sample(Look.COUNT)) if block["type"] == "table"]
    assert "Lakshmi Traders" in str(table)


def test_one_that_is_done_with_says_by_whom() -> None:
    assert "Reached by Asha" in text(sample(Look.REACHED))


def test_each_is_an_alert_of_its_own_to_a_mail_program() -> None:
    zone = ZoneInfo("Asia/Kolkata")
    uids = {sample_notification(zone, START, name).alert.uid for name in ("ab", "cd")}
    assert uids == {"ab", "cd"}
