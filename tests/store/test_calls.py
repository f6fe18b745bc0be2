"""Each call is stored once, whatever comes twice, late, or under another of its ids."""

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from notifier.store import calls
from notifier.store.schema import calls as calls_table
from notifier.store.schema import rejects as rejects_table
from notifier.store.schema import sources
from tests.support.clock import START
from tests.support.sample import a_call
from tests.support.store import a_reject, main_source, numbered_calls, rows_in, store_calls


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((("a", "b")), ("a", "b")),
        (("a", None), ("a", None)),
        (("a", "b"), ("a", None)),
        (("a", "b"), ("b", None)),
        (("a", None), ("a", "b")),
        (("b", None), ("a", "b")),
        (("a", "b"), ("b", "a")),
        (("a", "b"), ("c", "b")),
        (("a", "b"), ("a", "c")),
        (("hash:1f", None), ("hash:1f", None)),
    ],
)
@pytest.mark.parametrize("in_one_batch", [True, False])
def test_calls_that_share_either_id_are_the_same(
    connection: Connection,
    first: tuple[str, str | None],
    second: tuple[str, str | None],
    in_one_batch: bool,  # noqa: FBT001 - a case
) -> None:
    """Promise 1: exactly once; names and notes may have changed since."""
    earlier = a_call(id=first[0], alias=first[1], name="Suresh")
    later = a_call(id=second[0], alias=second[1], name="Suresh Kumar")
    if in_one_batch:
        store_calls(connection, earlier, later)
    else:
        store_calls(connection, earlier)
        assert store_calls(connection, later) == []
    assert connection.execute(select(calls_table.c.ident, calls_table.c.name)).all() == [(first[0], "Suresh")]


@pytest.mark.parametrize(
    ("first", "second"),
    [(("a", None), ("b", None)), (("a", "b"), ("c", "d")), (("hash:1f", None), ("hash:2f", None))],
)
def test_calls_that_share_no_id_are_two(
    connection: Connection, first: tuple[str, str | None], second: tuple[str, str | None]
) -> None:
    stored = store_calls(
        connection, a_call(id=first[0], alias=first[1]), a_call(id=second[0], alias=second[1])
    )
    assert [one.call.id for one in stored] == [first[0], second[0]]
    assert rows_in(connection, "calls") == 2


def test_the_same_id_in_another_source_is_another_call(connection: Connection) -> None:
    call = a_call(id="a", alias="b")
    assert len(store_calls(connection, call)) == 1
    assert len(store_calls(connection, call._replace(account="second"), account="second")) == 1
    assert rows_in(connection, "calls") == 2
    assert rows_in(connection, "call_aliases") == 2


def test_an_id_that_is_stored_twice_is_an_error_whoever_writes(connection: Connection) -> None:
    source = main_source(connection)
    calls.insert_calls(connection, source, [a_call()], 0, START)
    with pytest.raises(IntegrityError, match=r"calls\.source_id, calls\.ident"):
        calls.insert_calls(connection, source, [a_call()], 0, START)


def test_stored_calls_come_back_as_they_were(connection: Connection) -> None:
    call = a_call(id="ü\N{BLACK TELEPHONE}", alias="b", name="Zoë 🙂 'x' %s ?", customer="", extension="")
    (stored,) = store_calls(connection, call)
    row = connection.execute(select(*calls.CALL_COLUMNS).join_from(calls_table, sources)).mappings().one()
    assert calls.stored_call(row) == stored
    assert stored.call == call


def test_calls_from_before_the_start_are_baseline(connection: Connection) -> None:
    source = main_source(connection)
    times = [START - 1, START, START + 1]
    read = [a_call(id=str(time), placed_at=time) for time in times]
    stored = calls.insert_calls(connection, source, read, START, START + 99)
    assert [(one.call.placed_at, one.baseline) for one in stored] == [
        (START - 1, True),
        (START, False),
        (START + 1, False),
    ]
    kept = connection.execute(select(calls_table.c.baseline, calls_table.c.stored_at)).all()
    assert kept == [(True, START + 99), (False, START + 99), (False, START + 99)]


def test_rows_go_on_from_the_newest(connection: Connection) -> None:
    first = store_calls(connection, *numbered_calls(3))
    second = store_calls(connection, *numbered_calls(5))
    assert [one.row for one in first + second] == [1, 2, 3, 4, 5]
    assert store_calls(connection) == []


def test_a_batch_of_thousands_is_compared_whole(connection: Connection) -> None:
    """More than one list of values: what lies in the second must be found, too."""
    read = numbered_calls(1203)
    with_second_ids = [call._replace(alias=f"s{number}") for number, call in enumerate(read)]
    store_calls(connection, *with_second_ids)
    assert store_calls(connection, *reversed(with_second_ids)) == []
    assert store_calls(connection, *(a_call(id=f"s{number}") for number in range(1203))) == []
    assert rows_in(connection, "calls") == 1203


def test_rejects_are_kept_once_with_their_reason(connection: Connection) -> None:
    """Promise 4: a record that can't be read is neither lost nor kept at every poll."""
    source = main_source(connection)
    read = [a_reject("d1"), a_reject("d2", None), a_reject("d1")]
    assert [one.digest for one in calls.insert_rejects(connection, source, read, START)] == ["d1", "d2"]
    assert calls.insert_rejects(connection, source, [*read, a_reject("d3")], START) == [a_reject("d3")]
    kept = connection.execute(
        select(rejects_table.c.digest, rejects_table.c.reason, rejects_table.c.placed_at).order_by("digest")
    ).all()
    assert kept == [
        ("d1", "`to` is missing", START),
        ("d2", "`to` is missing", None),
        ("d3", "`to` is missing", START),
    ]


def test_the_same_reject_in_another_source_is_another_one(connection: Connection) -> None:
    for account in ("main", "second"):
        source = main_source(connection, account)
        assert len(calls.insert_rejects(connection, source, [a_reject()], START)) == 1
    assert rows_in(connection, "rejects") == 2


def test_thousands_of_rejects_are_compared_whole(connection: Connection) -> None:
    source = main_source(connection)
    read = [a_reject(f"d{number}") for number in range(1203)]
    assert len(calls.insert_rejects(connection, source, read, START)) == 1203
    assert calls.insert_rejects(connection, source, read, START) == []


def test_an_id_that_is_learnt_later_is_known_when_it_comes_alone(connection: Connection) -> None:
    """Promise 1: exactly once."""
    source = main_source(connection)
    assert len(store_calls(connection, a_call(id="b", alias=None))) == 1
    both = a_call(id="a", alias="b")
    calls.learn_ids(connection, source.id, [both, both, a_call(id="x", alias=None)])
    calls.learn_ids(connection, source.id, [both])
    assert calls.new_calls(connection, source.id, [a_call(id="a", alias=None)]) == []
    assert calls.new_calls(connection, source.id, [a_call(id="c", alias="a")]) == []
    other = main_source(connection, "second")
    assert len(calls.new_calls(connection, other.id, [a_call(id="a", alias=None)])) == 1
