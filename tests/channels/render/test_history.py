"""What happened to an alert in words: every kind of thing, in order, masked, and never too long."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.render.history import history_blocks, history_text
from notifier.channels.render.table import leaves_calls_out
from notifier.channels.render.times import in_turn
from notifier.model import SAID_REACHED, Call, EndReason, Event, EventKind, History, Raised, Severity
from tests.support.blockkit import assert_fits, assert_harmless
from tests.support.clock import START
from tests.support.hostile import calls, texts, times
from tests.support.messages import a_history, of_a_team, one, too_many
from tests.support.sample import MINUTE, a_call, a_notification, an_alert
from tests.support.slack_limits import TEXT

KOLKATA, BERLIN = ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin")
AT = START + MINUTE


def told(*events: Event, **over: Any) -> History:
    return a_history(one(agent_names={"main/209": "Agent 209"}), events=events, **over)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (Event(AT, EventKind.ACKNOWLEDGED, "agent main/209"), "Acknowledged by Agent 209"),
        (Event(AT, EventKind.ACKNOWLEDGED, "agent main/305"), "Acknowledged by extension 305"),
        (Event(AT, EventKind.SNOOZED, "Asha", until=START + 60 * MINUTE), "Snoozed by Asha until 20:43"),
        (Event(AT, EventKind.WOKE), "Woke from its snooze"),
        (Event(AT, EventKind.REOPENED, "Asha", "called again"), "Reopened by Asha (called again)"),
        (Event(AT, EventKind.RESOLVED, "Asha", "Wrong number"), "Resolved by Asha (Wrong number)"),
        (
            Event(AT, EventKind.RESOLVED, "Asha", SAID_REACHED),
            "Resolved: the customer was reached by Asha",
        ),
        (Event(AT, EventKind.RESOLVED, "Asha", "Do not call"), "Resolved by Asha (Do not call)"),
        (
            Event(AT, EventKind.REACHED, "agent main/209", "the customer called"),
            "Ended: the customer was reached by Agent 209 (the customer called)",
        ),
        (Event(AT, EventKind.ESCALATED, note="leads, sales-room"), "Escalated to leads, sales-room"),
        (Event(AT, EventKind.SILENCED, "Asha", "holiday"), "Silenced by Asha (holiday)"),
        (Event(AT, EventKind.ENDED, note=EndReason.EXPIRED), "Ended: nobody followed up in time"),
        (Event(AT, EventKind.ENDED, note=EndReason.QUIET), "Ended: no further call came"),
        (Event(AT, EventKind.ENDED, note="of another version"), "Ended: of another version"),
    ],
)
def test_each_thing_is_said_with_who_did_it_and_when(event: Event, said: str) -> None:
    assert history_text(told(event)) == f"19:44 IST (+05:30): {said}"


def test_a_level_stands_where_it_was_reached() -> None:
    raised = Raised(START + 2 * MINUTE, 2, Severity.CRITICAL)
    events = [Event(START + n * MINUTE, EventKind.ACKNOWLEDGED, "Asha") for n in (1, 3)]
    lines = history_text(told(*events, raised=raised)).splitlines()
    assert lines[1] == "19:45: Rose to level 2 (critical)"
    assert history_text(told(raised=raised)) == "19:45 IST (+05:30): Rose to level 2 (critical)"


def test_of_too_much_the_last_is_told() -> None:
    events = [Event(START + n * MINUTE, EventKind.ACKNOWLEDGED, f"Asha {n}") for n in range(10)]
    lines = history_text(told(*events)).splitlines()
    assert lines[0] == "2 earlier changes"
    assert lines[-1].endswith("Asha 9")
    assert len(lines) == 9
    assert history_text(told(*events[1:])).startswith("1 earlier change\n")


def test_a_single_call_is_one() -> None:
    said = history_text(told(calls=(a_call(),), call_count=1)).splitlines()
    assert said == ["Missed call:", "• 19:42 IST (+05:30): Agent 209 to Suresh, 098123 45678"]


def test_whoever_may_not_see_numbers_sees_none() -> None:
    event = Event(AT, EventKind.RESOLVED, "+919812345678", "call +91 98123 45678, or 9812345678")
    history = told(event, calls=(a_call(name="+91 9812345678"),), call_count=1, mask_numbers=True)
    for said in (history_text(history), str(history_blocks(history))):
        assert "98123" not in said.replace(" ", "").replace("-", "")
        assert "5678" in said


@given(
    events=st.lists(
        st.builds(Event, times, st.sampled_from(EventKind), texts, texts, st.none() | times),
        min_size=1,
        max_size=12,
    ),
    called=st.lists(calls, max_size=12),
    name=texts,
    mask=st.booleans(),
)
@settings(deadline=None)
def test_whatever_comes_from_outside_is_text_and_within_the_limits(
    events: list[Event], called: list[Call], name: str, *, mask: bool
) -> None:
    names = {call.agent: name for call in called[::2]}
    over = {"calls": tuple(called), "call_count": len(called), "mask_numbers": mask, "agent_names": names}
    history = told(*events, **over)
    assert_fits(history_blocks(history), ())
    assert_harmless(history_text(history))
    assert len(history_text(history)) <= TEXT
    assert len(history_text(history).splitlines()) <= 9 + 12


def test_times_in_turn_have_their_offset_where_it_is_another_one() -> None:
    assert in_turn([START, START + MINUTE], KOLKATA, START) == ["19:43 IST (+05:30)", "19:44"]
    half_hours = [
        round(datetime(2026, 10, 25, 0, tzinfo=UTC).timestamp() * 1000) + n * 30 * MINUTE for n in range(4)
    ]
    assert in_turn(half_hours, BERLIN, half_hours[0]) == [
        "02:00 CEST (+02:00)",
        "02:30",
        "02:00 CET (+01:00)",
        "02:30",
    ]
    assert in_turn([2**62, START], KOLKATA, START) == ["at an unknown time", "19:43 IST (+05:30)"]


@pytest.mark.parametrize(
    ("calls", "count", "leaves"),
    [(1, 1, False), (2, 2, False), (3, 3, True), (50, 51, True)],
)
def test_of_one_customer_the_first_and_the_last_call_are_shown(calls: int, count: int, leaves: bool) -> None:  # noqa: FBT001 - a parameter
    made = tuple(a_call(id=f"c{number}") for number in range(calls))
    assert leaves_calls_out(a_notification(alert=an_alert(call_count=count), calls=made)) is leaves


def test_a_table_has_room_for_six_customers_however_often_they_were_missed() -> None:
    assert leaves_calls_out(too_many())
    assert not leaves_calls_out(of_a_team())
