"""What an answered call means for alerts, and for calls that were missed around it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.model import Alert, AlertState, Call, Contact, Endpoint, EndReason, Event, EventKind, Standing
from notifier.rules.reached import (
    MOST_AHEAD,
    NEAR,
    believable,
    is_spurious,
    reach,
    reached_by,
    standings,
)
from tests.support.clock import START
from tests.support.sample import a_call, an_alert

MINUTE = 60_000  # ms
CUSTOMER = "+919812345678"


def answered(at: int, **over: object) -> Call:
    return a_call(endpoint=Endpoint.OUT_ANSWERED, id=f"a{at}", placed_at=at, **over)


def an_alert_of(last_call_at: int = START, **over: object) -> Alert:
    return an_alert(customer=CUSTOMER, last_call_at=last_call_at, **over)


@pytest.mark.parametrize(
    ("after", "is_reached"),
    [
        (0, True),
        (1, True),
        (30 * MINUTE, True),
        (-1, True),
        (-2 * MINUTE, True),
        (-2 * MINUTE - 1, False),
        (-3 * MINUTE, False),
        (-24 * 60 * MINUTE, False),
    ],
)
def test_an_answered_call_reaches_who_was_missed_before_it_or_within_two_minutes_after(
    after: int, *, is_reached: bool
) -> None:
    assert reached_by(an_alert_of(START), answered(START + after)) is is_reached


def test_it_is_the_last_call_that_counts() -> None:
    alert = an_alert_of(START, first_call_at=START - 60 * MINUTE)
    assert not reached_by(alert, answered(START - 30 * MINUTE))


@pytest.mark.parametrize("customer", ["+919812345679", "", "919812345678"])
def test_another_customer_is_not_reached_by_it(customer: str) -> None:
    assert not reached_by(an_alert_of(START), answered(START, customer=customer))


def test_an_alert_about_several_customers_is_reached_by_nobody() -> None:
    assert not reached_by(an_alert(customer="", last_call_at=START), answered(START, customer=""))


@pytest.mark.parametrize(
    ("contact", "spurious"),
    [
        (Contact(), False),
        (Contact(last_answered=START), True),
        (Contact(last_answered=START - NEAR), True),
        (Contact(last_answered=START - NEAR - 1), False),
        (Contact(next_answered=START + 1), True),
        (Contact(next_answered=START + NEAR), True),
        (Contact(next_answered=START + NEAR + 1), False),
        (Contact(last_answered=START - 3 * MINUTE, next_answered=START + MINUTE), True),
    ],
)
def test_a_leg_is_within_two_minutes_of_a_call_that_was_answered(contact: Contact, *, spurious: bool) -> None:
    assert is_spurious(START, contact) is spurious


@pytest.mark.parametrize(
    ("contact", "standing"),
    [
        (Contact(), Standing(attempt=1)),
        (Contact(missed=4), Standing(attempt=5)),
        (Contact(last_answered=START - 3 * MINUTE, missed=2), Standing(attempt=3)),
        (Contact(last_answered=START - MINUTE, missed=2), Standing(spurious=True)),
        (Contact(next_answered=START + MINUTE), Standing(spurious=True)),
        (Contact(next_answered=START + 3 * MINUTE, missed=1), Standing(reached=True, attempt=2)),
    ],
)
def test_how_a_call_stands_follows_from_what_is_known_around_it(contact: Contact, standing: Standing) -> None:
    assert standings([a_call(placed_at=START)], [contact]) == [standing]


def test_calls_that_come_together_count_as_attempts_in_the_order_in_which_they_were_placed() -> None:
    calls = [
        a_call(id="late", placed_at=START + 9),
        a_call(id="other", placed_at=START, customer="+919812345679"),
        a_call(id="b", placed_at=START),
        a_call(id="a", placed_at=START),
    ]
    found = standings(calls, [Contact(missed=2)] * 4)
    assert [one.attempt for one in found] == [5, 3, 4, 3]


def test_attempts_begin_anew_after_an_answered_call_between_calls_that_come_together() -> None:
    calls = [a_call(id=str(at), placed_at=START + at * MINUTE) for at in (0, 3, 20, 25)]
    between = START + 10 * MINUTE
    found = standings(
        calls,
        [
            Contact(next_answered=between, missed=6),
            Contact(next_answered=between, missed=6),
            Contact(last_answered=between),
            Contact(last_answered=between),
        ],
    )
    assert [(one.reached, one.attempt) for one in found] == [(True, 7), (True, 8), (False, 1), (False, 2)]


def test_a_leg_is_no_attempt() -> None:
    calls = [a_call(id=str(at), placed_at=START + at * MINUTE) for at in (0, 1, 9)]
    near = START + MINUTE + NEAR  # within two minutes of the second only
    found = standings(
        calls, [Contact(next_answered=near), Contact(next_answered=near), Contact(last_answered=near)]
    )
    assert [(one.spurious, one.attempt) for one in found] == [(False, 1), (True, 1), (False, 1)]


@pytest.mark.parametrize(
    ("ahead", "customer", "believed"),
    [(0, CUSTOMER, True), (MOST_AHEAD, CUSTOMER, True), (MOST_AHEAD + 1, CUSTOMER, False), (0, "", False)],
)
def test_nobody_was_reached_in_the_future_or_without_a_number(
    ahead: int, customer: str, *, believed: bool
) -> None:
    calls = [answered(START + ahead, customer=customer)]
    assert (believable(calls, START) == calls) is believed


def test_an_alert_ends_by_the_first_call_that_reached_the_customer() -> None:
    calls = [
        answered(START + 9 * MINUTE, extension="201"),
        answered(START + MINUTE),
        answered(START - 9 * MINUTE),
    ]
    found = reach(an_alert_of(START, version=4), calls, START + 20 * MINUTE)
    assert found is not None
    alert, event = found
    assert (alert.state, alert.ended_as, alert.ended_at, alert.version) == (
        AlertState.ENDED,
        EndReason.REACHED,
        START + 20 * MINUTE,
        5,
    )
    assert (alert.handled_by, alert.handled_at) == ("agent main/209", START + MINUTE)
    assert event == Event(START + 20 * MINUTE, EventKind.REACHED, "agent main/209")


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (AlertState.PENDING, EventKind.REACHED_BEFORE_WAIT),
        (AlertState.OPEN, EventKind.REACHED),
        (AlertState.ACKNOWLEDGED, EventKind.REACHED),
        (AlertState.SNOOZED, EventKind.REACHED),
    ],
)
def test_whatever_its_state_an_alert_ends_and_says_whether_anybody_was_told(
    state: AlertState, kind: EventKind
) -> None:
    found = reach(an_alert_of(START, state=state), [answered(START)], START)
    assert found is not None
    assert (found[0].state, found[1].kind) == (AlertState.ENDED, kind)


def test_a_customer_who_called_is_said_to_have_called() -> None:
    call = answered(START)._replace(endpoint=Endpoint.IN_ANSWERED)
    found = reach(an_alert_of(START), [call], START)
    assert found is not None
    assert found[1].note == "the customer called"


def test_who_took_the_call_may_be_unknown() -> None:
    found = reach(an_alert_of(START), [answered(START, extension="")], START)
    assert found is not None
    assert (found[0].handled_by, found[0].handled_at, found[1].who) == ("", START, "")


def test_an_alert_that_nobody_reached_goes_on() -> None:
    assert reach(an_alert_of(START), [answered(START - 3 * MINUTE)], START) is None
    assert reach(an_alert_of(START), [], START) is None


@settings(deadline=None)
@given(
    missed=st.lists(st.integers(0, 20), min_size=1, max_size=8),
    answers=st.lists(st.integers(0, 20), max_size=4),
)
def test_standings_are_those_of_looking_at_all_calls_at_once(missed: list[int], answers: list[int]) -> None:
    """By hand: legs first, then attempts since the last answer before each."""
    calls = [a_call(id=f"{row:02}", placed_at=START + minute * MINUTE) for row, minute in enumerate(missed)]
    contacts = [
        Contact(
            max((START + one * MINUTE for one in answers if one <= minute), default=None),
            min((START + one * MINUTE for one in answers if one > minute), default=None),
        )
        for minute in missed
    ]
    legs = [any(abs(minute - one) <= 2 for one in answers) for minute in missed]
    expected = []
    for row, minute in enumerate(missed):
        since = max((one for one in answers if one <= minute), default=-1)
        before = [
            other
            for other, at in enumerate(missed)
            if not legs[other] and since < at <= minute and (at, other) < (minute, row)
        ]
        expected.append(
            Standing(spurious=True)
            if legs[row]
            else Standing(False, any(one > minute for one in answers), 1 + len(before))
        )
    assert standings(calls, contacts) == expected
