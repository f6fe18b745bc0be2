"""Legs of answered calls, and calls whose customer was reached since, mean nothing to nobody."""

from dataclasses import replace
from typing import Any

import pytest

from notifier.model import AlertState, StoredCall
from notifier.rules import Reason, Windows, compile_rules
from notifier.rules.window import Overlay, Window
from tests.support.clock import START
from tests.support.rulebook import Desk, a_rule, compiled, reasons, stored

MINUTE = 60_000  # ms
ONCE: dict[str, Any] = {"per": "customer"}
MANY: dict[str, Any] = {"per": "extension", "count": 3, "within": "1h"}
MANY_OF_ONE: dict[str, Any] = {"per": "customer", "count": 2, "within": "1h"}


def leg(row: int, at: int = START) -> StoredCall:
    return stored(row, at)._replace(spurious=True)


def reached(row: int, at: int = START) -> StoredCall:
    return stored(row, at)._replace(reached=True)


def counted(windows: Windows, key: tuple[str, str] = ("rule", "extension=main/209")) -> int:
    window = windows.get(key)
    return len(window.times) if window else 0


@pytest.mark.parametrize("over", [{}, ONCE, MANY, MANY_OF_ONE], ids=["call", "customer", "many", "of-one"])
def test_a_leg_opens_nothing_and_counts_nowhere(over: dict[str, Any]) -> None:
    desk = Desk(compiled(**over))
    outcome = desk.take([leg(row, START + row) for row in range(5)])
    assert reasons(outcome) == [Reason.SPURIOUS] * 5
    assert outcome.changes == []
    assert counted(desk.windows) == 0


@pytest.mark.parametrize("over", [ONCE, MANY], ids=["customer", "many"])
def test_a_leg_does_not_join_what_is_active(over: dict[str, Any]) -> None:
    desk = Desk(compiled(**over))
    desk.take([stored(row, START + row) for row in range(3)])
    outcome = desk.take([leg(3, START + 3), stored(4, START + 4)])
    assert reasons(outcome) == [Reason.SPURIOUS, Reason.JOINED]
    assert [change.joined for change in outcome.changes] == [(4,)]
    (alert,) = desk.active.values()
    assert alert.call_count == 4


def test_a_leg_that_was_placed_before_the_account_was_watched_does_not_count_either() -> None:
    desk = Desk(compiled(**MANY))
    outcome = desk.take([leg(row)._replace(baseline=True) for row in range(3)])
    assert reasons(outcome) == [Reason.SPURIOUS] * 3
    assert reasons(desk.take([stored(4)])) == [Reason.BELOW_THRESHOLD]


@pytest.mark.parametrize("per", ["call", "customer", ["customer", "extension"]])
def test_a_rule_about_one_customer_opens_nothing_for_who_was_reached_since(per: Any) -> None:
    desk = Desk(compiled(per=per))
    outcome = desk.take([reached(1)])
    assert (reasons(outcome), outcome.changes) == ([Reason.REACHED_BEFORE_WAIT], [])


@pytest.mark.parametrize("per", ["extension", "team", "account"])
def test_a_rule_about_several_customers_is_about_who_was_reached_since_as_well(per: str) -> None:
    desk = Desk(compiled(per=per, count=2, within="1h"))
    assert reasons(desk.take([reached(1), reached(2)])) == [Reason.BELOW_THRESHOLD, Reason.OPENED]
    assert [alert.customer for alert in desk.active.values()] == [""]


def test_who_was_reached_since_joins_nothing_but_was_missed_all_the_same() -> None:
    """As it would have counted, had it come before the answered call."""
    desk = Desk(compiled(**MANY_OF_ONE))
    assert reasons(desk.take([reached(1)])) == [Reason.REACHED_BEFORE_WAIT]
    assert reasons(desk.take([stored(2, START + MINUTE)])) == [Reason.OPENED]
    assert reasons(desk.take([reached(3, START + 1), stored(4, START + 2 * MINUTE)])) == [
        Reason.REACHED_BEFORE_WAIT,
        Reason.JOINED,
    ]
    (alert,) = desk.active.values()
    assert alert.call_count == 3


