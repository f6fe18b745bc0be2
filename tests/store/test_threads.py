"""What is said below a message about an alert, how far, and what of that may be there without our knowing."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from notifier.model import Alert, Target
from notifier.store import alerts, threads, told
from notifier.store.purge import purge
from notifier.store.threads import Listing, Mark, Thread
from tests.support.clock import START
from tests.support.store import LEADS, ROOM, end_alert, numbered_calls, rows_in, store_alert, store_calls

MINUTE = 60_000  # ms
DAY = 24 * 60 * MINUTE


@pytest.fixture
def alert(connection: Connection) -> Alert:
    return store_alert(connection)


def begun(
    connection: Connection, alert: Alert, target: Target = ROOM, receipt: str = "r1", events: int = 1
) -> Thread:
    thread = Thread(alert.id, target, receipt, Mark(events))
    threads.begin(connection, target, [thread])
    return thread


def stored(connection: Connection, alert: Alert, target: Target = ROOM) -> Thread:
    thread = threads.thread(connection, alert.id, target)
    assert thread is not None
    return thread


def test_a_thread_begins_with_its_message_and_has_nothing_to_say(
    connection: Connection, alert: Alert
) -> None:
    thread = begun(connection, alert)
    assert stored(connection, alert) == thread
    assert threads.due_targets(connection) == []
    assert threads.due(connection, ROOM, START) is None


def test_a_message_that_can_not_be_named_has_none(connection: Connection, alert: Alert) -> None:
    begun(connection, alert)
    begun(connection, alert, receipt="")
    assert threads.thread(connection, alert.id, ROOM) is None


def test_each_target_and_alert_has_its_own(connection: Connection, alert: Alert) -> None:
    other = store_alert(connection, "other")
    for thread in (
        begun(connection, alert),
        begun(connection, alert, LEADS, "r2"),
        begun(connection, other, receipt="r3"),
    ):
        threads.owe(connection, thread, START)
        assert stored(connection, replace(alert, id=thread.alert_id), thread.target) == thread
    assert dict(threads.due_targets(connection)) == {ROOM: START, LEADS: START}
    threads.rest_all(connection, ROOM)
    assert dict(threads.due_targets(connection)) == {LEADS: START}


def test_what_is_to_be_said_is_due_from_its_instant_on(connection: Connection, alert: Alert) -> None:
    thread = begun(connection, alert)
    threads.owe(connection, thread, START + MINUTE)
    assert threads.due_targets(connection) == [(ROOM, START + MINUTE)]
    assert threads.due(connection, ROOM, START) is None
    assert threads.due(connection, ROOM, START + MINUTE) == thread
    assert threads.due(connection, LEADS, START + MINUTE) is None


def test_a_retry_that_waits_is_not_hurried_by_what_comes(connection: Connection, alert: Alert) -> None:
    thread = begun(connection, alert)
    threads.owe(connection, thread, START)
    threads.postpone(connection, thread, START + MINUTE)
    threads.owe(connection, thread, START)
    assert threads.due_targets(connection) == [(ROOM, START + MINUTE)]
    assert stored(connection, alert).failures == 1


def test_what_is_tried_is_known_until_it_is_there_or_not(connection: Connection, alert: Alert) -> None:
    thread = begun(connection, alert)
    mark = Mark(3, 7, 1)
    threads.owe(connection, thread, START)
    threads.trying(connection, thread, mark, START)
    assert stored(connection, alert) == replace(thread, tried=mark, tried_at=START)
    threads.absent(connection, thread)
    assert stored(connection, alert) == thread
    threads.trying(connection, thread, mark, START)
    threads.postpone(connection, thread, START)
    threads.told(connection, thread, mark)
    assert stored(connection, alert) == replace(thread, told=mark)
    assert threads.due_targets(connection) == [(ROOM, START)]  # whether more is to be said is asked
    threads.rest(connection, thread)
    assert threads.due_targets(connection) == []


def test_what_is_known_outlives_the_edit_of_the_message(connection: Connection, alert: Alert) -> None:
    thread = begun(connection, alert)
    threads.owe(connection, thread, START)
    threads.trying(connection, thread, Mark(2), START)
    told.record(connection, alert.id, ROOM, receipt="r1", version=2, call_count=1, now=START, edit_at=START)
    assert stored(connection, alert) == replace(thread, tried=Mark(2), tried_at=START)


def test_a_new_message_has_a_new_thread_and_the_old_one_changes_nothing(
    connection: Connection, alert: Alert
) -> None:
    old = begun(connection, alert)
    threads.owe(connection, old, START)
    threads.trying(connection, old, Mark(2), START)
    new = begun(connection, alert, receipt="r2", events=5)
    threads.told(connection, old, Mark(2))
    threads.owe(connection, old, START)
    threads.postpone(connection, old, START)
    threads.end(connection, old)
    assert stored(connection, alert) == new
    assert threads.due_targets(connection) == []
    threads.end(connection, new)
    assert threads.thread(connection, alert.id, ROOM) is None


def test_what_waits_for_too_long_is_hastened(connection: Connection, alert: Alert) -> None:
    thread = begun(connection, alert)
    threads.owe(connection, thread, START + DAY)
    assert not threads.waits_beyond(connection, START + DAY)
    assert threads.waits_beyond(connection, START + MINUTE)
    threads.hasten(connection, START + MINUTE, START)
    assert threads.due_targets(connection) == [(ROOM, START)]


def test_an_alert_takes_its_threads_with_it(connection: Connection, alert: Alert) -> None:
    threads.owe(connection, begun(connection, alert), START)
    end_alert(connection, alert)
    purge(connection, START + DAY, START + DAY)
    assert rows_in(connection, "alerts") == rows_in(connection, "threads") == 0


def test_calls_are_listed_from_the_last_one_on(connection: Connection, alert: Alert) -> None:
    joined = [(alert.id, one.row) for one in store_calls(connection, *numbered_calls(5))]
    store_calls(connection, *numbered_calls(2, start=10))  # of other alerts
    assert threads.unlisted(connection, alert.id, 0, 50) == Listing((), 0, 0)
    alerts.join_calls(connection, joined)
    first = threads.unlisted(connection, alert.id, 0, 3)
    assert ([call.id for call in first.calls], first.count) == (["c2", "c3", "c4"], 5)
    assert threads.unlisted(connection, alert.id, first.last, 3) == Listing((), 0, first.last)


def test_when_a_level_was_reached_is_known_as_long_as_its_call_is(
    connection: Connection, alert: Alert
) -> None:
    one, two, other = (stored.row for stored in store_calls(connection, *numbered_calls(3)))
    alerts.join_calls(connection, [(alert.id, one), (alert.id, two)])
    for row, reason, at in ((one, "opened", 1), (two, "level_raised", 2), (other, "level_raised", 3)):
        alerts.insert_decisions(connection, [(row, alert.rule, reason, alert.id)], START + at)
    assert threads.raised_at(connection, alert) == START + 2
    assert threads.raised_at(connection, replace(alert, rule="another")) is None
