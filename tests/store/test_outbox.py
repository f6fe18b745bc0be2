"""Notifications: enqueued once, claimed in order, never forgotten."""

import re

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from notifier.model import Alert, Gathered, Kind, Target
from notifier.store import outbox, outbox_claims
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.schema import outbox as table
from tests.support.clock import START
from tests.support.store import LEADS, ROOM, claim, enqueue, rows_in, send_all, store_alert

BOOT, EARLIER_BOOT = "boot-2", "boot-1"


def _claim(
    connection: Connection, target: Target = ROOM, now: int = START, boot: str = BOOT
) -> OutboxRow | None:
    claimed = claim(connection, target, boot, now)
    if claimed is None:
        return None
    (row,) = claimed.rows
    assert claimed.batch is None
    return row


def _claimed(connection: Connection, target: Target = ROOM, now: int = START, boot: str = BOOT) -> OutboxRow:
    row = _claim(connection, target, now, boot)
    assert row is not None
    return row


def _retry(connection: Connection, row: OutboxRow, next_at: int, tried_at: int | None = None) -> None:
    outbox.retry(connection, [row.id], next_at, "no answer", tried_at=tried_at, plain=False)


@pytest.fixture
def alert(connection: Connection) -> Alert:
    return store_alert(connection)


def test_nobody_is_told_twice_whatever_is_enqueued_twice(connection: Connection, alert: Alert) -> None:
    """Promise 3: also after it was sent."""
    assert enqueue(connection, alert, ROOM, LEADS, ROOM) == 2
    send_all(connection)
    assert enqueue(connection, alert, ROOM, LEADS, Target("leads", "lead 2")) == 1
    assert enqueue(connection, alert, ROOM, kind=Kind.LEVEL, n=1) == 1
    assert enqueue(connection, alert, ROOM, kind=Kind.LEVEL, n=2) == 1
    assert enqueue(connection, alert, ROOM, kind=Kind.LEVEL, n=2, via="fallback", reason="other") == 0
    assert rows_in(connection, "outbox") == 5
    assert len(set(connection.scalars(select(table.c.delivery_id)))) == 5


def test_the_database_itself_refuses_a_doubled_notification(connection: Connection, alert: Alert) -> None:
    enqueue(connection, alert)
    with pytest.raises(IntegrityError, match=r"outbox\.alert_id, outbox\.receiver"):
        connection.exec_driver_sql(
            "INSERT INTO outbox SELECT 99, 'x', alert_id, receiver, recipient, kind, n, via, state, reason, "
            "attempts, next_at, created_at, claimed_by, attempted_at, uncertain_since, plain, finished_at, "
            "gathered_as, waits_for, batch, part, parts FROM outbox"
        )


def test_a_claim_is_written_before_the_request_with_whose_it_is_and_when(
    connection: Connection, alert: Alert
) -> None:
    enqueue(connection, alert, reason="agent has no address", via="fallback")
    row = _claimed(connection, now=START + 7)
    assert (row.alert_id, row.target, row.kind, row.n) == (alert.id, ROOM, Kind.OPEN, 0)
    assert (row.via, row.reason, row.attempts, row.plain) == ("fallback", "agent has no address", 0, False)
    assert row.uncertain_since is None
    written = connection.execute(
        select(table.c.state, table.c.claimed_by, table.c.attempted_at, table.c.attempts)
    ).one()
    assert tuple(written) == (RowState.CLAIMED, BOOT, START + 7, 1)
    assert _claim(connection, now=START + 7) is None


def test_nothing_is_claimed_before_its_time(connection: Connection, alert: Alert) -> None:
    enqueue(connection, alert, now=START + 10)
    assert _claim(connection, now=START + 9) is None
    assert outbox_claims.waiting_targets(connection) == [(ROOM, START + 10)]
    assert _claimed(connection, now=START + 10).next_at == START + 10


def test_rows_that_are_due_are_claimed_in_their_order(connection: Connection) -> None:
    ids = []
    for key, at in (("a", 3), ("b", 1), ("c", 2), ("d", 1)):
        alert = store_alert(connection, key)
        enqueue(connection, alert, now=START + at)
        ids.append(alert.id)
    order = [_claimed(connection, now=START + 9).alert_id for _ in ids]
    assert order == [ids[1], ids[3], ids[2], ids[0]]


