"""What new calls mean: one sentence each."""

import pytest

from notifier.config.values import DAY, HOUR, MINUTE
from notifier.model import AlertState, Kind, Severity
from notifier.rules import Reason, Telling
from tests.support.clock import START
from tests.support.rulebook import Desk, compiled, each, reasons, stored

TOLD = Telling(Kind.OPEN, 0, 0)


def test_every_call_opens_an_alert_of_its_own_and_is_told_at_once() -> None:
    outcome = Desk(compiled(severity="warning")).take([stored(7, START - MINUTE), stored(8, START)])
    assert each(outcome) == [(7, "rule", Reason.OPENED, 0), (8, "rule", Reason.OPENED, 1)]
    first, second = outcome.changes
    assert (first.joined, second.joined) == ((7,), (8,))
    assert first.telling == second.telling == TOLD
    alert = first.alert
    assert (alert.id, alert.uid, alert.rule, alert.version) == (0, "", "rule", 1)
    assert (alert.key, alert.per) == ("call=main/out_missed/call-00007", ("call",))
    assert (alert.state, alert.ended_as, alert.ended_at) == (AlertState.OPEN, None, None)
    assert (alert.severity, alert.level, alert.needed, alert.within) == (Severity.WARNING, 0, 1, None)
    assert (alert.call_count, alert.agent) == (1, "main/209")
    assert alert.first_call_at == alert.last_call_at == START - MINUTE
    assert (alert.opened_at, alert.last_joined_at, alert.due_at) == (START, START, None)
    assert not alert.dry_run


def test_each_rule_that_is_about_a_call_decides_for_itself() -> None:
    every, sales = compiled(name="every"), compiled(name="second", per="customer")
    other = compiled(name="other", match={"extension": "1"})
    outcome = Desk(every, sales, other).take([stored(1)])
    assert each(outcome) == [(1, "every", Reason.OPENED, 0), (1, "second", Reason.OPENED, 1)]


def test_calls_of_a_key_that_has_an_active_alert_join_it_and_ping_nobody() -> None:
    desk = Desk(compiled(per="customer"))
    desk.take([stored(1, START - MINUTE)], START)
    outcome = desk.take([stored(2, START - HOUR, extension="210"), stored(3, START)], START + MINUTE)
    assert reasons(outcome) == [Reason.JOINED, Reason.JOINED]
    (change,) = outcome.changes
    assert (change.joined, change.telling) == ((2, 3), None)
    alert = change.alert
    assert (alert.call_count, alert.version, alert.agent) == (3, 2, "main/209")
    assert (alert.first_call_at, alert.last_call_at) == (START - HOUR, START)
    assert (alert.opened_at, alert.last_joined_at) == (START, START + MINUTE)


def test_the_version_grows_once_with_every_batch_that_changes_an_alert() -> None:
    desk = Desk(compiled(per="customer"))
    for batch in range(4):
        (change,) = desk.take([stored(2 * batch), stored(2 * batch + 1)]).changes
        assert change.alert.version == batch + 1


def test_an_alert_is_of_the_agent_whose_call_joined_last() -> None:
    desk = Desk(compiled(per="customer"))
    desk.take([stored(1)])
    (change,) = desk.take([stored(2, extension="210")]).changes
    assert change.alert.agent == "main/210"


def test_during_its_wait_an_alert_is_pending_and_nobody_is_told() -> None:
    (change,) = Desk(compiled(wait="10m")).take([stored(1, START - MINUTE)]).changes
    assert change.alert.state is AlertState.PENDING
    assert change.alert.due_at == START + 9 * MINUTE
    assert change.telling is None


@pytest.mark.parametrize("late", [10 * MINUTE, 11 * MINUTE, 3 * DAY])
def test_a_call_that_comes_when_its_wait_is_over_is_told_at_once(late: int) -> None:
    (change,) = Desk(compiled(wait="10m")).take([stored(1, START - late)]).changes
    assert change.alert.state is AlertState.OPEN
    assert change.alert.due_at == START - late + 10 * MINUTE
    assert change.telling == TOLD


def test_a_call_from_the_future_waits_no_longer_than_one_of_now() -> None:
    (change,) = Desk(compiled(wait="10m")).take([stored(1, START + 2 * DAY)]).changes
    assert change.alert.due_at == START + 10 * MINUTE
    (change,) = Desk(compiled()).take([stored(1, START + 2 * DAY)]).changes
    assert change.telling == TOLD


def test_the_wait_is_that_of_the_call_that_opened_whoever_joins_in_the_same_batch() -> None:
    calls = [stored(1, START - 9 * MINUTE), stored(2, START - MINUTE)]
    together, apart = (Desk(compiled(per="customer", wait="10m")) for _ in range(2))
    together.take(calls)
    for call in calls:
        apart.take([call])
    (one,), (other,) = together.active.values(), apart.active.values()
    assert one.due_at == other.due_at == START + MINUTE
    assert one.call_count == other.call_count == 2


def test_a_baseline_call_opens_nothing_where_nothing_is_counted_either() -> None:
    outcome = Desk(compiled()).take([stored(1, baseline=True)])
    assert each(outcome) == [(1, "rule", Reason.BASELINE, -1)]
    assert outcome.changes == []


def test_an_alert_of_a_rule_on_trial_is_marked_and_decided_like_any_other() -> None:
    (change,) = Desk(compiled(dry_run=True)).take([stored(1)]).changes
    assert change.alert.dry_run
    assert change.telling == TOLD


def test_an_alert_from_a_trial_that_is_over_is_told_with_the_next_call() -> None:
    desk = Desk(compiled(per="customer", dry_run=True))
    desk.take([stored(1)])
    assert desk.take([stored(2)]).changes[0].telling is None
    desk.rules = (compiled(per="customer"),)
    (change,) = desk.take([stored(3)]).changes
    # Not the message that would have been sent during the trial, but another one.
    assert (change.telling, change.alert.dry_run) == (Telling(Kind.OPEN, 1, 0), False)
    assert desk.take([stored(4)]).changes[0].telling is None


def test_an_alert_that_waits_while_its_trial_ends_is_told_when_the_wait_is_over() -> None:
    desk = Desk(compiled(per="customer", wait="10m", dry_run=True))
    desk.take([stored(1)])
    desk.rules = (compiled(per="customer", wait="10m"),)
    (change,) = desk.take([stored(2)]).changes
    assert (change.telling, change.alert.dry_run) == (None, False)


def test_a_trial_that_begins_leaves_the_alerts_that_people_know_of_alone() -> None:
    desk = Desk(compiled(per="customer"))
    desk.take([stored(1)])
    desk.rules = (compiled(per="customer", dry_run=True),)
    assert not desk.take([stored(2)]).changes[0].alert.dry_run


def test_no_calls_mean_nothing() -> None:
    outcome = Desk(compiled()).take([])
    assert (outcome.decisions, outcome.changes) == ([], [])
