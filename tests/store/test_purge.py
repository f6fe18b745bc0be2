"""Forgetting what is old, in batches, and never what is still needed."""

import pytest
from sqlalchemy import Connection, insert, select

from notifier.model import Endpoint
from notifier.store import alerts, calls, sources, told
from notifier.store.database import Database
from notifier.store.outbox import RowState
from notifier.store.purge import BATCH, Amount, needed_from, purge, survey, today
from notifier.store.schema import calls as calls_table
from notifier.store.schema import metadata
from tests.support.clock import START
from tests.support.sample import a_call
from tests.support.store import (
    ROOM,
    a_reject,
    claim,
    end_alert,
    enqueue,
    main_source,
    numbered_calls,
    rows_in,
    send_all,
    store_alert,
    store_calls,
)

LATER = START + 10_000_000


def _left(connection: Connection) -> list[str]:
    return list(connection.scalars(select(calls_table.c.ident).order_by(calls_table.c.ident)))


def test_old_calls_go_with_all_that_was_noted_of_them(connection: Connection) -> None:
    old, new = store_calls(
        connection,
        a_call(id="old", alias="second id", placed_at=START - 1),
        a_call(id="new", placed_at=START),
    )
    ended = end_alert(connection, store_alert(connection), LATER)
    alerts.join_calls(connection, [(ended.id, old.row), (ended.id, new.row)])
    alerts.insert_decisions(connection, [(old.row, "r", "joined", 1), (new.row, "r", "joined", 1)], START)
    assert purge(connection, START, START).most == 1
    assert _left(connection) == ["new"]
    tables = ("call_aliases", "alert_calls", "decisions", "alerts")
    assert [rows_in(connection, name) for name in tables] == [0, 1, 1, 1]
    assert purge(connection, START, START).most == 0


@pytest.mark.parametrize("many", [1, 700])
def test_calls_of_active_alerts_are_never_forgotten(connection: Connection, many: int) -> None:
    stored = store_calls(connection, *numbered_calls(many), a_call(id="free", placed_at=START - 1))
    over, active = store_alert(connection, "over"), store_alert(connection, "active")
    needed = [one.row for one in stored if one.call.id != "free"]
    alerts.join_calls(connection, [(alert.id, row) for alert in (over, active) for row in needed])
    end_alert(connection, over, LATER)
    assert purge(connection, LATER, START).most == 1
    assert rows_in(connection, "calls") == many
    end_alert(connection, active, LATER)
    assert purge(connection, LATER, START).most == min(many, BATCH)
    assert purge(connection, LATER, START).most == max(0, many - BATCH)
    assert rows_in(connection, "calls") == 0


def test_one_transaction_forgets_only_a_batch_of_each_kind(connection: Connection) -> None:
    source = main_source(connection)
    store_calls(connection, *numbered_calls(BATCH + 1))
    calls.insert_rejects(connection, source, [a_reject(f"d{n}") for n in range(BATCH + 2)], START)
    for number in range(BATCH + 3):
        store_alert(connection, str(number), ended_at=START)
    assert purge(connection, LATER, LATER).most == BATCH
    assert [rows_in(connection, name) for name in ("calls", "rejects", "alerts")] == [1, 2, 3]
    assert purge(connection, LATER, LATER).most == 3
    assert purge(connection, LATER, LATER).most == 0


def test_rejects_are_kept_as_long_as_calls(connection: Connection) -> None:
    source = main_source(connection)
    calls.insert_rejects(connection, source, [a_reject("old", None)], START - 1)
    calls.insert_rejects(connection, source, [a_reject("new", START - 500)], START)
    assert purge(connection, START, START).most == 1
    assert [
        one.digest for one in calls.new_rejects(connection, source.id, [a_reject("old"), a_reject("new")])
    ] == ["old"]


def test_alerts_are_forgotten_so_long_after_they_ended_with_what_was_sent(connection: Connection) -> None:
    active = store_alert(connection, "active", opened_at=1)
    old = end_alert(connection, store_alert(connection, "old"), START - 1)
    new = end_alert(connection, store_alert(connection, "new"), START)
    for alert in (active, old, new):
        enqueue(connection, alert)
        told.record(
            connection, alert.id, ROOM, receipt="r", version=9, call_count=1, now=START, edit_at=START
        )
    send_all(connection)
    assert purge(connection, START, START).most == 1
    assert alerts.alert(connection, old.id) is None
    assert alerts.alert(connection, active.id) is not None
    assert alerts.alert(connection, new.id) is not None
    assert [rows_in(connection, name) for name in ("outbox", "told")] == [2, 2]


@pytest.mark.parametrize("state", [None, RowState.CLAIMED])
def test_an_alert_that_somebody_is_still_to_be_told_of_is_kept(
    connection: Connection, state: RowState | None
) -> None:
    alert = end_alert(connection, store_alert(connection), START - 1)
    enqueue(connection, alert)
    if state is not None:
        assert claim(connection) is not None
    assert purge(connection, START, START).most == 0
    connection.execute(metadata.tables["outbox"].update().values(state=RowState.DEAD, finished_at=START))
    assert purge(connection, START, START).most == 1


