"""Promise 9 again: a scrape costs the same however much is stored."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, insert, update

from notifier.model import AlertState, Gathered
from notifier.store import sources
from notifier.store.figures import Figures, figures
from notifier.store.outbox import RowState
from notifier.store.schema import notice_tellings, notices
from notifier.store.schema import outbox as rows
from tests.support.clock import START
from tests.support.store import (
    LEADS,
    ROOM,
    claim,
    end_alert,
    enqueue,
    main_source,
    send_all,
    store_alert,
)


def test_an_empty_store_has_nothing_but_a_size(connection: Connection, path: Path) -> None:
    found = figures(connection, path)
    assert (found.sources, found.alerts, found.notices) == ({}, {}, 0)
    assert found.queue.by_state == {RowState.DEAD: 0}
    assert (found.queue.gathered, found.queue.behind_backlog, found.queue.oldest) == ({}, 0, None)
    assert found.size >= path.stat().st_size
    assert found.free > 0


def test_sources_are_known_by_name(connection: Connection, path: Path) -> None:
    source = main_source(connection)
    sources.start(connection, source.id, START - 1)
    sources.advance(connection, source.id, START, START)
    assert figures(connection, path).sources["main/out_missed"].watermark == START


def test_only_active_alerts_are_counted(connection: Connection, path: Path) -> None:
    store_alert(connection, "a")
    store_alert(connection, "b")
    store_alert(connection, "c", state=AlertState.PENDING)
    end_alert(connection, store_alert(connection, "d"))
    assert figures(connection, path).alerts == {AlertState.OPEN: 2, AlertState.PENDING: 1}


def test_the_outbox_is_counted_by_state_and_its_oldest_is_found(connection: Connection, path: Path) -> None:
    alert = store_alert(connection)
    enqueue(connection, alert, ROOM, now=START + 50)
    claim(connection, now=START + 50)
    enqueue(connection, alert, ROOM, now=START + 70, n=1)
    enqueue(connection, alert, LEADS, now=START + 60)
    enqueue(connection, alert, LEADS, n=1, state=RowState.DEAD)
    enqueue(connection, alert, LEADS, n=2, state=RowState.DRY_RUN)
    queue = figures(connection, path).queue
    assert queue.by_state == {RowState.CLAIMED: 1, RowState.WAITING: 2, RowState.DEAD: 1}
    assert queue.oldest == START + 50


def test_what_is_sent_does_not_count(connection: Connection, path: Path) -> None:
    enqueue(connection, store_alert(connection), ROOM)
    send_all(connection)
    queue = figures(connection, path).queue
    assert (queue.by_state, queue.oldest) == ({RowState.DEAD: 0}, None)


def test_what_is_told_in_a_summary_is_counted_by_why(connection: Connection, path: Path) -> None:
    alert = store_alert(connection)
    enqueue(connection, alert, *(ROOM, LEADS))
    for n in range(1, 5):
        enqueue(connection, alert, ROOM, n=n)
    _change(connection, 0, gathered_as=Gathered.STALE, waits_for=1, created_at=START - 9)
    _change(connection, 1, gathered_as=Gathered.STALE, batch="b1")
    _change(connection, 2, batch="b2")
    _change(connection, 3, gathered_as=Gathered.HELD)
    _change(connection, 4, gathered_as=Gathered.HELD, finished_at=START, state=RowState.SENT)
    queue = figures(connection, path).queue
    assert queue.gathered == {Gathered.STALE: 2, Gathered.BURST: 1, Gathered.HELD: 1}
    assert queue.behind_backlog == 1
    assert queue.oldest == START
    assert queue.by_state[RowState.WAITING] == 5


def test_notices_that_wait_are_counted(connection: Connection, path: Path) -> None:
    values: dict[str, Any] = {"uid": "u", "kind": "disk", "subject": "store", "reason": "full"}
    connection.execute(insert(notices).values(id=1, raised_at=START, **values))
    for phase, finished_at in (("raised", START), ("cleared", None)):
        connection.execute(
            insert(notice_tellings).values(
                notice_id=1,
                receiver="room",
                recipient="#room",
                phase=phase,
                delivery_id=phase,
                state="waiting",
                reason="",
                attempts=0,
                next_at=START,
                created_at=START,
                finished_at=finished_at,
            )
        )
    assert figures(connection, path).notices == 1


def test_the_size_is_with_what_stands_beside_the_file(connection: Connection, path: Path) -> None:
    files = list(path.parent.glob("notifier.db*"))
    assert {path.name, "notifier.db-wal"} < {each.name for each in files}
    assert figures(connection, path).size == sum(each.stat().st_size for each in files)


def test_no_question_goes_through_what_grows(connection: Connection, path: Path) -> None:
    for number in range(5):
        alert = store_alert(connection, f"k{number}")
        enqueue(connection, alert, ROOM)
        send_all(connection)
        end_alert(connection, alert)
    plans = _plans(connection, path)
    assert len(plans) >= 5
    for detail in plans:
        words = detail.split()
        if words[0] == "SCAN" and words[1] != "sources":
            # Those hold only what is active, still to be done, or was given up.
            assert "INDEX" in words, detail
            assert words[-1] in {
                "uq_alerts_active",
                "ix_alerts_wakes",
                "ix_outbox_waiting",
                "ix_outbox_dead",
                "ix_notice_tellings_waiting",
            }, detail


def _change(connection: Connection, number: int, **values: Any) -> None:
    ids = [row.id for row in connection.execute(rows.select().order_by(rows.c.id))]
    connection.execute(update(rows).where(rows.c.id == ids[number]).values(**values))


def _plans(connection: Connection, path: Path) -> list[str]:
    seen: list[tuple[str, Any]] = []

    def note(*about: Any) -> None:
        seen.append((about[2], about[3]))

    event.listen(connection, "before_cursor_execute", note)
    found: Figures = figures(connection, path)
    event.remove(connection, "before_cursor_execute", note)
    assert found.sources == {}
    return [
        row.detail
        for statement, parameters in seen
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]
