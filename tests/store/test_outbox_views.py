"""How full the outbox is, and what is in it."""

from sqlalchemy import Connection

from notifier.model import Kind
from notifier.store import outbox, outbox_views
from notifier.store.outbox import RowState
from notifier.store.outbox_views import Depth
from tests.support.clock import START
from tests.support.store import LEADS, ROOM, enqueue, send_all, store_alert


def test_an_empty_outbox(connection: Connection) -> None:
    assert outbox_views.depth(connection, START) == Depth(0, None, 0)


def test_what_waits_or_is_under_way_counts_until_it_is_done(connection: Connection) -> None:
    alert = store_alert(connection)
    enqueue(connection, alert, ROOM, now=START - 50)
    enqueue(connection, alert, LEADS, now=START - 20)
    enqueue(connection, store_alert(connection, "later"), ROOM, now=START + 10)
    assert outbox_views.depth(connection, START) == Depth(3, START - 50, 0)
    claimed = outbox.claim(connection, ROOM, "boot", START)
    assert claimed is not None
    assert outbox_views.depth(connection, START) == Depth(3, START - 50, 0)
    outbox.finish(connection, claimed.id, RowState.DEAD, "given up", START)
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
