"""What of a target's notifications goes next, alone or as a part of a summary."""

from dataclasses import replace

from sqlalchemy import Connection, select

from notifier.model import Alert, Gathered, Kind, Severity
from notifier.store import alerts, outbox, outbox_claims
from notifier.store.gathering import Limits
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.outbox_claims import Claim
from notifier.store.schema import outbox as table
from tests.support.clock import START
from tests.support.store import LEADS, ROOM, claim, enqueue, main_source, store_alert

BOOT, EARLIER_BOOT = "boot-2", "boot-1"


def _many(connection: Connection, count: int, first: int = 0) -> list[Alert]:
    """Alerts about which the room is to be told, due one after another."""
    made = [store_alert(connection, f"k{n}") for n in range(first, first + count)]
    for n, alert in enumerate(made, first):
        enqueue(connection, alert, now=START - 1000 + n)
    return made


def _claimed(connection: Connection, now: int = START, burst: int = 3, boot: str = BOOT) -> Claim:
    claimed = claim(connection, ROOM, boot, now, burst)
    assert claimed is not None
    return claimed


def _ids(claimed: Claim) -> list[int]:
    return [row.alert_id for row in claimed.rows]


def _retry(connection: Connection, claimed: Claim, next_at: int, tried_at: int | None = None) -> None:
    ids = [row.id for row in claimed.rows]
    outbox.retry(connection, ids, next_at, "no answer", tried_at=tried_at, plain=False)


def _sent(connection: Connection, claimed: Claim) -> None:
    outbox.finish(connection, [row.id for row in claimed.rows], RowState.SENT, None, START)


def _rise(connection: Connection, alert: Alert) -> None:
    alerts.update_alert(connection, replace(alert, severity=Severity.CRITICAL), None)


def test_all_that_is_due_is_put_together_at_once(connection: Connection) -> None:
    made = _many(connection, 12)
    claimed = [_claimed(connection) for _ in range(3)]
    assert [_ids(one) for one in claimed] == [[a.id for a in made[at : at + 4]] for at in (0, 4, 8)]
    assert [(one.part, one.parts) for one in claimed] == [(1, 3), (2, 3), (3, 3)]
    assert len({one.batch for one in claimed}) == 3
    assert all(one.gathered is Gathered.BURST for one in claimed)
    assert claim(connection, ROOM, BOOT) is None


def test_a_claim_of_many_is_written_like_that_of_one(connection: Connection) -> None:
    _many(connection, 4)
    claimed = _claimed(connection)
    written = connection.execute(
        select(table.c.state, table.c.claimed_by, table.c.attempted_at, table.c.attempts, table.c.batch)
    ).all()
    assert {tuple(row) for row in written} == {(RowState.CLAIMED, BOOT, START, 1, claimed.batch)}
    assert [row.attempts for row in claimed.rows] == [0] * 4


def test_the_message_of_the_same_notifications_has_the_same_id_everywhere(connection: Connection) -> None:
    _many(connection, 4)
    with connection.begin_nested() as nested:
        first = _claimed(connection).batch
        nested.rollback()
    assert _claimed(connection).batch == first


def test_what_is_due_later_is_not_put_together_with_what_is_due(connection: Connection) -> None:
    _many(connection, 3)
    enqueue(connection, store_alert(connection, "later"), now=START + 1)
    assert [len(_claimed(connection).rows) for _ in range(3)] == [1, 1, 1]
    assert claim(connection, ROOM, BOOT, START, 3) is None


def test_a_summary_that_failed_is_claimed_again_as_it_was(connection: Connection) -> None:
    _many(connection, 4)
    first = _claimed(connection)
    _retry(connection, first, START + 100, tried_at=START)
    _many(connection, 1, first=50)
    single = _claimed(connection, START + 99)
    assert (single.batch, len(single.rows)) == (None, 1)
    again = _claimed(connection, START + 100)
    assert (again.batch, _ids(again)) == (first.batch, _ids(first))
    assert again.uncertain_since == START
    assert {row.attempts for row in again.rows} == {1}