def test_a_forgotten_row_leaves_nothing_that_points_to_it(connection: Connection) -> None:
    stored = store_calls(connection, *(one._replace(alias=f"s{one.id}") for one in numbered_calls(40)))
    for number, one in enumerate(stored):
        alert = store_alert(connection, str(number))
        alerts.join_calls(connection, [(alert.id, one.row)])
        alerts.insert_decisions(connection, [(one.row, "r", "opened", alert.id)], START)
        enqueue(connection, alert)
        if number % 3:
            end_alert(connection, alert, START + number)
    send_all(connection)
    purge(connection, START + 20_000, START + 10)
    assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    assert 0 < rows_in(connection, "calls") < 40
    assert 0 < rows_in(connection, "alerts") < 40


DAY = 86_400_000  # ms


def test_nothing_may_go_before_every_source_was_read(connection: Connection) -> None:
    assert needed_from(connection, ["main"], 1, START) == 0
    source = main_source(connection)
    assert needed_from(connection, ["main"], 1, START) == 0
    sources.advance(connection, source.id, START - 500, START)
    sources.advance(connection, main_source(connection, "other").id, START, START)
    assert needed_from(connection, ["main", "other"], 100, START) == START - 600


def test_where_a_clock_ran_ahead_the_next_read_reaches_a_day_back(connection: Connection) -> None:
    sources.advance(connection, main_source(connection).id, START + 1, START)
    assert needed_from(connection, ["main"], 100, START + 1) == START - 99
    assert needed_from(connection, ["main"], 100, START) == START - DAY - 100


def test_notices_go_so_long_after_they_were_cleared_and_told(connection: Connection) -> None:
    add_notices(connection, None, START - 1, START - 1, START)
    told_of = {"notice_id": 3, "receiver": "r", "recipient": "x", "phase": "cleared", "delivery_id": "d"}
    waits = {"state": "waiting", "reason": "", "attempts": 0, "next_at": START, "created_at": START}
    tellings = metadata.tables["notice_tellings"]
    connection.execute(insert(tellings), [told_of | waits])
    assert purge(connection, START, START) == Amount(notices=1)
    connection.execute(tellings.update().values(finished_at=START))
    assert purge(connection, START, START) == Amount(notices=1)
    assert [rows_in(connection, name) for name in ("notices", "notice_tellings")] == [2, 0]


def test_the_survey_counts_what_would_go_and_what_stays(connection: Connection) -> None:
    stored = store_calls(connection, *numbered_calls(10))  # one a second from START on
    active, over, unsent, young = (
        store_alert(connection, key) for key in ("active", "over", "unsent", "young")
    )
    alerts.join_calls(connection, [(active.id, stored[0].row), (over.id, stored[1].row)])
    for alert, ended in ((over, 1), (unsent, 1), (young, 6_500)):
        end_alert(connection, alert, START + ended)
    enqueue(connection, unsent)
    calls.insert_rejects(connection, main_source(connection), [a_reject("a")], START + 1)
    calls.insert_rejects(connection, main_source(connection), [a_reject("b")], START + 6_500)
    add_notices(connection, START + 1)
    before, needed = START + 8_000, START + 6_000
    found = survey(connection, before, needed)
    assert found.goes == Amount(calls=5, rejects=1, alerts=1, notices=1)
    assert (found.calls_of_active, found.calls_needed, found.alerts_needed) == (1, 2, 2)
    assert purge(connection, needed, needed) == found.goes
    assert survey(connection, before, needed).goes == Amount()


def test_a_batch_may_be_smaller(connection: Connection) -> None:
    store_calls(connection, *numbered_calls(5))
    assert purge(connection, LATER, LATER, batch=2) == Amount(calls=2)
    assert Amount(1, 2, 3, 4) + Amount(calls=1) == Amount(2, 2, 3, 4)


def test_the_room_of_what_was_forgotten_is_used_again(database: Database) -> None:
    """So the file does not grow for ever, and nobody has to tidy it up."""

    def pages(connection: Connection) -> int:
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())

    def filled(connection: Connection, start: int) -> int:
        store_calls(connection, *numbered_calls(2_000, start))
        return pages(connection)

    def emptied(connection: Connection) -> None:
        while purge(connection, LATER, LATER).most:
            pass

    with database._writer.begin() as connection:
        before = filled(connection, 0)
    for turn in range(1, 4):
        with database._writer.begin() as connection:
            emptied(connection)
        with database._writer.begin() as connection:
            after = filled(connection, turn * 2_000)
    assert after <= before * 1.1


def add_notices(connection: Connection, *cleared: int | None) -> None:
    """Notices that were cleared then; None: not yet."""
    for number, at in enumerate(cleared):
        connection.execute(
            insert(metadata.tables["notices"]).values(
                uid=str(number), kind="disk", subject=str(number), reason="", raised_at=1, cleared_at=at
            )
        )


def test_age_is_counted_from_now_but_no_later_than_what_was_read(connection: Connection) -> None:
    assert today(connection, ["main"], START) == START
    source = sources.source(connection, "main", Endpoint.OUT_MISSED)
    sources.advance(connection, source.id, START - 600, START)
    assert today(connection, ["main"], START + 90 * DAY) == START - 600
    assert today(connection, ["main"], START - 700) == START - 700
