"""What is stored around missed calls, and alerts about a customer."""

import sqlite3

from sqlalchemy import Connection, select

from notifier.model import Call, Contact, Endpoint, Standing
from notifier.store import calls, reach, sources
from notifier.store.schema import calls as table
from tests.support.clock import START
from tests.support.sample import a_call
from tests.support.store import end_alert, store_alert

MINUTE = 60_000  # ms
NEAR = 2 * MINUTE
LATEST = START + 60 * MINUTE
OTHER = "+919812345679"


def put(connection: Connection, *read: Call, standing: Standing | None = None) -> list[int]:
    """Store calls of any list and account; their rows."""
    rows = []
    for call in read:
        source = sources.source(connection, call.account, call.endpoint)
        standings = [standing] if standing else ()
        rows += [one.row for one in calls.insert_calls(connection, source, [call], 0, START, standings)]
    return rows


def missed(at: int, **over: object) -> Call:
    return a_call(id=f"m{at}", placed_at=START + at * MINUTE, **over)


def answered(at: int, endpoint: Endpoint = Endpoint.OUT_ANSWERED, **over: object) -> Call:
    return a_call(id=f"a{at}", endpoint=endpoint, placed_at=START + at * MINUTE, **over)


def test_of_a_customer_who_was_never_called_nothing_is_known(connection: Connection) -> None:
    put(connection, missed(0, customer=OTHER), answered(1, customer=OTHER))
    assert reach.contacts(connection, [missed(0)], LATEST) == [Contact()]


def test_nobody_is_asked_about_where_nothing_was_missed(connection: Connection) -> None:
    assert reach.contacts(connection, [], LATEST) == []


def test_the_answered_calls_on_both_sides_are_found_in_either_list_and_any_account(
    connection: Connection,
) -> None:
    put(connection, answered(-30), answered(-20, Endpoint.IN_ANSWERED, account="second"))
    put(connection, answered(15), answered(10, Endpoint.IN_ANSWERED))
    (found,) = reach.contacts(connection, [missed(0)], LATEST)
    assert (found.last_answered, found.next_answered) == (START - 20 * MINUTE, START + 10 * MINUTE)


def test_a_call_that_was_answered_at_the_same_instant_is_the_last_one(connection: Connection) -> None:
    put(connection, answered(0))
    (found,) = reach.contacts(connection, [missed(0)], LATEST)
    assert (found.last_answered, found.next_answered) == (START, None)


def test_what_claims_to_have_been_answered_in_the_future_is_not_believed(connection: Connection) -> None:
    put(connection, answered(61))
    assert reach.contacts(connection, [missed(0)], LATEST) == [Contact()]
    put(connection, answered(60))
    assert reach.contacts(connection, [missed(0)], LATEST) == [Contact(next_answered=LATEST)]


def test_misses_count_since_the_last_answered_call_across_accounts_without_legs(
    connection: Connection,
) -> None:
    put(connection, missed(-40), answered(-30), missed(-25), missed(-20, account="second"))
    put(connection, missed(-19), standing=Standing(spurious=True))
    put(connection, missed(-10, customer=OTHER))
    assert reach.contacts(connection, [missed(0)], LATEST) == [
        Contact(last_answered=START - 30 * MINUTE, missed=2)
    ]


def test_misses_that_were_known_before_an_earlier_one_count_with_it_up_to_the_next_answered_call(
    connection: Connection,
) -> None:
    put(connection, missed(5), missed(7, account="second"), missed(20))
    assert reach.contacts(connection, [missed(0)], LATEST) == [Contact(missed=3)]
    put(connection, answered(10))
    assert reach.contacts(connection, [missed(0)], LATEST) == [
        Contact(next_answered=START + 10 * MINUTE, missed=2)
    ]


def test_many_are_asked_about_at_once_and_answered_in_their_order(connection: Connection) -> None:
    put(connection, answered(5), *(missed(at, customer=OTHER) for at in range(3)))
    asked = [missed(9), missed(4, customer=OTHER), missed(1), missed(1, customer=OTHER)]
    found = reach.contacts(connection, asked * 6, LATEST)
    assert (
        found
        == [
            Contact(last_answered=START + 5 * MINUTE),
            Contact(missed=3),
            Contact(next_answered=START + 5 * MINUTE),
            Contact(missed=3),
        ]
        * 6
    )