def test_a_summary_of_another_boot_is_uncertain_and_stays_together(connection: Connection) -> None:
    _many(connection, 4)
    first = _claimed(connection, boot=EARLIER_BOOT)
    assert outbox_claims.release_claims(connection, BOOT, START + 50) == 4
    again = _claimed(connection, START + 50)
    assert (again.batch, _ids(again), again.uncertain_since) == (first.batch, _ids(first), START)


def test_a_part_that_shrank_keeps_its_number(connection: Connection) -> None:
    _many(connection, 12)
    first = _claimed(connection)
    outbox.finish(connection, [first.rows[0].id], RowState.DROPPED, "rule removed", START)
    _retry(connection, replace(first, rows=first.rows[1:]), START)
    parts = {(one.part, one.parts, len(one.rows)) for one in (_claimed(connection) for _ in range(3))}
    assert parts == {(1, 3, 3), (2, 3, 4), (3, 3, 4)}


def test_a_summary_is_uncertain_since_the_first_of_its_attempts(connection: Connection) -> None:
    made = _many(connection, 2)
    for alert, since in zip(made, (START - 7, START - 9), strict=True):
        enqueue(connection, alert, LEADS, uncertain_since=since, gathered_as=Gathered.STALE)
    claimed = claim(connection, LEADS)
    assert claimed is not None
    assert claimed.uncertain_since == START - 9
    assert claimed.gathered is Gathered.STALE
    assert _claimed(connection).uncertain_since is None


def test_what_is_gathered_for_different_reasons_is_a_burst() -> None:
    def row(number: int, gathered_as: Gathered | None) -> OutboxRow:
        return OutboxRow(
            *(number, "d", number, ROOM, Kind.OPEN, 0, "rule", RowState.WAITING, "", 0, 0, 0, None, False),
            gathered_as,
        )

    stale, held, none = row(1, Gathered.STALE), row(2, Gathered.HELD), row(3, None)
    assert Claim((stale, held)).gathered is Gathered.BURST
    assert Claim((stale, none)).gathered is Gathered.BURST
    assert Claim((none, none)).gathered is Gathered.BURST
    assert Claim((held, held)).gathered is Gathered.HELD


def test_critical_goes_first_and_alone(connection: Connection) -> None:
    made = _many(connection, 8)
    _rise(connection, made[6])
    _rise(connection, made[3])
    order = [_claimed(connection) for _ in range(4)]
    assert [_ids(one) for one in order[:2]] == [[made[3].id], [made[6].id]]
    assert [len(one.rows) for one in order[2:]] == [3, 3]
    assert [one.batch is None for one in order] == [True, True, False, False]


def test_what_becomes_critical_leaves_a_summary_that_was_not_tried(connection: Connection) -> None:
    made = _many(connection, 8)
    _claimed(connection)
    _rise(connection, made[6])
    alone = _claimed(connection)
    assert (_ids(alone), alone.batch) == ([made[6].id], None)
    rest = _claimed(connection)
    assert _ids(rest) == [made[n].id for n in (4, 5, 7)]
    assert (rest.part, rest.parts) == (2, 2)


def test_what_becomes_critical_leaves_a_summary_that_surely_did_not_arrive(connection: Connection) -> None:
    made = _many(connection, 4)
    _retry(connection, _claimed(connection), START)
    _rise(connection, made[2])
    assert _ids(_claimed(connection)) == [made[2].id]
    assert len(_claimed(connection).rows) == 3


def test_what_becomes_critical_stays_in_a_summary_that_may_have_arrived(connection: Connection) -> None:
    made = _many(connection, 4)
    first = _claimed(connection)
    _retry(connection, first, START, tried_at=START)
    _rise(connection, made[2])
    assert _ids(_claimed(connection)) == _ids(first)


