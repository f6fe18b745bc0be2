"""Promise 9: what is done again and again costs the same however much is stored."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, event

from notifier.model import Endpoint, Event, EventKind, Kind
from notifier.store import (
    alerts,
    calls,
    doubts,
    events,
    history,
    outbox,
    outbox_alerts,
    outbox_claims,
    outbox_held,
    outbox_views,
    purge,
    reach,
    silences,
    sources,
    threads,
    told,
)
from notifier.store import rejects as stored_rejects
from notifier.store.database import Database
from notifier.store.gathering import Limits
from notifier.store.outbox import RowState
from tests.support.clock import START
from tests.support.store import (
    LEADS,
    ROOM,
    a_reject,
    end_alert,
    enqueue,
    main_source,
    numbered_calls,
    send_all,
    store_alert,
    store_calls,
)

HOUR = 3_600_000  # ms
GROWING = (
    *("calls", "call_aliases", "rejects", "alerts", "alert_calls", "decisions", "outbox", "told"),
    *("notices", "alert_events", "threads"),
)
# Those hold only what is still to be done, or was given up: going through one whole is cheap.
LIVE = ("ix_outbox_waiting", "ix_outbox_dead", "ix_told_stale", "ix_alerts_wakes", "ix_threads_due")


def an_idle_poll(connection: Connection) -> None:
    """Everything that a poll asks which brings what was there before."""
    now = START + 2 * HOUR
    source = main_source(connection)
    page = numbered_calls(10)
    calls.held(connection, source.id, now - HOUR, now, [*page, a_reject()])
    calls.insert_rejects(connection, source, [a_reject()], now)
    calls.new_calls(connection, source.id, page)
    calls.held(connection, source.id, now - HOUR, now, ())
    sources.oldest_watermark(connection, ["main"])
    sources.advance(connection, source.id, now, now)
    sources.note_gap(connection, source.id, None, now)
    sources.note_compared(connection, source.id, since=START, counted=1, held=1, now=now)
    stored_rejects.marked(connection, source.id)
    stored_rejects.any_since(connection, source.id, now)
    outbox.release(connection, source.id)


def an_idle_dispatch(connection: Connection) -> None:
    """What dispatch asks where nothing is to be sent."""
    now = START + 2 * HOUR
    outbox_claims.waiting_targets(connection)
    told.stale_targets(connection)
    told.stale_for(connection, ROOM, now)
    told.waits_beyond(connection, now)
    threads.due_targets(connection)
    threads.due(connection, ROOM, now)
    threads.waits_beyond(connection, now)
    threads.rest_all(connection, ROOM)
    outbox_claims.is_due(connection, ROOM, now)
    outbox_claims.claim(connection, ROOM, "boot", now, Limits(10, 20))
    outbox_claims.claim_many(connection, ROOM, "boot", now, 100)
    outbox_claims.release_claims(connection, "boot", now)
    doubts.doubt(connection, now)
    doubts.doubted(connection, ROOM, 100)
    outbox_claims.waits_beyond(connection, now)
    outbox_held.released(connection, ROOM, now)
    outbox_held.hasten_held(connection, now)
    outbox_held.doubt_held(connection, now)
    outbox_views.depth(connection, now)
    outbox_views.oldest_due(connection, now)
    outbox_views.trouble_of(connection, ROOM)
    outbox_views.troubles(connection)
    silences.active(connection, now)
    silences.held_alerts(connection)


def an_idle_lifecycle(connection: Connection) -> None:
    """What lifecycle asks where nothing is due; purging, too, where nothing is old."""
    now = START + 2 * HOUR
    alerts.due(connection, now, 100)
    alerts.next_due(connection)
    alerts.all_active(connection)
    alerts.ended_after(connection, now)
    outbox.release_strangers(connection, ["main"])
    sources.catching_up(connection, "main", now)
    purge.purge(connection, START - HOUR, START - HOUR)


def a_call_that_joins(connection: Connection) -> None:
    """What one new call costs that joins an alert which somebody was told of."""
    active = alerts.active(connection, [("not-reached", "active")])["not-reached", "active"]
    fresh = numbered_calls(1, start=1_000_000)
    source = main_source(connection)
    (stored,) = calls.insert_calls(connection, source, fresh, 0, START)
    alerts.join_calls(connection, [(active.id, stored.row)])
    alerts.insert_decisions(connection, [(stored.row, "not-reached", "joined", active.id)], START)
    alerts.update_alert(connection, replace(active, version=active.version + 1), START + 9 * HOUR)
    outbox.next_try(connection, active.id)
    alerts.calls_of(connection, active.id, 50)


def windows_that_are_rebuilt(connection: Connection) -> None:
    """What it costs where a call comes so late that the windows in memory don't reach back to it."""
    now = START + 2 * HOUR
    fresh = [one._replace(placed_at=now) for one in numbered_calls(3, start=1_000_000)]
    store_calls(connection, *fresh)
    assert len(list(history.calls_since(connection, now))) == len(fresh)
    assert history.joined_since(connection, now) == {}