def test_a_call_from_before_the_account_was_watched_stays_baseline() -> None:
    desk = Desk(compiled(**ONCE))
    assert reasons(desk.take([reached(1)._replace(baseline=True)])) == [Reason.BASELINE]


@pytest.mark.parametrize(
    ("over", "customer"),
    [
        ({}, "+919812345678"),
        (ONCE, "+919812345678"),
        ({"per": ["customer", "team"]}, "+919812345678"),
        ({"per": "extension"}, ""),
        ({"per": ["team", "account"]}, ""),
    ],
)
def test_an_alert_knows_its_customer_where_it_is_about_one(over: dict[str, Any], customer: str) -> None:
    desk = Desk(compiled(**over))
    desk.take([stored(1)])
    assert [alert.customer for alert in desk.active.values()] == [customer]


@pytest.mark.parametrize(
    ("over", "follow_up", "follows_up"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"repeat_every": "1h"}, False, True),
        ({"escalate": [{"after": "1h", "notify": "leads"}]}, False, True),
    ],
)
def test_an_alert_goes_on_where_answered_calls_are_read_or_its_rule_escalates_or_repeats(
    over: dict[str, Any], *, follow_up: bool, follows_up: bool
) -> None:
    desk = Desk(*compile_rules([a_rule(**over)], {}, follow_up=follow_up))
    desk.take([stored(1)])
    assert [alert.follows_up for alert in desk.active.values()] == [follows_up]


def test_an_alert_without_a_wait_is_open_from_when_it_was_stored() -> None:
    desk = Desk(compiled(name="now"), compiled(name="later", wait="10m"))
    desk.take([stored(1, START)], START + 5)
    found = {alert.rule: (alert.state, alert.open_since) for alert in desk.active.values()}
    assert found == {"now": (AlertState.OPEN, START + 5), "later": (AlertState.PENDING, None)}


def test_what_people_did_to_an_alert_stays_when_calls_join() -> None:
    desk = Desk(compiled(per="customer"))
    desk.take([stored(1)])
    ((key, alert),) = desk.active.items()
    handled = replace(
        alert,
        state=AlertState.SNOOZED,
        follows_up=True,
        escalated=2,
        reminded=3,
        handled_by="Asha",
        handled_at=START + 7,
        snoozed_until=START + 9,
    )
    desk.active[key] = handled
    desk.take([stored(2, START + 1)], START + 8)
    joined = desk.active[key]
    assert replace(
        joined, version=handled.version, call_count=1, last_call_at=START, last_joined_at=START
    ) == replace(handled, last_joined_at=START)


@pytest.mark.parametrize(
    ("match", "asks"),
    [
        ({}, False),
        ({"extension": "209"}, False),
        ({"attempts": ">=3"}, True),
        ({"not": {"attempts": ">=2"}}, True),
        ({"not": {"not": {"attempts": ">=2"}}}, True),
    ],
)
def test_a_rule_says_whether_it_asks_for_attempts(match: dict[str, Any], *, asks: bool) -> None:
    assert compiled(match=match).asks_attempts is asks


def test_a_window_drops_a_call_wherever_it_stands_and_leaves_the_others() -> None:
    window = Window()
    for row, time in enumerate([1, 2, 2, 2, 3]):
        window.add(time, row, taken=row == 2)
    window.drop(2, 2)
    window.drop(2, 0)  # another instant
    window.drop(9, 9)
    assert (list(window.times), list(window.rows), bytes(window.taken)) == (
        [1, 2, 2, 3],
        [0, 1, 3, 4],
        bytes(4),
    )


def test_what_is_dropped_is_gone_only_after_the_commit_and_makes_no_window() -> None:
    windows = Windows(0)
    windows.add(("rule", "key"), stored(1, 5), taken=False)
    overlay = Overlay(windows)
    overlay.drop(("rule", "key"), 5, 1)
    overlay.drop(("rule", "other"), 5, 1)
    assert counted(windows, ("rule", "key")) == 1
    overlay.apply()
    assert counted(windows, ("rule", "key")) == 0
    assert windows.get(("rule", "other")) is None
