"""What new calls mean under a rule that counts: one sentence each."""

from typing import Any

import pytest

from notifier.config.values import HOUR, MINUTE
from notifier.model import AlertState, Kind, Severity
from notifier.rules import Reason, Telling
from tests.support.clock import START
from tests.support.rulebook import Desk, compiled, each, reasons, stored

COUNTING: dict[str, Any] = {"per": "extension", "count": 3, "within": "30m"}
KEY = ("rule", "extension=main/209")
TOLD = Telling(Kind.OPEN, 0, 0)


def _reasons(desk: Desk, *calls: tuple[int, int], now: int = START) -> list[Reason]:
    outcome = desk.take([stored(row, at) for row, at in calls], now)
    return reasons(outcome)


def test_a_threshold_alert_opens_with_the_call_that_reaches_the_count() -> None:
    desk = Desk(compiled(**COUNTING))
    outcome = desk.take([stored(row, START + row) for row in range(1, 5)])
    below, opened, joined = Reason.BELOW_THRESHOLD, Reason.OPENED, Reason.JOINED
    assert each(outcome) == [
        (1, "rule", below, -1),
        (2, "rule", below, -1),
        (3, "rule", opened, 0),
        (4, "rule", joined, 0),
    ]
    (change,) = outcome.changes
    assert (change.joined, change.telling) == ((1, 2, 3, 4), TOLD)
    assert (change.alert.needed, change.alert.within, change.alert.call_count) == (3, 30 * MINUTE, 4)
    assert (change.alert.first_call_at, change.alert.last_call_at) == (START + 1, START + 4)


def test_calls_further_apart_than_the_window_open_nothing() -> None:
    desk = Desk(compiled(**COUNTING))
    calls = [(row, START + row * 15 * MINUTE) for row in range(10)]
    assert set(_reasons(desk, *calls)) == {Reason.BELOW_THRESHOLD}


def test_extensions_are_counted_apart() -> None:
    desk = Desk(compiled(**COUNTING))
    calls = [stored(row, START + row, extension=str(200 + row % 2)) for row in range(4)]
    assert set(reasons(desk.take(calls))) == {Reason.BELOW_THRESHOLD}


@pytest.mark.parametrize(
    ("overrides", "account", "opens_at"),
    [
        ({"209": 5}, "main", 5),
        ({"main/209": 5}, "main", 5),
        ({"main/209": 5}, "other", 3),
        ({"210": 5}, "main", 3),
    ],
)
def test_an_override_counts_for_its_extension_alone(
    overrides: dict[str, int], account: str, opens_at: int
) -> None:
    desk = Desk(compiled(overrides=overrides, **COUNTING))
    outcome = desk.take([stored(row, START + row, account=account) for row in range(1, 7)])
    assert [row for row, _, reason, _ in each(outcome) if reason is Reason.OPENED] == [opens_at]
    assert outcome.changes[0].alert.needed == opens_at


LEVELS: dict[str, Any] = {
    "severity": "warning",
    "levels": [{"count": 5, "severity": "critical"}, {"count": 7}],
}


def test_a_higher_level_is_told_to_those_who_were_told_and_those_of_the_level() -> None:
    desk = Desk(compiled(**COUNTING, **LEVELS))
    desk.take([stored(row, START + row) for row in range(4)])
    outcome = desk.take([stored(4, START + 4), stored(5, START + 5)])
    assert reasons(outcome) == [Reason.LEVEL_RAISED, Reason.JOINED]
    (change,) = outcome.changes
    assert change.telling == Telling(Kind.LEVEL, 1, 1)
    assert (change.alert.level, change.alert.needed, change.alert.severity) == (1, 5, Severity.CRITICAL)


def test_several_levels_raised_in_one_batch_are_one_message() -> None:
    desk = Desk(compiled(**COUNTING, **LEVELS))
    desk.take([stored(row, START + row) for row in range(3)])
    outcome = desk.take([stored(row, START + row) for row in range(3, 9)])
    assert reasons(outcome).count(Reason.LEVEL_RAISED) == 2
    assert [change.telling for change in outcome.changes] == [Telling(Kind.LEVEL, 2, 2)]


def test_an_alert_may_open_at_a_level() -> None:
    desk = Desk(compiled(**COUNTING, **LEVELS))
    outcome = desk.take([stored(row, START + row) for row in range(5)])
    (change,) = outcome.changes
    assert change.telling == Telling(Kind.OPEN, 0, 1)
    assert (change.alert.level, change.alert.needed, change.alert.severity) == (1, 5, Severity.CRITICAL)


def test_a_level_means_the_count_in_the_window_not_all_that_joined() -> None:
    desk = Desk(compiled(**COUNTING, **LEVELS))
    desk.take([stored(row, START + row) for row in range(3)])
    calls = [(row, START + row * 15 * MINUTE) for row in range(3, 20)]
    assert set(_reasons(desk, *calls)) == {Reason.JOINED}
    assert desk.active[KEY].call_count == 20
    assert desk.active[KEY].level == 0


def test_a_level_never_falls_back() -> None:
    desk = Desk(compiled(**COUNTING, **LEVELS))
    desk.take([stored(row, START + row) for row in range(5)])
    (change,) = desk.take([stored(9, START + HOUR)]).changes
    assert (change.alert.level, change.alert.severity, change.telling) == (1, Severity.CRITICAL, None)