def an_answered_call(connection: Connection) -> None:
    """What it costs to see whom it reaches, and who was reached before another call was missed."""
    (missed,) = numbered_calls(1, start=1_000_000, customer="+919800000000")
    put_back = missed._replace(id="m", placed_at=START)
    (stored,) = calls.insert_calls(connection, main_source(connection), [put_back], 0, START)
    reach.contacts(connection, [missed], START + 9 * HOUR)
    answered = missed._replace(endpoint=Endpoint.OUT_ANSWERED, placed_at=START)
    assert [one.row for one in reach.take_for_legs(connection, [answered], HOUR)] == [stored.row]
    reach.active_about(connection, [missed.customer])


def a_summary(connection: Connection) -> None:
    """What it costs to tell of several alerts at once."""
    new = [store_alert(connection, f"new {number}") for number in range(12)]
    for alert in new:
        enqueue(connection, alert, ROOM)
    claimed = outbox_claims.claim(connection, ROOM, "boot", START, Limits(10, 20))
    assert claimed is not None
    rows, ids = [row.id for row in claimed.rows], [row.alert_id for row in claimed.rows]
    outbox_alerts.alerts_of(connection, ids)
    outbox_alerts.newest_calls(connection, ids, 3)
    outbox.retry(connection, rows, START, "no answer", tried_at=None, plain=False)
    outbox_claims.claim(connection, ROOM, "boot", START, Limits(10, 20))
    outbox.finish(connection, rows, RowState.SENT, None, START)
    told.record_all(connection, ROOM, [told.Message(one, "", 1, 1, START) for one in ids], START)
    outbox_alerts.settled(connection, ids)


def an_alert_that_goes_on(connection: Connection) -> None:
    """What it costs to look at one alert, to tell more of it, and whether anybody may be told now."""
    active = alerts.active(connection, [("not-reached", "active")])["not-reached", "active"]
    ids = [active.id]
    outbox_alerts.last_number(connection, active.id, Kind.REMINDER)
    outbox_alerts.last_told(connection, ROOM, ids)
    outbox_alerts.told_lines(connection, active.id)
    outbox_alerts.forsaken(connection, ids)
    outbox_alerts.kept_back_until(connection, active.id)
    told.who_knows(connection, active.id)
    events.record(connection, active.id, Event(START, EventKind.REMINDED))
    events.events_of(connection, active.id)
    alerts.show_anew(connection, ids, ROOM)


def what_is_said_below_its_message(connection: Connection) -> None:
    """What it costs to say what happened to it."""
    active = alerts.active(connection, [("not-reached", "active")])["not-reached", "active"]
    thread = threads.thread(connection, active.id, ROOM)
    assert thread is not None
    threads.owe(connection, thread, START)
    threads.unlisted(connection, active.id, 0, 50)
    threads.raised_at(connection, active)
    threads.trying(connection, thread, threads.Mark(1), START)
    threads.told(connection, thread, threads.Mark(1))
    threads.begin(connection, ROOM, [thread])


