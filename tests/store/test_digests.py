"""Rows of digests: each written once, claimed before it is sent, and forgotten when it is old."""

from sqlalchemy import Connection

from notifier.model import Target
from notifier.store import digests
from notifier.store.digests import StoredPlan
from notifier.store.outbox import RowState
from notifier.store.purge import Amount, purge, survey
from tests.support.clock import START

ROOM, HALL = Target("room", "#room"), Target("hall", "#hall")


def test_a_plan_is_remembered_until_it_is_forgotten(connection: Connection) -> None:
    digests.put_plan(connection, "evening", StoredPlan("18:30", START))
    digests.put_plan(connection, "evening", StoredPlan("18:30", START + 1))
    digests.put_plan(connection, "noon", StoredPlan("12:00", START))
    assert digests.plans(connection)["evening"] == StoredPlan("18:30", START + 1)
    digests.forget_plans(connection, {"evening"})
    assert digests.plans(connection).keys() == {"noon"}


def test_a_report_is_written_down_once_for_each_target(connection: Connection) -> None:
    assert digests.enqueue(connection, "evening", START, [ROOM, ROOM], START) == [ROOM]
    assert digests.enqueue(connection, "evening", START, [ROOM, HALL], START) == [HALL]
    assert digests.enqueue(connection, "evening", START + 1, [ROOM], START) == [ROOM]
    assert [row.target for row in digests.of_report(connection, "evening", START)] == [ROOM, HALL]


def test_its_delivery_id_is_the_same_in_a_store_that_was_brought_back(connection: Connection) -> None:
    digests.enqueue(connection, "evening", START, [ROOM], START)
    (row,) = digests.unfinished(connection)
    digests.finish(connection, [row.id], RowState.SENT, "", START - 1)
    purge(connection, 0, START)
    digests.enqueue(connection, "evening", START, [ROOM, HALL], START)
    again, other = digests.unfinished(connection)
    assert again.delivery_id == row.delivery_id != other.delivery_id


def test_a_claim_is_of_one_and_says_that_it_may_have_arrived(connection: Connection) -> None:
    digests.enqueue(connection, "evening", START, [ROOM], START)
    (row,) = digests.unfinished(connection)
    assert digests.claim(connection, row.id, START + 5) == row
    assert digests.claim(connection, row.id, START + 6) is None
    (claimed,) = digests.unfinished(connection)
    assert (claimed.state, claimed.attempts, claimed.uncertain_since) == (RowState.CLAIMED, 1, START + 5)
    assert digests.release_all(connection, START + 9) == 1
    (waiting,) = digests.unfinished(connection)
    assert (waiting.state, waiting.next_at, waiting.uncertain_since) == (
        RowState.WAITING,
        START + 9,
        START + 5,
    )


def test_a_released_one_waits_for_its_time(connection: Connection) -> None:
    digests.enqueue(connection, "evening", START, [ROOM], START)
    (row,) = digests.unfinished(connection)
    digests.claim(connection, row.id, START)
    digests.release(connection, row.id, START + 9, "down", None)
    (waiting,) = digests.unfinished(connection)
    assert (waiting.next_at, waiting.reason, waiting.uncertain_since) == (START + 9, "down", None)
    assert digests.release_all(connection, START) == 0


def test_the_latest_is_known_by_name_whatever_a_clock_that_ran_ahead_wrote(connection: Connection) -> None:
    for due_at in (START - 2, START, START + 2):
        digests.enqueue(connection, "evening", due_at, [ROOM], START)
    digests.enqueue(connection, "noon", START - 9, [ROOM], START)
    assert digests.latest(connection, START) == {"evening": START, "noon": START - 9}


def test_what_was_sent_long_ago_is_forgotten_and_what_waits_is_not(connection: Connection) -> None:
    digests.enqueue(connection, "old", START, [ROOM], START, state=RowState.DROPPED, reason="late")
    digests.enqueue(connection, "new", START, [ROOM], START)
    assert survey(connection, START + 1, START + 1).goes == Amount(digests=1)
    assert purge(connection, START, START) == Amount()
    assert purge(connection, START, START + 1) == Amount(digests=1)
    assert [row.name for row in digests.unfinished(connection)] == ["new"]