def test_a_level_raised_during_the_wait_tells_nobody_yet() -> None:
    desk = Desk(compiled(wait="10m", **COUNTING, **LEVELS))
    desk.take([stored(row, START + row) for row in range(3)])
    outcome = desk.take([stored(row, START + row) for row in range(3, 6)])
    assert Reason.LEVEL_RAISED in reasons(outcome)
    (change,) = outcome.changes
    assert (change.alert.level, change.alert.state, change.telling) == (1, AlertState.PENDING, None)


def test_a_late_call_raises_the_level_of_the_window_that_it_fills() -> None:
    desk = Desk(compiled(**COUNTING, **LEVELS))
    desk.take([stored(row, START + row) for row in range(3)])
    desk.take([stored(4, START + 40 * MINUTE), stored(5, START + 25 * MINUTE)])
    assert _reasons(desk, (6, START + 20 * MINUTE)) == [Reason.LEVEL_RAISED]


def test_a_late_call_that_fills_an_old_window_opens_an_alert_with_what_followed_closely() -> None:
    desk = Desk(compiled(wait="10m", **COUNTING))
    before = [(1, 0), (2, 20), (3, 40), (4, 60), (5, 89), (6, 119), (7, 200)]  # minutes
    assert set(_reasons(desk, *((row, START + at * MINUTE) for row, at in before))) == {
        Reason.BELOW_THRESHOLD
    }
    outcome = desk.take([stored(8, START + 21 * MINUTE)], START + 300 * MINUTE)
    assert reasons(outcome) == [Reason.OPENED]
    (change,) = outcome.changes
    # The first half hour that holds three ends at 21; 119 is half an hour after 89: it had gone quiet.
    assert change.joined == (1, 2, 8, 3, 4, 5)
    assert (change.alert.first_call_at, change.alert.last_call_at) == (START, START + 89 * MINUTE)
    assert change.telling == TOLD


def test_a_late_call_that_fills_no_window_opens_nothing() -> None:
    desk = Desk(compiled(**COUNTING))
    _reasons(desk, (1, START), (2, START + 40 * MINUTE))
    assert _reasons(desk, (3, START + 15 * MINUTE)) == [Reason.BELOW_THRESHOLD]


def test_calls_of_an_alert_that_has_ended_do_not_count_again() -> None:
    desk = Desk(compiled(**COUNTING))
    assert _reasons(desk, (1, START), (2, START), (3, START))[-1] is Reason.OPENED
    desk.end(*KEY)
    assert _reasons(desk, (4, START + 1), (5, START + 2)) == [Reason.BELOW_THRESHOLD] * 2
    assert _reasons(desk, (6, START + 3)) == [Reason.OPENED]
    assert desk.joined == {1: [1, 2, 3], 2: [4, 5, 6]}


def test_baseline_calls_count_and_open_nothing_and_join_nothing() -> None:
    desk = Desk(compiled(**COUNTING))
    old = desk.take([stored(row, START + row, baseline=True) for row in range(9)])
    assert {(one.reason, one.change) for one in old.decisions} == {(Reason.BASELINE, -1)}
    assert old.changes == []
    new = desk.take([stored(9, START + 9)])
    assert (new.decisions[0].reason, new.changes[0].joined) == (Reason.OPENED, tuple(range(10)))
    later = desk.take([stored(10, START + 10, baseline=True)])
    assert (later.decisions[0].reason, later.changes) == (Reason.BASELINE, [])
    assert desk.active[KEY].call_count == 10


def test_a_changed_rule_keeps_the_alert_and_what_it_had_reached() -> None:
    desk = Desk(compiled(**COUNTING, **LEVELS))
    desk.take([stored(row, START + row) for row in range(5)])
    desk.rules = (compiled(per="extension", count=10, within="1h"),)
    (change,) = desk.take([stored(5, START + 5)]).changes
    assert (change.alert.level, change.alert.needed, change.alert.call_count) == (1, 5, 6)
    assert change.alert.severity is Severity.CRITICAL


def test_the_wait_of_a_threshold_alert_begins_with_the_call_that_reached_the_count() -> None:
    calls = [stored(row, START + at * MINUTE) for row, at in enumerate((-20, -10, -1, 0))]
    (change,) = Desk(compiled(wait="10m", **COUNTING)).take(calls).changes
    assert (change.alert.due_at, change.alert.state) == (START + 9 * MINUTE, AlertState.PENDING)


def test_a_level_added_below_one_that_was_told_tells_nobody_of_the_same_count_again() -> None:
    desk = Desk(compiled(name="many", per="extension", count=2, within="30m", levels=[{"count": 4}]))
    desk.take([stored(row, row) for row in range(1, 5)])
    assert desk.active["many", "extension=main/209"].needed == 4
    levels = [{"count": 3}, {"count": 4}]
    desk.rules = (compiled(name="many", per="extension", count=2, within="1h", levels=levels),)
    (change,) = desk.take([stored(5, 5)]).changes
    assert change.telling is None
    assert change.alert.within == 60 * 60_000  # its words are those of the rule as it is now


def test_alerts_come_in_the_order_of_the_calls_that_opened_them() -> None:
    desk = Desk(compiled(**COUNTING))
    extensions = ["209", "210", "210", "210", "209", "209"]
    calls = [stored(row, START + row, extension=one) for row, one in enumerate(extensions)]
    outcome = desk.take(calls)
    assert [change.alert.agent for change in outcome.changes] == ["main/210", "main/209"]
    assert [(row, at) for row, _, _, at in each(outcome) if at >= 0] == [(3, 0), (5, 1)]