def a_batch_forgotten(connection: Connection) -> None:
    """What forgetting costs where everything is old."""
    purge.needed_from(connection, ["main"], HOUR, START + HOUR)
    purge.purge(connection, START + HOUR, START + HOUR)


ALL = [
    an_idle_poll,
    an_idle_dispatch,
    an_idle_lifecycle,
    a_call_that_joins,
    windows_that_are_rebuilt,
    an_answered_call,
    a_summary,
    an_alert_that_goes_on,
    what_is_said_below_its_message,
]
Pass = Callable[[Connection], None]


def _fill(connection: Connection, count: int) -> None:
    """So many old calls and alerts that have ended, and one that is active."""
    source = main_source(connection)
    stored = store_calls(connection, *(one._replace(alias=f"s{one.id}") for one in numbered_calls(count)))
    rejects = [a_reject(f"d{number}", START + number) for number in range(count)]
    calls.insert_rejects(connection, source, rejects, START)
    alerts.insert_decisions(connection, [(one.row, "not-reached", "opened", 1) for one in stored], START)
    for number, one in enumerate(stored):
        alert = store_alert(connection, f"k{number}")
        alerts.join_calls(connection, [(alert.id, one.row)])
        enqueue(connection, alert, ROOM)
        send_all(connection)
        told.record(
            connection, alert.id, ROOM, receipt="r", version=9, call_count=1, now=START, edit_at=START
        )
        threads.begin(connection, ROOM, [threads.Thread(alert.id, ROOM, "r", threads.Mark(1))])
        end_alert(connection, alert)
    active = store_alert(connection, "active", START + 9 * HOUR)
    enqueue(connection, active, LEADS, state=RowState.DEAD)
    told.record(connection, active.id, ROOM, receipt="r", version=1, call_count=1, now=START, edit_at=START)
    threads.begin(connection, ROOM, [threads.Thread(active.id, ROOM, "r", threads.Mark(1))])


def _plans(connection: Connection, work: Pass) -> list[tuple[str, str]]:
    """Each statement with each line of its plan."""
    seen: list[tuple[str, tuple[Any, ...]]] = []

    def note(*about: Any) -> None:
        _, _, statement, parameters, _, many = about
        if not many:
            seen.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    work(connection)
    event.remove(connection, "before_cursor_execute", note)
    assert len(seen) >= 5
    return [
        (statement, row.detail)
        for statement, parameters in seen
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]


@pytest.mark.parametrize("work", [*ALL, a_batch_forgotten])
def test_no_statement_goes_through_a_table_that_grows(connection: Connection, work: Pass) -> None:
    _fill(connection, 10)
    plans = _plans(connection, work)
    assert any(detail.startswith("SEARCH") for _, detail in plans)
    for statement, detail in plans:
        words = detail.split()
        if words[0] == "SCAN" and words[1] in (*GROWING, "earlier"):
            assert words[-1] in LIVE, f"{detail}: {statement}"


def _steps(connection: Connection, work: Pass) -> int:
    """How many instructions SQLite needs."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    driver.set_progress_handler(count, 1)
    with connection.begin_nested() as nested:
        work(connection)
        nested.rollback()
    driver.set_progress_handler(None, 0)
    return steps


@pytest.mark.parametrize("work", ALL)
def test_the_work_does_not_grow_with_the_history(database: Database, work: Pass) -> None:
    with database._writer.begin() as connection:
        _fill(connection, 10)
        few = _steps(connection, work)
    with database._writer.begin() as connection:
        for name in ("calls", "rejects", "alerts"):
            connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608 - our own names
        _fill(connection, 150)
        many = _steps(connection, work)
    assert few > 100
    assert many <= few * 1.2