def test_a_later_message_never_overtakes_an_earlier_one_about_the_same_alert(
    connection: Connection, alert: Alert
) -> None:
    enqueue(connection, alert)
    enqueue(connection, alert, kind=Kind.LEVEL, n=1)
    first = _claimed(connection)
    assert _claim(connection, now=START + 1) is None  # the first is under way
    _retry(connection, first, START + 1000)
    assert _claim(connection, now=START + 999) is None  # the first waits for its next attempt
    assert outbox_claims.waiting_targets(connection) == [(ROOM, START + 1000)]
    assert _claimed(connection, now=START + 1000).id == first.id
    outbox.finish(connection, [first.id], RowState.SENT, "", START + 1001)
    assert _claimed(connection, now=START + 1001).kind is Kind.LEVEL


def test_other_targets_and_other_alerts_do_not_wait_for_it(connection: Connection, alert: Alert) -> None:
    """One broken target never delays another, nor one alert the others."""
    other = store_alert(connection, "other")
    enqueue(connection, alert, ROOM, LEADS)
    enqueue(connection, alert, ROOM, LEADS, kind=Kind.LEVEL, n=1)
    enqueue(connection, other, ROOM)
    _retry(connection, _claimed(connection), START + 1000)
    assert _claimed(connection).alert_id == other.id
    assert _claim(connection) is None
    row = _claimed(connection, LEADS)
    assert (row.kind, row.target) == (Kind.OPEN, LEADS)
    outbox.finish(connection, [row.id], RowState.DEAD, "given up", START)
    assert _claimed(connection, LEADS).kind is Kind.LEVEL


def test_targets_that_something_waits_for_with_when_the_first_is_due(
    connection: Connection, alert: Alert
) -> None:
    other = store_alert(connection, "other")
    enqueue(connection, alert, ROOM, LEADS, now=START + 5)
    enqueue(connection, other, ROOM, now=START + 3)
    assert dict(outbox_claims.waiting_targets(connection)) == {ROOM: START + 3, LEADS: START + 5}
    send_all(connection, ROOM, START + 9)
    _claimed(connection, LEADS, START + 9)
    assert outbox_claims.waiting_targets(connection) == []


def test_a_retry_remembers_what_the_next_attempt_must_know(connection: Connection, alert: Alert) -> None:
    enqueue(connection, alert)
    row = _claimed(connection)
    outbox.retry(connection, [row.id], START + 50, "no answer in time", tried_at=START, plain=True)
    again = _claimed(connection, now=START + 50)
    assert (again.id, again.delivery_id) == (row.id, row.delivery_id)
    assert (again.attempts, again.reason, again.uncertain_since, again.plain) == (
        1,
        "no answer in time",
        START,
        True,
    )


def test_claims_of_another_boot_become_uncertain_since_their_attempt(connection: Connection) -> None:
    """Promise 3: what was under way when we died is known, with the time from which to look for it."""
    died, ours, waits, done = (store_alert(connection, key) for key in "abcd")
    for number, alert in enumerate((died, done, ours)):
        enqueue(connection, alert, now=START + number)
    _claimed(connection, now=START + 9, boot=EARLIER_BOOT)
    finished = _claimed(connection, now=START + 9, boot=EARLIER_BOOT)
    outbox.finish(connection, [finished.id], RowState.SENT, "", START + 9)
    mine = _claimed(connection, now=START + 10)
    enqueue(connection, waits, now=START + 60)
    assert outbox_claims.release_claims(connection, BOOT, START + 20) == 1
    row = _claimed(connection, now=START + 20)
    assert (row.alert_id, row.uncertain_since, row.next_at, row.attempts) == (
        died.id,
        START + 9,
        START + 20,
        1,
    )
    assert _claim(connection, now=START + 20) is None
    states = {row.id: row.state for row in connection.execute(select(table.c.id, table.c.state))}
    assert states[mine.id] == RowState.CLAIMED
    assert states[finished.id] == RowState.SENT


def test_what_was_uncertain_before_stays_so_from_its_first_attempt(
    connection: Connection, alert: Alert
) -> None:
    enqueue(connection, alert)
    _retry(connection, _claimed(connection, boot=EARLIER_BOOT), START + 100, tried_at=START)
    _claimed(connection, now=START + 100, boot=EARLIER_BOOT)
    outbox_claims.release_claims(connection, BOOT, START + 200)
    assert _claimed(connection, now=START + 200).uncertain_since == START


