"""What the commands show."""

import pytest
from sqlalchemy import Connection

from notifier.model import Endpoint
from notifier.store import alerts, calls, sources, views
from notifier.store.views import StoredDecision, Totals, Wanted
from tests.support.clock import START
from tests.support.sample import a_call
from tests.support.store import a_reject, end_alert, main_source, numbered_calls, store_alert, store_calls


def _found(connection: Connection, wanted: Wanted, limit: int = 10) -> list[str]:
    return [one.call.id for one in views.find_calls(connection, wanted, limit)]


@pytest.fixture
def three(connection: Connection) -> Connection:
    """Three calls of two accounts."""
    store_calls(
        connection,
        a_call(id="a", alias="a2", placed_at=START, extension="209", customer="+919812345678"),
        a_call(id="b", placed_at=START + 20, extension="210", customer="+9198100%_678"),
    )
    store_calls(
        connection, a_call(id="c", alias="a3", placed_at=START + 10, account="second"), account="second"
    )
    return connection


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), ["b", "c", "a"]),
        (Wanted(ident="a"), ["a"]),
        (Wanted(ident="a2"), ["a"]),
        (Wanted(ident="a3"), ["c"]),
        (Wanted(ident="x"), []),
        (Wanted(account="second"), ["c"]),
        (Wanted(extension="209"), ["c", "a"]),
        (Wanted(extension="209", account="main"), ["a"]),
        (Wanted(customer_ends="5678"), ["c", "a"]),
        (Wanted(customer_ends="%_678"), ["b"]),
        (Wanted(customer_ends="_678"), ["b"]),
        (Wanted(since=START + 10), ["b", "c"]),
        (Wanted(until=START + 10), ["c", "a"]),
        (Wanted(since=START + 1, until=START + 19), ["c"]),
        (Wanted(after_row=1), ["b", "c"]),
    ],
)
def test_calls_are_found_by_what_is_wanted_newest_first(
    three: Connection, wanted: Wanted, expected: list[str]
) -> None:
    assert _found(three, wanted) == expected


def test_who_called_is_counted_since_an_instant(three: Connection) -> None:
    store_calls(
        three,
        a_call(id="d", placed_at=START + 30, extension="209"),
        a_call(id="e", placed_at=START + 30, extension=""),
        a_call(id="f", placed_at=START - 1, extension="210"),
    )
    for endpoint in (Endpoint.OUT_ANSWERED, Endpoint.IN_ANSWERED):
        source = sources.source(three, "main", endpoint)
        answered = a_call(id="g", endpoint=endpoint, placed_at=START, extension="210")
        calls.insert_calls(three, source, calls.new_calls(three, source.id, [answered]), 0, START)
    assert views.callers(three, START) == {"main/209": 2, "main/210": 2, "second/209": 1}
    assert views.callers(three, START + 31) == {}


def test_no_more_calls_are_found_than_asked_for(three: Connection) -> None:
    assert _found(three, Wanted(), 2) == ["b", "c"]


def test_what_was_decided_of_a_call_comes_by_rule_with_when_it_was_stored(connection: Connection) -> None:
    first, second = store_calls(connection, *numbered_calls(2))
    alerts.insert_decisions(
        connection, [(first.row, "b", "opened", 7), (first.row, "a", "baseline", None)], START + 1
    )
    assert views.decisions_of(connection, first.row) == [
        StoredDecision("a", "baseline", None, START + 1),
        StoredDecision("b", "opened", 7, START + 1),
    ]
    assert views.decisions_of(connection, second.row) == []
    assert views.stored_at(connection, first.row) == START
    assert views.stored_at(connection, 99) == 0


def test_alerts_come_newest_first_and_ended_ones_only_where_asked_for(connection: Connection) -> None:
    first, second, third = (store_alert(connection, key) for key in "abc")
    ended = end_alert(connection, second)
    assert views.list_alerts(connection, ended=False, limit=9) == [third, first]
    assert views.list_alerts(connection, ended=True, limit=2) == [third, ended]


def test_calls_of_an_alert_come_with_their_rows(connection: Connection) -> None:
    alert = store_alert(connection)
    stored = store_calls(connection, *numbered_calls(3))
    alerts.join_calls(connection, [(alert.id, one.row) for one in stored])
    assert views.calls_of_alert(connection, alert.id, 2) == stored[1:]
    assert views.calls_of_alert(connection, 99, 2) == []


def test_the_totals(connection: Connection) -> None:
    assert views.totals(connection) == Totals(0, 0, 0)
    store_calls(connection, *numbered_calls(3))
    calls.insert_rejects(connection, main_source(connection), [a_reject("x"), a_reject("y")], START)
    end_alert(connection, store_alert(connection, "a"))
    store_alert(connection, "b")
    assert views.totals(connection) == Totals(3, 2, 1)


def test_answered_calls_are_found_only_where_they_are_asked_for(three: Connection) -> None:
    for number, endpoint in enumerate((Endpoint.OUT_ANSWERED, Endpoint.IN_ANSWERED)):
        source = sources.source(three, "main", endpoint)
        call = a_call(id=f"answered {number}", endpoint=endpoint, placed_at=START + number)
        calls.insert_calls(three, source, [call], 0, START)
    assert _found(three, Wanted()) == ["b", "c", "a"]
    assert _found(three, Wanted(answered=True)) == ["answered 1", "answered 0"]
    assert _found(three, Wanted(answered=None)) == ["b", "c", "answered 1", "answered 0", "a"]
    assert _found(three, Wanted(answered=True, account="second")) == []
    assert views.totals(three) == Totals(3, 0, 0, 2)
