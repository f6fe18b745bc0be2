"""Records that could not be read: looked at, marked to be read once more, and settled."""

from sqlalchemy import Connection

from notifier.model import Endpoint
from notifier.store import calls, rejects
from tests.support.clock import START
from tests.support.rejects import left_by_an_older_version, readable
from tests.support.store import main_source


def kept(connection: Connection, *names: str, account: str = "main", at: int = START) -> list[int]:
    """Store rejects of readable records; returns their ids."""
    source = main_source(connection, account)
    before = set(rejects.all_ids(connection))
    calls.insert_rejects(connection, source, [left_by_an_older_version(readable(name)) for name in names], at)
    return [one for one in rejects.all_ids(connection) if one not in before]


def test_the_newest_come_first_and_of_one_account_where_that_is_given(connection: Connection) -> None:
    first, second = kept(connection, "a", "b")
    (other,) = kept(connection, "c", account="second", at=START + 5)
    assert [one.id for one in rejects.listing(connection, 10)] == [other, second, first]
    assert [one.id for one in rejects.listing(connection, 1)] == [other]
    assert [one.id for one in rejects.listing(connection, 10, "main")] == [second, first]
    assert rejects.listing(connection, 10, "gone") == []


def test_one_comes_back_as_it_was_stored(connection: Connection) -> None:
    (row,) = kept(connection, "a")
    stored = rejects.by_ids(connection, [row, 999])[row]
    reject = left_by_an_older_version(readable("a"))
    assert (stored.account, stored.endpoint) == ("main", Endpoint.OUT_MISSED)
    assert (stored.digest, stored.reason, stored.raw) == (reject.digest, reject.reason, reject.raw)
    assert (stored.placed_at, stored.stored_at, stored.retry_at) == (START, START, None)
    assert not stored.is_cut


def test_a_record_that_was_longer_than_what_is_kept_is_cut_however_long_that_is(
    connection: Connection,
) -> None:
    exact = {"name": "x" * (4_096 - len('{"name":""}'))}
    longer = {"name": "x" * 4_096}
    source = main_source(connection)
    calls.insert_rejects(
        connection, source, [left_by_an_older_version(exact), left_by_an_older_version(longer)], START
    )
    stored = rejects.listing(connection, 10)
    assert [(len(one.raw), one.is_cut) for one in stored] == [(4_096, True), (4_096, False)]


def test_only_what_can_be_read_again_is_marked(connection: Connection) -> None:
    good, again = kept(connection, "a", "b")
    (stranger,) = kept(connection, "c", account="gone")
    calls.insert_rejects(
        connection, main_source(connection), [left_by_an_older_version(readable("d"), kept=9)], START
    )
    cut = rejects.all_ids(connection)[-1]
    marked = rejects.mark(connection, [good, cut, stranger, 999, good], ["main"], START + 7)
    assert marked == rejects.Marked((good,), (cut,), {stranger: "gone"}, (999,))
    source_id = main_source(connection).id
    assert [(one.id, one.retry_at) for one in rejects.marked(connection, source_id)] == [(good, START + 7)]
    assert rejects.by_ids(connection, [again])[again].retry_at is None
    assert rejects.marked(connection, main_source(connection, "gone").id) == []


def test_what_was_taken_goes_and_what_was_not_keeps_the_new_reason(connection: Connection) -> None:
    taken, stays, untouched = kept(connection, "a", "b", "c")
    rejects.mark(connection, [taken, stays], ["main"], START)
    rejects.settle(connection, {taken: None, stays: "`to` is missing"})
    left = rejects.by_ids(connection, [taken, stays, untouched])
    assert sorted(left) == [stays, untouched]
    assert (left[stays].reason, left[stays].retry_at) == ("`to` is missing", None)
    assert left[untouched].reason == "not known to that version"
    assert rejects.marked(connection, main_source(connection).id) == []


def test_thousands_are_handled_whole(connection: Connection) -> None:
    ids = kept(connection, *map(str, range(1_203)))
    assert len(rejects.mark(connection, ids, ["main"], START).ids) == 1_203
    assert len(rejects.marked(connection, main_source(connection).id)) == rejects.BATCH
    rejects.settle(connection, dict.fromkeys(ids))
    assert rejects.all_ids(connection) == []


def test_whether_there_are_new_ones_is_told_by_source(connection: Connection) -> None:
    kept(connection, "a", at=START)
    source, other = main_source(connection), main_source(connection, "second")
    assert rejects.any_since(connection, source.id, START)
    assert not rejects.any_since(connection, source.id, START + 1)
    assert not rejects.any_since(connection, other.id, START)
