"""Alerts as they are stored: at most one active per rule and key, with the calls that joined."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from notifier.model import AlertState, EndReason, Severity
from notifier.store import alerts, told
from notifier.store.schema import decisions
from notifier.store.schema import told as told_table
from tests.support.clock import START
from tests.support.sample import a_call
from tests.support.store import (
    LEADS,
    ROOM,
    end_alert,
    enqueue,
    numbered_calls,
    rows_in,
    store_alert,
    store_calls,
)


def test_an_alert_comes_back_as_it_was(connection: Connection) -> None:
    first = store_alert(connection, "k1")
    second = store_alert(
        connection,
        "k2",
        per=("customer", "extension"),
        state=AlertState.ENDED,
        ended_as=EndReason.QUIET,
        severity=Severity.CRITICAL,
        within=1_800_000,
        due_at=START + 5,
        ended_at=START + 9,
        dry_run=True,
    )
    assert (first.id, second.id) == (1, 2)
    assert alerts.alert(connection, 1) == first
    assert alerts.alert(connection, 2) == second
    assert alerts.alert(connection, 3) is None


def test_at_most_one_alert_is_active_per_rule_and_key_whoever_writes(connection: Connection) -> None:
    alert = store_alert(connection, "k")
    with pytest.raises(IntegrityError, match=r"alerts\.rule, alerts\.key"), connection.begin_nested():
        store_alert(connection, "k")
    end_alert(connection, alert)
    again = store_alert(connection, "k")
    with pytest.raises(IntegrityError), connection.begin_nested():
        alerts.update_alert(connection, alert, START)  # reopened beside its successor
    store_alert(connection, "k", rule="another")
    assert alerts.active(connection, [("not-reached", "k")]) == {("not-reached", "k"): again}


def test_only_active_alerts_of_these_rules_and_keys_are_found(connection: Connection) -> None:
    keys = [f"k{number}" for number in range(1203)]
    stored = [store_alert(connection, key) for key in keys]
    store_alert(connection, "k0", rule="another")
    end_alert(connection, stored[7])
    wanted = [("not-reached", key) for key in keys]
    found = alerts.active(connection, [*wanted, ("not-reached", "unknown"), *wanted])
    assert found == {("not-reached", alert.key): alert for number, alert in enumerate(stored) if number != 7}
    assert alerts.active(connection, []) == {}


def test_all_active_alerts_are_listed_the_first_due_first(connection: Connection) -> None:
    late, ended, soon = (
        store_alert(connection, key, START + at) for key, at in (("a", 9), ("b", 1), ("c", 5))
    )
    end_alert(connection, ended)
    assert alerts.all_active(connection) == [soon, late]


def test_what_is_due_comes_in_order_and_in_batches(connection: Connection) -> None:
    times = [30, 10, 20, 40]
    stored = {at: store_alert(connection, str(at), START + at) for at in times}
    assert alerts.due(connection, START + 9, 10) == []
    assert alerts.due(connection, START + 10, 10) == [stored[10]]
    assert alerts.due(connection, START + 30, 2) == [stored[10], stored[20]]
    assert alerts.next_due(connection) == START + 10
    end_alert(connection, stored[10])
    alerts.wake(connection, stored[20].id, START + 99)
    assert alerts.due(connection, START + 30, 10) == [stored[30]]
    assert alerts.next_due(connection) == START + 30


def test_nothing_is_due_where_nothing_is_active(connection: Connection) -> None:
    assert alerts.next_due(connection) is None
    end_alert(connection, store_alert(connection))
    assert alerts.next_due(connection) is None
    assert alerts.due(connection, START * 2, 10) == []


def test_whoever_was_told_an_older_version_has_a_stale_message(connection: Connection) -> None:
    alert = store_alert(connection, "k1")
    other = store_alert(connection, "k2")
    for one, target, version in ((alert, ROOM, 1), (alert, LEADS, 2), (other, ROOM, 1)):
        told.record(
            connection, one.id, target, receipt="r", version=version, call_count=1, now=START, edit_at=START
        )
    alerts.update_alert(connection, replace(alert, version=2, call_count=2), START)
    stale = connection.execute(
        select(told_table.c.alert_id, told_table.c.receiver).where(told_table.c.stale)
    ).all()
    assert stale == [(alert.id, ROOM.receiver)]


def test_what_one_target_was_told_just_now_the_others_are_shown(connection: Connection) -> None:
    alert, other = store_alert(connection, "k1"), store_alert(connection, "k2")
    for one, target in ((alert, ROOM), (alert, LEADS), (other, ROOM)):
        told.record(
            connection, one.id, target, receipt="r", version=1, call_count=1, now=START, edit_at=START
        )
    alerts.show_anew(connection, [], LEADS)
    alerts.show_anew(connection, [alert.id], LEADS)
    columns = (told_table.c.alert_id, told_table.c.receiver, told_table.c.version, told_table.c.stale)
    assert sorted(connection.execute(select(*columns)).all()) == sorted(
        [
            (alert.id, ROOM.receiver, 1, True),
            (alert.id, LEADS.receiver, 2, False),
            (other.id, ROOM.receiver, 1, False),
        ]
    )
    stored = alerts.alert(connection, alert.id)
    assert stored == replace(alert, version=2)


def test_the_newest_calls_of_an_alert_come_oldest_first(connection: Connection) -> None:
    alert, other = store_alert(connection, "k1"), store_alert(connection, "k2")
    stored = store_calls(connection, *reversed(numbered_calls(4)))
    alerts.join_calls(connection, [(alert.id, one.row) for one in stored])
    alerts.join_calls(connection, [(other.id, stored[0].row)])
    alerts.join_calls(connection, [])
    assert [call.id for call in alerts.calls_of(connection, alert.id, 3)] == ["c1", "c2", "c3"]
    assert alerts.calls_of(connection, other.id, 3) == (stored[0].call,)
    with pytest.raises(IntegrityError):
        alerts.join_calls(connection, [(alert.id, stored[0].row)])


def test_a_call_joins_only_an_alert_that_there_is(connection: Connection) -> None:
    (stored,) = store_calls(connection, a_call())
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        alerts.join_calls(connection, [(77, stored.row)])


def test_each_call_is_decided_on_once_per_rule(connection: Connection) -> None:
    """Promise 1: a second decision is an error, never a second message."""
    first, second = store_calls(connection, *numbered_calls(2))
    made = [
        (first.row, "a", "opened", 1),
        (first.row, "b", "joined", 2),
        (second.row, "a", "below_threshold", None),
    ]
    alerts.insert_decisions(connection, made, START)
    alerts.insert_decisions(connection, [], START)
    kept = connection.execute(select(decisions).order_by(decisions.c.call_id, decisions.c.rule)).all()
    assert [tuple(row) for row in kept] == [(*one, START) for one in made]
    with pytest.raises(IntegrityError, match=r"decisions\.call_id, decisions\.rule"):
        alerts.insert_decisions(connection, [(first.row, "a", "joined", 1)], START)


def test_an_alert_that_is_deleted_takes_with_it_what_was_said_of_it(connection: Connection) -> None:
    alert = store_alert(connection)
    (stored,) = store_calls(connection, a_call())
    alerts.join_calls(connection, [(alert.id, stored.row)])
    enqueue(connection, alert)
    told.record(connection, alert.id, ROOM, receipt="r", version=1, call_count=1, now=START, edit_at=START)
    connection.exec_driver_sql("DELETE FROM alerts")
    assert [rows_in(connection, name) for name in ("alert_calls", "outbox", "told", "calls")] == [0, 0, 0, 1]