def test_of_two_messages_about_one_alert_only_the_first_stands_in_a_summary(connection: Connection) -> None:
    made = _many(connection, 4)
    for alert in made:
        enqueue(connection, alert, kind=Kind.LEVEL, n=1)
    first = _claimed(connection)
    assert {row.kind for row in first.rows} == {Kind.OPEN}
    assert claim(connection, ROOM, BOOT, START, 3) is None
    _sent(connection, first)
    second = _claimed(connection)
    assert [row.kind for row in second.rows] == [Kind.LEVEL] * 4


def test_what_waits_for_a_backlog_is_not_due_until_that_is_read(connection: Connection) -> None:
    source = main_source(connection)
    alert = store_alert(connection)
    enqueue(connection, alert, gathered_as=Gathered.STALE, waits_for=source.id)
    assert not outbox_claims.is_due(connection, ROOM, START)
    assert outbox_claims.waiting_targets(connection) == []
    assert claim(connection, ROOM) is None
    assert outbox.release(connection, source.id + 1) == 0
    assert outbox.release(connection, source.id) == 1
    assert outbox.release(connection, source.id) == 0
    assert outbox_claims.is_due(connection, ROOM, START)
    assert outbox_claims.waiting_targets(connection) == [(ROOM, START)]
    assert claim(connection, ROOM) is not None


def test_what_is_critical_waits_for_no_backlog(connection: Connection) -> None:
    alert = store_alert(connection, severity=Severity.CRITICAL)
    enqueue(connection, alert, gathered_as=Gathered.STALE, waits_for=main_source(connection).id)
    assert outbox_claims.waiting_targets(connection) == [(ROOM, START)]
    assert _ids(_claimed(connection)) == [alert.id]


def test_nobody_waits_for_a_source_that_is_read_no_more(connection: Connection) -> None:
    ours, strange = main_source(connection), main_source(connection, "gone")
    for n, source in enumerate((ours, strange)):
        enqueue(connection, store_alert(connection, str(n)), waits_for=source.id)
    enqueue(connection, store_alert(connection, "free"))
    assert outbox.release_strangers(connection, ["main"]) == 1
    assert set(connection.scalars(select(table.c.waits_for))) == {ours.id, None}


def test_more_than_the_channel_names_are_put_together_anew(connection: Connection) -> None:
    _many(connection, 5)
    first = _claimed(connection)
    assert len(first.rows) == 5
    _retry(connection, first, START)
    again = outbox_claims.claim(connection, ROOM, BOOT, START, Limits(3, 2))
    assert again is not None
    assert (len(again.rows), again.parts) == (1, 3)
    assert again.batch != first.batch


def test_many_are_taken_at_once_for_others_whichever_message_would_tell_them(connection: Connection) -> None:
    made = _many(connection, 8)
    _retry(connection, _claimed(connection), START)
    enqueue(connection, made[0], kind=Kind.LEVEL, n=1)
    rows = outbox_claims.claim_many(connection, ROOM, BOOT, START, 6)
    assert len(rows) == 6
    assert len(outbox_claims.claim_many(connection, ROOM, BOOT, START, 6)) == 2
    assert outbox_claims.claim_many(connection, ROOM, BOOT, START, 6) == []
    states = set(connection.scalars(select(table.c.state).where(table.c.kind == Kind.OPEN)))
    assert states == {RowState.CLAIMED}


def test_what_waits_too_long_is_seen_and_let_go_but_for_what_is_held(connection: Connection) -> None:
    _many(connection, 1)
    enqueue(connection, store_alert(connection, "held"), now=START + 99, gathered_as=Gathered.HELD)
    assert not outbox_claims.waits_beyond(connection, START)
    _retry(connection, _claimed(connection), START + 50)
    assert outbox_claims.waits_beyond(connection, START + 49)
    assert not outbox_claims.waits_beyond(connection, START + 50)
    outbox_claims.hasten(connection, START + 49, START + 1)
    assert list(connection.scalars(select(table.c.next_at).order_by(table.c.id))) == [START + 1, START + 99]
