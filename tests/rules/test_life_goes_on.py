"""Escalations, reminders and snoozes: what is due for an alert that nobody has dealt with."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.config.values import DAY, HOUR, MINUTE
from notifier.model import Alert, AlertState, EndReason
from notifier.rules import (
    ALWAYS,
    Due,
    Escalate,
    Hours,
    Remind,
    Wake,
    due,
    heard,
    quiet_from,
    set_right,
    steps_taken,
    wakes_at,
)
from notifier.rules.life import due_steps
from tests.support.clock import START
from tests.support.hours import spells
from tests.support.rulebook import a_rule
from tests.support.sample import an_alert

OPEN, ACKNOWLEDGED, SNOOZED = AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED

STEPS: dict[str, Any] = {
    "escalate": [
        {"after": "30m", "notify": "leads"},
        {"after": "2h", "notify": "boss", "unless": "reached"},
        {"after": "4h", "notify": "owner"},
    ]
}
HOURLY: dict[str, Any] = {"repeat_every": "1h"}
# Open for an hour, closed for the next, open again for ten.
LUNCH = spells((START, START + HOUR), (START + 2 * HOUR, START + 12 * HOUR))
NEVER = spells()


def opened(**over: Any) -> Alert:
    return an_alert(**{"open_since": START, "follows_up": True, **over})


def at(hours: float) -> int:
    return START + round(hours * HOUR)


# The alert, its rule, its hours, when it wakes, and what is due then.
LIVES: list[tuple[Alert, dict[str, Any], Hours, int, Due]] = [
    (opened(), STEPS, ALWAYS, at(0.5), Escalate(1)),
    (opened(escalated=1), STEPS, ALWAYS, at(2), Escalate(2)),
    (opened(escalated=2), STEPS, ALWAYS, at(4), Escalate(3)),
    (opened(escalated=3), STEPS, ALWAYS, at(24), EndReason.EXPIRED),
    # It may have more than the rule has by now.
    (opened(escalated=9), STEPS, ALWAYS, at(24), EndReason.EXPIRED),
    (opened(open_since=at(3)), STEPS, ALWAYS, at(3.5), Escalate(1)),
    # From before it was known since when an alert is open.
    (opened(open_since=None), STEPS, ALWAYS, at(0.5), Escalate(1)),
    (opened(), STEPS, LUNCH, at(0.5), Escalate(1)),
    (opened(escalated=1), STEPS, LUNCH, at(3), Escalate(2)),
    (opened(open_since=at(0.75), escalated=0), STEPS, LUNCH, at(2.25), Escalate(1)),
    (opened(), {**STEPS, "outside": "send"}, NEVER, at(24), EndReason.EXPIRED),
    (opened(state=ACKNOWLEDGED), STEPS, ALWAYS, at(2), Escalate(2)),
    (opened(state=ACKNOWLEDGED, escalated=2), STEPS, ALWAYS, at(24), EndReason.EXPIRED),
    (opened(state=SNOOZED, snoozed_until=at(9)), STEPS | HOURLY, ALWAYS, at(9), Wake.WAKE),
    # It does not end in its sleep.
    (opened(state=SNOOZED, snoozed_until=at(99)), {}, ALWAYS, at(99), Wake.WAKE),
    (opened(), HOURLY, ALWAYS, at(1), Remind(1)),
    (opened(reminded=1), HOURLY, ALWAYS, at(2), Remind(2)),
    (opened(reminded=1), HOURLY, LUNCH, at(3), Remind(2)),
    (opened(reminded=1), {**HOURLY, "repeat_limit": 1}, ALWAYS, at(24), EndReason.EXPIRED),
    (opened(reminded=5), {**HOURLY, "repeat_limit": 1}, ALWAYS, at(24), EndReason.EXPIRED),
    (opened(state=ACKNOWLEDGED), HOURLY, ALWAYS, at(24), EndReason.EXPIRED),
    (opened(), {**HOURLY, "outside": "send"}, NEVER, at(24), EndReason.EXPIRED),
    # What falls due at once is told one after another: the end first, then an escalation.
    (opened(escalated=1, reminded=1), STEPS | HOURLY, ALWAYS, at(2), Escalate(2)),
    (opened(), {**HOURLY, "expire_after": "1h"}, ALWAYS, at(1), EndReason.EXPIRED),
    # What joined while nobody was to hear of it lives from when the calendar opens.
    (opened(), {}, spells((at(20), at(30))), at(44), EndReason.EXPIRED),
    (opened(), {"outside": "drop"}, spells((at(20), at(30))), at(24), EndReason.EXPIRED),
    (opened(), {"outside": "send"}, spells((at(20), at(30))), at(24), EndReason.EXPIRED),
    (opened(), {}, NEVER, at(24), EndReason.EXPIRED),
    # Nor does it end while nobody may hear more of it: it lives as long once more when the calendar opens.
    (opened(), {}, spells((START, at(9)), (at(70), at(80))), at(94), EndReason.EXPIRED),
    (opened(), {"outside": "drop"}, spells((START, at(9)), (at(70), at(80))), at(94), EndReason.EXPIRED),
    (opened(), {"outside": "send"}, spells((START, at(9)), (at(70), at(80))), at(24), EndReason.EXPIRED),
    (opened(), {"expire_after": "9h"}, spells((START, at(9))), at(9), EndReason.EXPIRED),
    # Not before its last step, however much of the time between is closed.
    (opened(), STEPS, spells((START, at(0.25)), (at(70), at(80))), at(70.25), Escalate(1)),
    (
        opened(escalated=2),
        {**STEPS, "expire_after": "5h", "outside": "send"},
        spells((START, at(1)), (at(9), at(14))),
        at(12),
        Escalate(3),
    ),
    # Neither its wait nor that it had ended before is held against it.
    (opened(open_since=at(5)), {}, ALWAYS, at(29), EndReason.EXPIRED),
    (opened(open_since=at(5)), {"count": 3, "within": "1h", "per": "team"}, ALWAYS, at(6), EndReason.QUIET),
]


@pytest.mark.parametrize("number", range(len(LIVES)))
def test_what_is_due_is_due_when_the_alert_wakes_and_not_before(number: int) -> None:
    alert, rule, hours, wakes, what = LIVES[number]
    its = a_rule(**rule)
    assert wakes_at(alert, its, hours) == wakes
    assert due(alert, its, hours, wakes) == what
    assert due(alert, its, hours, wakes - 1) is Wake.NOTHING


def test_of_several_steps_and_reminders_that_are_due_only_the_latest_is() -> None:
    its = a_rule(**STEPS, **HOURLY)
    assert due(opened(), its, ALWAYS, at(5)) == Escalate(3)
    assert due(opened(escalated=3), its, ALWAYS, at(5.5)) == Remind(5)
    assert due(opened(escalated=3, reminded=2), its, LUNCH, at(5.5)) == Remind(4)
    limited = a_rule(**HOURLY, repeat_limit=3)
    assert due(opened(), limited, ALWAYS, at(5.5)) == Remind(3)


def test_steps_that_fell_due_before_its_end_are_taken_first_and_reminders_are_over() -> None:
    its = a_rule(**STEPS, **HOURLY)
    assert due(opened(), its, ALWAYS, at(99)) == Escalate(3)
    assert due(opened(escalated=3), its, ALWAYS, at(99)) is EndReason.EXPIRED
    counting = a_rule(**STEPS, per="customer", count=2, within="1h")
    assert due(opened(within=HOUR), counting, ALWAYS, at(99)) == Escalate(1)
    assert due(opened(within=HOUR, escalated=1), counting, ALWAYS, at(99)) is EndReason.QUIET


def test_a_step_takes_those_before_it_with_it_but_for_what_an_acknowledgement_stops() -> None:
    its = a_rule(**STEPS)
    assert steps_taken(opened(), its, 3) == (1, 2, 3)
    assert steps_taken(opened(escalated=1), its, 3) == (2, 3)
    assert steps_taken(opened(state=ACKNOWLEDGED), its, 3) == (2,)


def test_of_the_steps_that_are_due_only_those_before_its_end_are() -> None:
    its = a_rule(**STEPS)
    assert due_steps(opened(), its, ALWAYS, at(3)) == [1, 2]
    assert due_steps(opened(escalated=1), its, ALWAYS, at(99)) == [2, 3]
    counting = a_rule(**STEPS, per="customer", count=2, within="1h")
    assert due_steps(opened(within=HOUR), counting, ALWAYS, at(99)) == [1]


@pytest.mark.parametrize("state", AlertState)
def test_whoever_hears_first_of_what_was_held_has_all_its_time(state: AlertState) -> None:
    held = opened(state=state, escalated=1)
    goes_on = state in {OPEN, ACKNOWLEDGED}
    assert heard(held, at(72)) == (opened(state=state, escalated=1, open_since=at(72)) if goes_on else None)


def test_a_threshold_alert_is_quiet_so_long_after_the_last_call_joined() -> None:
    counting = a_rule(per="team", count=2, within="30m")
    assert quiet_from(opened(last_joined_at=at(1)), counting) == at(1.5)
    assert quiet_from(opened(), a_rule()) is None


@pytest.mark.parametrize("state", [AlertState.PENDING, SNOOZED])
def test_an_alert_that_sleeps_without_a_time_wakes_rather_than_never(state: AlertState) -> None:
    alert = opened(state=state, due_at=None, snoozed_until=None)
    what = due(alert, a_rule(), ALWAYS, START)
    assert what is (Wake.TELL if state is AlertState.PENDING else Wake.WAKE)


def test_what_a_clock_that_was_ahead_wrote_counts_from_now() -> None:
    ahead = opened(
        last_joined_at=at(3), open_since=at(3), handled_at=at(3), snoozed_until=at(4), due_at=at(4)
    )
    right = set_right(ahead, START)
    expected = opened(last_joined_at=START, handled_at=START, snoozed_until=at(1), due_at=at(1))
    assert right == expected
    # A wait that no person chose counts from when its call was placed, by another clock.
    waiting = opened(state=AlertState.PENDING, open_since=None, due_at=at(9))
    assert set_right(waiting, START) == waiting


def test_what_a_right_clock_wrote_stays() -> None:
    alert = opened(state=SNOOZED, handled_at=START, snoozed_until=at(4))
    assert set_right(alert, START) == alert


MINUTES = st.integers(0, 2_000).map(lambda number: number * MINUTE)


@settings(deadline=None)
@given(
    alert=st.builds(
        lambda state, since, escalated, reminded, until: opened(
            state=state,
            open_since=START + since,
            escalated=escalated,
            reminded=reminded,
            snoozed_until=START + until if state is SNOOZED else None,
        ),
        st.sampled_from([OPEN, ACKNOWLEDGED, SNOOZED]),
        MINUTES,
        st.integers(0, 4),
        st.integers(0, 5),
        MINUTES,
    ),
    limit=st.none() | st.integers(1, 4),
    edges=st.lists(MINUTES, max_size=6, unique=True),
    now=MINUTES,
)
def test_something_is_due_exactly_from_when_the_alert_wakes(
    alert: Alert, limit: int | None, edges: list[int], now: int
) -> None:
    """So it is neither forgotten nor looked at in vain; and what was done is never due again."""
    its = a_rule(**STEPS, **HOURLY, repeat_limit=limit)
    marks = sorted(START + edge for edge in edges)
    hours: Hours = spells(*zip(marks[::2], marks[1::2], strict=False)) if edges else ALWAYS
    wakes = wakes_at(alert, its, hours)
    assert wakes is not None
    what = due(alert, its, hours, START + now)
    assert (what is Wake.NOTHING) == (wakes > START + now)
    for _ in range(10):
        match due(alert, its, hours, START + now):
            case Escalate(step=step):
                assert step > alert.escalated
                alert = replace(alert, escalated=step)
            case Remind(number=number):
                assert number > alert.reminded
                alert = replace(alert, reminded=number)
            case _:
                return
    raise AssertionError("it never comes to an end")


def test_an_alert_of_days_ends_a_day_after_its_last_call() -> None:
    assert wakes_at(opened(last_joined_at=START + 3 * DAY), a_rule(), ALWAYS) == START + 4 * DAY
