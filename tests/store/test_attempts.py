"""How often a customer was tried in vain since they were last reached."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event

from notifier.model import Attempts, Endpoint, Standing
from notifier.store import calls, sources
from notifier.store.attempts import AGENTS, MOST, attempts
from notifier.store.database import Database
from tests.support.clock import START
from tests.support.sample import a_call

MINUTE = 60_000  # ms
NEAR = 2 * MINUTE
CUSTOMER = "+919812345678"
MISSED, ANSWERED, CALLED = Endpoint.OUT_MISSED, Endpoint.OUT_ANSWERED, Endpoint.IN_ANSWERED


class Seen(NamedTuple):
    """A call, so many minutes after START."""

    minute: int
    endpoint: Endpoint = MISSED
    extension: str = "209"
    spurious: bool = False
    account: str = "main"


def store(connection: Connection, *seen: Seen, customer: str = CUSTOMER) -> None:
    for number, one in enumerate(seen):
        source = sources.source(connection, one.account, one.endpoint)
        call = a_call(
            account=one.account,
            endpoint=one.endpoint,
            id=f"{customer}-{number}",
            extension=one.extension,
            customer=customer,
            placed_at=START + one.minute * MINUTE,
        )
        calls.insert_calls(connection, source, [call], 0, START, [Standing(spurious=one.spurious)])


def tried(connection: Connection, reached: int | None = None) -> tuple[Any, ...] | None:
    """Count, first, last, who, when reached, by whom; times in minutes after START."""
    reached_at = None if reached is None else START + reached * MINUTE
    found = attempts(connection, CUSTOMER, NEAR, reached_at)
    if found is None:
        return None
    first, last, at = (
        None if ms is None else (ms - START) // MINUTE
        for ms in (found.first_at, found.last_at, found.reached_at)
    )
    return (found.count, first, last, found.agents, at, found.reached_by)


@pytest.mark.parametrize(
    ("seen", "reached", "expected"),
    [
        ([], None, None),
        ([Seen(5)], None, (1, 5, 5, ("main/209",), None, "")),
        ([Seen(5), Seen(9), Seen(7)], None, (3, 5, 9, ("main/209",), None, "")),
        # since they were last reached, by whoever called
        ([Seen(1), Seen(5, ANSWERED, "210"), Seen(9)], None, (1, 9, 9, ("main/209",), 5, "main/210")),
        ([Seen(1), Seen(5, CALLED, "210"), Seen(9)], None, (1, 9, 9, ("main/209",), 5, "main/210")),
        ([Seen(1), Seen(5, CALLED, ""), Seen(9)], None, (1, 9, 9, ("main/209",), 5, "")),
        ([Seen(1), Seen(5, ANSWERED)], None, None),
        ([Seen(5, ANSWERED)], None, None),
        # a leg of an answered call is no attempt, whether that was known when it was stored or not
        ([Seen(5, ANSWERED), Seen(7), Seen(8)], None, (1, 8, 8, ("main/209",), 5, "main/209")),
        ([Seen(5, ANSWERED), Seen(7)], None, None),
        (
            [Seen(5, ANSWERED), Seen(7, extension="300"), Seen(8)],
            None,
            (1, 8, 8, ("main/209",), 5, "main/209"),
        ),
        ([Seen(5), Seen(6, spurious=True), Seen(7)], None, (2, 5, 7, ("main/209",), None, "")),
        # who tried: each once, whoever tried last is last, and nobody is no agent
        (
            [Seen(1, extension="1"), Seen(2, extension="2"), Seen(3, extension=""), Seen(4, extension="1")],
            None,
            (4, 1, 4, ("main/2", "main/1"), None, ""),
        ),
        ([Seen(1), Seen(2, account="dubai")], None, (2, 1, 2, ("main/209", "dubai/209"), None, "")),
        # of an alert that ended since they were reached: those before
        ([Seen(1), Seen(5), Seen(9, ANSWERED)], 9, (2, 1, 5, ("main/209",), None, "")),
        (
            [Seen(1, ANSWERED), Seen(5), Seen(9, ANSWERED), Seen(10), Seen(20), Seen(30, ANSWERED)],
            9,
            (1, 5, 5, ("main/209",), 1, "main/209"),
        ),
        ([Seen(9, ANSWERED), Seen(10)], 9, None),
    ],
)
def test_attempts_are_what_was_missed_since_the_customer_was_last_reached(
    connection: Connection, seen: Sequence[Seen], reached: int | None, expected: tuple[Any, ...] | None
) -> None:
    store(connection, *seen)
    store(connection, Seen(100), Seen(101, ANSWERED), customer="+910000000000")
    assert tried(connection, reached) == expected


def test_the_last_agents_are_named(connection: Connection) -> None:
    store(connection, *(Seen(minute, extension=str(minute)) for minute in range(10)))
    found = attempts(connection, CUSTOMER, NEAR)
    assert found is not None
    assert found.count == 10
    assert found.agents == tuple(f"main/{minute}" for minute in range(10))[-AGENTS:]


def test_it_is_one_look_into_the_customers_own_calls_and_into_no_more_than_anybody_reads(
    connection: Connection,
) -> None:
    source = sources.source(connection, "main", MISSED)
    many = [a_call(id=f"c{n}", placed_at=START + n) for n in range(MOST + 10)]
    calls.insert_calls(connection, source, many, 0, START)
    statements: list[tuple[str, Any]] = []

    def note(*about: Any) -> None:
        statements.append((about[2], about[3]))

    event.listen(connection, "before_cursor_execute", note)
    found = attempts(connection, CUSTOMER, NEAR)
    event.remove(connection, "before_cursor_execute", note)
    assert found == Attempts(MOST, START + 10, START + MOST + 9, ("main/209",), None)
    ((statement, parameters),) = statements
    plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    assert any("ix_calls_customer" in line for line in plan)
    assert not any(line.startswith("SCAN") or "TEMP B-TREE" in line for line in plan)


@given(
    st.lists(
        st.builds(
            Seen,
            minute=st.integers(0, 12),
            endpoint=st.sampled_from(Endpoint),
            extension=st.sampled_from(["", "1", "2"]),
            spurious=st.booleans(),
        ),
        max_size=8,
        unique_by=lambda one: one.minute,
    )
)
@settings(deadline=None, max_examples=60)
def test_any_history_is_counted_as_a_plain_look_through_it_would(
    any_database: Database, seen: list[Seen]
) -> None:
    seen = [one._replace(spurious=one.spurious and one.endpoint is MISSED) for one in seen]
    reached = max((one.minute for one in seen if one.endpoint is not MISSED), default=-99)
    since = sorted(
        one for one in seen if one.endpoint is MISSED and not one.spurious and one.minute > reached + 2
    )
    with any_database._writer.connect() as connection:
        store(connection, *seen)
        found = attempts(connection, CUSTOMER, NEAR)
        connection.rollback()
    assert (found.count if found else 0) == len(since)
    if found:
        assert found.first_at == START + since[0].minute * MINUTE
        assert found.last_at == START + since[-1].minute * MINUTE
        assert found.reached_at == (None if reached < 0 else START + reached * MINUTE)


@pytest.fixture(scope="module")
def any_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("any") / "notifier.db"
    database = Database.open(path)
    yield database
    database.close()
