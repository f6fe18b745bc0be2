"""What the store and a read hold together, against comparing everything with everything."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from notifier.model import Call, Reject
from notifier.store import calls
from notifier.store.database import Database
from notifier.store.schema import calls as calls_table
from notifier.store.schema import rejects as rejects_table
from tests.support.clock import START
from tests.support.sample import a_call
from tests.support.store import a_reject, main_source, store_calls

IDS = st.sampled_from("abcdef")
TIMES = st.integers(0, 8)
CALLS = st.builds(
    lambda ident, alias, at: a_call(id=ident, alias=alias if alias != ident else None, placed_at=at),
    IDS,
    st.none() | IDS,
    TIMES,
)
REJECTS = st.builds(a_reject, st.sampled_from(["r1", "r2", "r3", "r4"]), st.none() | TIMES)
READS = st.lists(CALLS | REJECTS, max_size=8)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database.open(tmp_path_factory.mktemp("shared") / "notifier.db")
    yield database
    database.close()


def _take(connection: Connection, read: list[Call | Reject]) -> None:
    store_calls(connection, *(one for one in read if isinstance(one, Call)))
    rejects = [one for one in read if isinstance(one, Reject)]
    calls.insert_rejects(connection, main_source(connection), rejects, START)


def _once(stored: list[Call], read: list[Call]) -> list[Call]:
    """By comparing every pair: those that share no id with any before them."""
    kept: list[Call] = []
    for at, call in enumerate(read):
        ids = {call.id, call.alias} - {None}
        if not any(ids & {other.id, other.alias} for other in [*stored, *read[:at]]):
            kept.append(call)
    return kept


@settings(deadline=None)
@given(batches=st.lists(st.lists(CALLS, max_size=6), max_size=4))
def test_new_calls_are_those_that_share_no_id_with_any_before(
    shared: Database, batches: list[list[Call]]
) -> None:
    with shared._writer.connect() as connection, connection.begin() as transaction:
        stored: list[Call] = []
        for batch in batches:
            expected = _once(stored, batch)
            assert [one.call for one in store_calls(connection, *batch)] == expected
            stored += expected
        transaction.rollback()


@settings(deadline=None)
@given(earlier=READS, read=READS, elsewhere=READS, one_end=TIMES, other_end=TIMES)
def test_what_is_held_is_what_the_store_would_hold_once_the_read_is_committed(
    shared: Database,
    earlier: list[Call | Reject],
    read: list[Call | Reject],
    elsewhere: list[Call | Reject],
    one_end: int,
    other_end: int,
) -> None:
    start, end = sorted((one_end, other_end))
    with shared._writer.connect() as connection, connection.begin() as transaction:
        source = main_source(connection)
        _take(connection, earlier)
        store_calls(connection, *(one for one in elsewhere if isinstance(one, Call)), account="second")
        held = calls.held(connection, source.id, start, end, read)
        _take(connection, read)
        times = [
            *connection.scalars(select(calls_table.c.placed_at).where(calls_table.c.source_id == source.id)),
            *connection.scalars(select(rejects_table.c.placed_at)),
        ]
        timeless = {one.digest for one in read if isinstance(one, Reject) and one.placed_at is None}
        inside = [time for time in times if time is not None and start <= time <= end]
        assert held == len(inside) + len(timeless)
        transaction.rollback()


def test_both_ends_of_an_interval_are_held(connection: Connection) -> None:
    store_calls(connection, *(a_call(id=str(at), placed_at=at) for at in (9, 10, 15, 20, 21)))
    source = main_source(connection)
    assert calls.held(connection, source.id, 10, 20, ()) == 3
    ends = [a_call(id="x", placed_at=10), a_call(id="y", placed_at=20), a_call(id="z", placed_at=21)]
    assert calls.held(connection, source.id, 10, 20, ends) == 5
