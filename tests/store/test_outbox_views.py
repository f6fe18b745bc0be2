"""How full the outbox is, and what is in it."""

from sqlalchemy import Connection

from notifier.model import Kind, Target
from notifier.store import outbox, outbox_views
from notifier.store.outbox import RowState
from notifier.store.outbox_views import Depth
from tests.support.clock import START
from tests.support.store import LEADS, ROOM, claim, enqueue, main_source, send_all, store_alert


def test_an_empty_outbox(connection: Connection) -> None:
    assert outbox_views.depth(connection, START) == Depth(0, None, 0)


def test_what_waits_or_is_under_way_counts_until_it_is_done(connection: Connection) -> None:
    alert = store_alert(connection)
    enqueue(connection, alert, ROOM, now=START - 50)
    enqueue(connection, alert, LEADS, now=START - 20)
    enqueue(connection, store_alert(connection, "later"), ROOM, now=START + 10)
    assert outbox_views.depth(connection, START) == Depth(3, START - 50, 0)
    claimed = claim(connection, ROOM)
    assert claimed is not None
    assert outbox_views.depth(connection, START) == Depth(3, START - 50, 0)
    outbox.finish(connection, [claimed.rows[0].id], RowState.DEAD, "given up", START)
    assert outbox_views.depth(connection, START) == Depth(2, START - 20, 1)
    send_all(connection, LEADS)
    assert outbox_views.depth(connection, START) == Depth(1, None, 1)


def test_the_newest_rows_of_some_states_or_of_all(connection: Connection) -> None:
    alert = store_alert(connection)
    for n in range(1, 5):
        enqueue(connection, alert, kind=Kind.LEVEL, n=n, state=RowState.DEAD if n % 2 else RowState.WAITING)
    assert [row.n for row in outbox_views.listing(connection, None, 3)] == [4, 3, 2]
    assert [row.n for row in outbox_views.listing(connection, [RowState.DEAD], 9)] == [3, 1]
    both = [RowState.DEAD, RowState.WAITING]
    assert [row.n for row in outbox_views.listing(connection, both, 9)] == [4, 3, 2, 1]
    assert outbox_views.listing(connection, [], 9) == []


def test_everything_about_an_alert_in_order(connection: Connection) -> None:
    alert, other = store_alert(connection), store_alert(connection, "other")
    enqueue(connection, alert, ROOM)
    enqueue(connection, other, ROOM)
    enqueue(connection, alert, LEADS, kind=Kind.LEVEL, n=1)
    send_all(connection)
    rows = outbox_views.of_alert(connection, alert.id)
    assert [(row.target, row.kind, row.state) for row in rows] == [
        (ROOM, Kind.OPEN, RowState.SENT),
        (LEADS, Kind.LEVEL, RowState.WAITING),
    ]


def _fail(connection: Connection, target: Target, reason: str, at: int) -> None:
    claimed = claim(connection, target, now=at)
    assert claimed is not None
    ids = [row.id for row in claimed.rows]
    outbox.retry(connection, ids, at + 10_000, reason, tried_at=None, plain=False)


def test_what_waits_for_a_backlog_waits_and_is_not_due(connection: Connection) -> None:
    enqueue(connection, store_alert(connection), waits_for=main_source(connection).id, now=START - 50)
    assert outbox_views.depth(connection, START) == Depth(1, None, 0)
    assert outbox_views.oldest_due(connection, START) is None
    enqueue(connection, store_alert(connection, "other"), LEADS, now=START - 20)
    assert outbox_views.depth(connection, START) == Depth(2, START - 20, 0)
    oldest = outbox_views.oldest_due(connection, START)
    assert oldest is not None
    assert oldest.target == LEADS


def test_why_each_target_is_not_told_is_what_its_last_attempt_met_with(connection: Connection) -> None:
    """Whatever waits behind that one waits for the same."""
    for n in range(3):
        enqueue(connection, store_alert(connection, str(n)), ROOM, LEADS, now=START + n)
    assert outbox_views.troubles(connection) == {}
    assert outbox_views.trouble(connection) is None
    assert outbox_views.trouble_of(connection, ROOM) == ""
    _fail(connection, ROOM, "no answer", START + 5)
    _fail(connection, ROOM, "slow down", START + 6)
    _fail(connection, LEADS, "down", START + 4)
    assert outbox_views.troubles(connection) == {ROOM: "slow down", LEADS: "down"}
    assert outbox_views.trouble_of(connection, ROOM) == "slow down"
    assert outbox_views.trouble_of(connection, LEADS) == "down"
    last = outbox_views.trouble(connection)
    assert last is not None
    assert last.reason == "slow down"


def test_why_others_are_told_is_no_trouble(connection: Connection) -> None:
    enqueue(connection, store_alert(connection), reason="no address: agent", via="fallback")
    assert outbox_views.troubles(connection) == {}