def test_a_customer_who_was_called_without_end_costs_no_more_than_a_thousand_calls(
    connection: Connection,
) -> None:
    source = sources.source(connection, "main", Endpoint.OUT_MISSED)
    many = [a_call(id=f"c{n}", placed_at=START - n) for n in range(reach.MOST + 5)]
    calls.insert_calls(connection, source, many, 0, START)
    assert reach.contacts(connection, [missed(0)], LATEST) == [Contact(missed=reach.MOST)]


def test_the_legs_of_an_answered_call_are_marked_once(connection: Connection) -> None:
    near = [missed(-2), missed(0, account="second"), missed(2)]
    rows = put(connection, *near)
    put(connection, missed(-3), missed(3), missed(1, customer=OTHER), answered(1))
    found = reach.take_for_legs(connection, [answered(0)], NEAR)
    assert [(one.row, one.call, one.spurious) for one in found] == [
        (row, call, True) for row, call in zip(rows, near, strict=True)
    ]
    marked = connection.scalars(select(table.c.id).where(table.c.spurious).order_by(table.c.id))
    assert list(marked) == rows
    assert reach.take_for_legs(connection, [answered(0)], NEAR) == []


def test_a_leg_of_two_answered_calls_is_one(connection: Connection) -> None:
    put(connection, missed(0))
    assert len(reach.take_for_legs(connection, [answered(-1), answered(1)], NEAR)) == 1


def test_no_call_is_looked_at_twice_however_many_were_answered_around_it(connection: Connection) -> None:
    put(connection, *(missed(n % 3)._replace(id=f"m{n}") for n in range(300)))

    def steps(answers: int) -> int:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        count = 0

        def step() -> None:
            nonlocal count
            count += 1

        driver.set_progress_handler(step, 1)
        with connection.begin_nested() as nested:
            assert len(reach.take_for_legs(connection, [answered(0)] * answers, NEAR)) == 300
            nested.rollback()
        driver.set_progress_handler(None, 0)
        return count

    assert steps(100) <= steps(1) * 1.1


def test_answered_calls_far_apart_have_their_own_legs_each(connection: Connection) -> None:
    put(connection, missed(0), missed(5), missed(9), missed(12), missed(5, customer=OTHER)._replace(id="o"))
    several = [answered(12), answered(3), answered(1), answered(8, customer=OTHER)]
    found = reach.take_for_legs(connection, several, NEAR)
    assert sorted((one.call.placed_at - START) // MINUTE for one in found) == [0, 5, 12]


def test_so_many_legs_at_once_are_taken_at_the_most(connection: Connection) -> None:
    source = sources.source(connection, "main", Endpoint.OUT_MISSED)
    many = [a_call(id=f"c{n}", placed_at=START) for n in range(reach.MOST_LEGS + 5)]
    calls.insert_calls(connection, source, many, 0, START)
    assert len(reach.take_for_legs(connection, [answered(0)], NEAR)) == reach.MOST_LEGS


def test_the_active_alerts_about_customers_are_found(connection: Connection) -> None:
    ids = [store_alert(connection, f"k{n}", customer="+919812345678").id for n in range(2)]
    store_alert(connection, "other", customer=OTHER)
    store_alert(connection, "nobody's", customer="")
    end_alert(connection, store_alert(connection, "ended", customer="+919812345678"))
    found = reach.active_about(connection, ["+919812345678", "+919812345678", "+919812345670", ""])
    assert [alert.id for alert in found] == ids


def test_how_a_call_stands_is_stored_with_it(connection: Connection) -> None:
    source = sources.source(connection, "main", Endpoint.OUT_MISSED)
    stood = [Standing(spurious=True), Standing(reached=True, attempt=7)]
    stored = calls.insert_calls(connection, source, [missed(0), missed(1)], START + 1, START, stood)
    assert [(one.baseline, one.spurious, one.reached, one.attempt) for one in stored] == [
        (True, True, False, 1),
        (False, False, True, 7),
    ]
    rows = connection.execute(select(table.c.spurious, table.c.attempt).order_by(table.c.id))
    assert [tuple(row) for row in rows] == [(True, 1), (False, 7)]