def test_a_restart_makes_nothing_due_by_itself(connection: Connection, alert: Alert) -> None:
    """Promise 3: what waits, waits on; what is done is done."""
    enqueue(connection, alert, ROOM)
    send_all(connection)
    enqueue(connection, alert, LEADS, now=START + 60)
    assert outbox_claims.release_claims(connection, BOOT, START + 1) == 0
    assert outbox_claims.waiting_targets(connection) == [(LEADS, START + 60)]


def test_something_about_an_alert_is_tried_next_until_the_last_is_done(
    connection: Connection, alert: Alert
) -> None:
    assert outbox.next_try(connection, alert.id) is None
    enqueue(connection, alert, ROOM)
    enqueue(connection, alert, LEADS, now=START + 5)
    assert outbox.next_try(connection, alert.id) == START
    send_all(connection)
    assert outbox.next_try(connection, alert.id) == START + 5
    row = _claimed(connection, LEADS, now=START + 5)
    assert outbox.next_try(connection, alert.id) == START + 5
    outbox.finish(connection, [row.id], RowState.DEAD, "given up", START)
    assert outbox.next_try(connection, alert.id) is None


@pytest.mark.parametrize("state", [RowState.DRY_RUN, RowState.DEAD])
def test_what_is_not_to_be_sent_is_kept_and_never_claimed(
    connection: Connection, alert: Alert, state: RowState
) -> None:
    enqueue(connection, alert, state=state)
    assert _claim(connection) is None
    assert outbox_claims.waiting_targets(connection) == []
    assert outbox.next_try(connection, alert.id) is None
    assert connection.scalar(select(table.c.finished_at)) == START


def test_a_delivery_id_is_the_same_whenever_it_is_made_of_the_same(connection: Connection) -> None:
    """A store that was restored from an old copy makes those again under which messages arrived."""
    alert, other = store_alert(connection), store_alert(connection, "other")
    with connection.begin_nested() as nested:
        enqueue(connection, alert, ROOM)
        before = connection.scalar(select(table.c.delivery_id))
        nested.rollback()
    enqueue(connection, other, ROOM, LEADS)
    enqueue(connection, alert, LEADS, ROOM, Target("sales-room #sales", ""))
    for kind, n in ((Kind.LEVEL, 0), (Kind.LEVEL, 1)):
        enqueue(connection, alert, ROOM, kind=kind, n=n)
    ids = list(connection.scalars(select(table.c.delivery_id)))
    assert before in ids
    assert len(set(ids)) == len(ids) == 7
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in ids)


def test_what_is_noted_when_it_is_enqueued_is_known_when_it_is_claimed(
    connection: Connection, alert: Alert
) -> None:
    enqueue(connection, alert, uncertain_since=START - 5, gathered_as=Gathered.HELD)
    row = _claimed(connection)
    assert (row.uncertain_since, row.gathered_as) == (START - 5, Gathered.HELD)


def test_retried_apart_each_is_told_by_itself(connection: Connection) -> None:
    for n in range(12):
        enqueue(connection, store_alert(connection, str(n)))
    claimed = claim(connection, burst=1)
    assert claimed is not None
    ids = [row.id for row in claimed.rows]
    outbox.retry(connection, ids, START, "refused", tried_at=None, plain=True, apart=True)
    left = set(
        connection.execute(select(table.c.batch, table.c.part, table.c.parts).where(table.c.id.in_(ids)))
    )
    assert left == {(None, None, None)}


def test_what_became_of_rows_keeps_each_ones_reason_or_gives_them_all_the_same(
    connection: Connection, alert: Alert
) -> None:
    enqueue(connection, alert, ROOM, reason="no address")
    enqueue(connection, alert, LEADS)
    ids = list(connection.scalars(select(table.c.id).order_by(table.c.id)))
    outbox.finish(connection, ids, RowState.SENT, None, START)
    assert list(connection.scalars(select(table.c.reason).order_by(table.c.id))) == ["no address", ""]
    outbox.finish(connection, ids, RowState.DEAD, "given up", START)
    assert set(connection.scalars(select(table.c.reason))) == {"given up"}
