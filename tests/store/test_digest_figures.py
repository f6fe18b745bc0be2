"""What a digest counts, against counting by hand: every customer by itself, every call against all others."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, event, insert

from notifier.model import DigestFigures, Endpoint, HourTally, OpenCustomer, Tally
from notifier.store import sources
from notifier.store.digest_figures import BEHIND, MOST_NAMED, Asked, digest_figures
from notifier.store.schema import calls
from notifier.store.schema import sources as source_table
from tests.support.clock import START

MINUTE = 60_000  # ms
HOUR = 60 * MINUTE
ZONE = ZoneInfo("Asia/Kolkata")
SINCE, UNTIL, NOW = START - 24 * HOUR, START, START + HOUR
PHONE = "+919800000000"

MISSED, CALLED, TOOK = "main/out_missed", "main/out_answered", "other/in_answered"
ALL = (MISSED, "other/out_missed", CALLED, TOOK)


class One(NamedTuple):
    """A call, in a word."""

    source: str
    customer: str
    at: int
    extension: str = "209"
    spurious: bool = False

    @property
    def agent(self) -> str:
        return f"{self.source.partition('/')[0]}/{self.extension}"

    @property
    def is_missed(self) -> bool:
        return self.source.endswith("missed") and not self.spurious


def store(connection: Connection, some: Iterable[One]) -> None:
    rows = {}
    for name in ALL:
        account, _, endpoint = name.partition("/")
        source = sources.source(connection, account, Endpoint(endpoint))
        sources.advance(connection, source.id, NOW, NOW)
        rows[name] = source.id
    for number, one in enumerate(some):
        connection.execute(
            insert(calls).values(
                source_id=rows[one.source],
                ident=f"c{number}",
                extension=one.extension,
                customer=one.customer,
                placed_at=one.at,
                name=f"Customer {number}",
                baseline=False,
                stored_at=NOW,
                spurious=one.spurious,
            )
        )


def asked(**over: Any) -> Asked:
    values = {
        "since": SINCE,
        "until": UNTIL,
        "now": NOW,
        "zone": ZONE,
        "sources": ALL,
        "is_about": lambda _: True,
        "phones": frozenset({PHONE}),
    }
    return Asked(**{**values, **over})


def figures(connection: Connection, *some: One, **over: Any) -> DigestFigures:
    store(connection, some)
    return digest_figures(connection, asked(**over))


def by_hand(some: Sequence[One], team: frozenset[str]) -> dict[str, Any]:
    """The same, as slowly as can be."""
    answered = [one for one in some if not one.source.endswith("missed") and SINCE <= one.at <= NOW]
    missed = [one for one in some if one.is_missed and SINCE <= one.at < UNTIL and one.agent in team]
    legs = [one for one in missed if one.customer == PHONE]
    missed = [one for one in missed if one.customer != PHONE]

    def reached_at(one: One) -> int | None:
        return min(
            (each.at for each in answered if each.customer == one.customer and each.at >= one.at),
            default=None,
        )

    def took(customer: str) -> int | None:
        """What became of a customer: how long it took until they were reached, if they were."""
        own = [each for each in missed if each.customer == customer]
        ended = reached_at(max(own, key=lambda each: each.at))
        return None if ended is None else ended - min(each.at for each in own if reached_at(each) == ended)

    def tally(of: list[One]) -> Tally:
        spans = [span for customer in whom(of) if (span := took(customer)) is not None]
        return Tally(len(whom(of)), len(spans), int(median(spans)) if spans else None)

    hours: dict[int, list[One]] = {}
    for one in missed:
        hours.setdefault(datetime.fromtimestamp(one.at / 1000, ZONE).hour, []).append(one)
    left = []
    for customer in whom(missed):
        own = [one for one in missed if one.customer == customer]
        newest = max(own, key=lambda one: one.at)
        if reached_at(newest) is None:
            tries = sum(reached_at(one) is None for one in own)
            left.append((newest.at, some.index(newest), customer, tries))
    return {
        "calls": len(missed),
        "agent_legs": len(legs),
        "customers": tally(missed),
        "agents": {agent: tally([one for one in missed if one.agent == agent]) for agent in agents(missed)},
        "hours": [
            HourTally(hour, len(own), tally(own).missed, tally(own).reached)
            for hour, own in sorted(hours.items())
        ],
        "left": [(at, customer, tries) for at, _, customer, tries in sorted(left)[::-1][:MOST_NAMED]],
    }


def whom(of: Iterable[One]) -> set[str]:
    return {one.customer for one in of}


def agents(of: Iterable[One]) -> set[str]:
    return {one.agent for one in of}


some_calls = st.lists(
    st.builds(
        One,
        source=st.sampled_from(ALL),
        customer=st.sampled_from([*(f"+91981234560{n}" for n in range(6)), PHONE]),
        at=st.integers(SINCE - 2 * HOUR, NOW + 2 * HOUR) | st.sampled_from([SINCE, UNTIL, UNTIL - 1, NOW]),
        extension=st.sampled_from(["209", "210", ""]),
        spurious=st.sampled_from([False, False, False, True]),
    ),
    max_size=60,
    unique_by=lambda one: (one.customer, one.at),
)
teams = st.sampled_from(
    [
        frozenset({"main/209", "main/210", "main/", "other/209", "other/210", "other/"}),
        frozenset({"main/209", "other/210"}),
    ]
)


@given(some=some_calls, team=teams)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_counts_what_is_counted_by_hand(
    connection: Connection, some: list[One], team: frozenset[str]
) -> None:
    connection.execute(delete(calls))
    found = figures(connection, *some, is_about=team.__contains__)
    expected = by_hand(some, team)
    assert (found.calls, found.agent_legs) == (expected["calls"], expected["agent_legs"])
    assert found.customers == expected["customers"]
    assert {one.agent: one.tally for one in found.agents} == expected["agents"]
    assert list(found.hours) == expected["hours"]
    assert [(one.last_at, one.customer, one.attempts) for one in found.newest_open] == expected["left"]


def test_an_extension_that_was_rung_is_no_customer(connection: Connection) -> None:
    found = figures(connection, One("main/out_missed", "209_1111113", SINCE))
    assert (found.agent_legs, found.calls, found.customers.missed) == (1, 0, 0)


def test_who_was_missed_again_after_being_reached_is_still_to_be_reached(connection: Connection) -> None:
    found = figures(
        connection,
        One(MISSED, "+1", START - 5 * HOUR),
        One(CALLED, "+1", START - 4 * HOUR),
        One(MISSED, "+1", START - 3 * HOUR),
        One(MISSED, "+1", START - 2 * HOUR, extension="210"),
    )
    assert found.customers == Tally(1, 0, None)
    assert found.newest_open == (OpenCustomer("+1", "Customer 3", "main/210", 2, START - 2 * HOUR),)
    assert {one.agent: one.tally for one in found.agents} == {
        "main/209": Tally(1, 0, None),
        "main/210": Tally(1, 0, None),
    }


@given(some=some_calls)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_rows_agree_with_the_headline(connection: Connection, some: list[One]) -> None:
    """Each customer is reached, or still to be reached, in all that is said of them."""
    connection.execute(delete(calls))
    found = figures(connection, *some)
    tallies = [one.tally for one in found.agents]
    assert sum(one.calls for one in found.hours) == found.calls
    for missed, reached in (
        ([one.missed for one in tallies], [one.reached for one in tallies]),
        ([one.customers for one in found.hours], [one.reached for one in found.hours]),
    ):
        left = [of_them - of_those for of_them, of_those in zip(missed, reached, strict=True)]
        for rows, of_all in (
            (missed, found.customers.missed),
            (reached, found.customers.reached),
            (left, found.customers.open),
        ):
            assert max(rows, default=0) <= of_all <= sum(rows)
    assert len(found.newest_open) == min(found.customers.open, MOST_NAMED)


def test_whom_another_agent_missed_afterwards_is_still_to_be_reached_by_both(connection: Connection) -> None:
    found = figures(
        connection,
        One(MISSED, "+1", START - 5 * HOUR),
        One(TOOK, "+1", START - 4 * HOUR),
        One(MISSED, "+1", START - 3 * HOUR, extension="210"),
    )
    assert {one.agent: one.tally for one in found.agents} == {
        "main/209": Tally(1, 0, None),
        "main/210": Tally(1, 0, None),
    }
    assert [one.reached for one in found.hours] == [0, 0]
    assert found.customers == Tally(1, 0, None)


def test_the_time_until_somebody_was_reached_is_the_same_for_all_who_missed_them(
    connection: Connection,
) -> None:
    found = figures(
        connection,
        One(MISSED, "+1", START - 5 * HOUR),
        One(MISSED, "+1", START - 3 * HOUR, extension="210"),
        One(TOOK, "+1", START - 2 * HOUR),
    )
    assert {one.agent: one.tally for one in found.agents} == {
        "main/209": Tally(1, 1, 3 * HOUR),
        "main/210": Tally(1, 1, 3 * HOUR),
    }
    assert [(one.calls, one.customers, one.reached) for one in found.hours] == [(1, 1, 1), (1, 1, 1)]


def test_the_time_counts_from_the_first_miss_since_the_customer_was_spoken_with(
    connection: Connection,
) -> None:
    found = figures(
        connection,
        One(MISSED, "+1", START - 9 * HOUR),
        One(CALLED, "+1", START - 8 * HOUR),
        One(MISSED, "+1", START - 4 * HOUR),
        One(MISSED, "+1", START - 3 * HOUR),
        One(CALLED, "+1", START - HOUR),
        One(MISSED, "+2", START - HOUR),
        One(CALLED, "+2", START),
    )
    assert found.customers == Tally(2, 2, 2 * HOUR)


def test_who_was_answered_in_the_same_instant_was_reached(connection: Connection) -> None:
    assert figures(connection, One(MISSED, "+1", START - 1), One(CALLED, "+1", START - 1)).customers == Tally(
        1, 1, 0
    )


def test_who_missed_most_customers_comes_first(connection: Connection) -> None:
    found = figures(
        connection,
        One(MISSED, "+1", START - 3, extension="209"),
        One(MISSED, "+2", START - 2, extension="210"),
        One(MISSED, "+3", START - 1, extension="210"),
        One(MISSED, "+4", START - 4, extension="101"),
    )
    assert [one.agent for one in found.agents] == ["main/210", "main/101", "main/209"]


def test_only_the_newest_twenty_are_named(connection: Connection) -> None:
    found = figures(connection, *(One(MISSED, f"+{n}", START - HOUR + n) for n in range(50)))
    assert [one.customer for one in found.newest_open] == [f"+{n}" for n in range(49, 29, -1)]
    assert (found.customers.open, found.newest_open[0].name) == (50, "Customer 49")


def test_without_answered_calls_nobody_is_known_to_be_reached(connection: Connection) -> None:
    some = (One(MISSED, "+1", START - HOUR), One(CALLED, "+1", START - 1))
    found = figures(connection, *some, sources=[MISSED])
    assert (found.customers, found.knows_reached) == (Tally(1, 0, None), False)
    assert digest_figures(connection, asked()).customers == Tally(1, 1, HOUR - 1)


def test_calls_of_an_account_that_is_read_no_more_do_not_count(connection: Connection) -> None:
    found = figures(connection, One("other/out_missed", "+1", START - 1), sources=[MISSED])
    assert found.is_empty


def test_it_knows_up_to_when_telecmi_was_read(connection: Connection) -> None:
    store(connection, ())
    main = sources.source(connection, "main", Endpoint.OUT_MISSED)
    sources.advance(connection, main.id, START - HOUR, START)
    assert digest_figures(connection, asked()).read_to == START - HOUR
    assert digest_figures(connection, asked(sources=[*ALL, "new/out_missed"])).read_to is None


@pytest.mark.parametrize(("short", "is_complete"), [(BEHIND, True), (BEHIND + 1, False)])
def test_its_time_was_read_up_to_about_the_end(connection: Connection, short: int, is_complete: bool) -> None:  # noqa: FBT001 - a parameter
    store(connection, ())
    main = sources.source(connection, "main", Endpoint.OUT_MISSED)
    connection.execute(source_table.update().values(watermark=None))
    sources.advance(connection, main.id, UNTIL - short, START)
    assert (
        digest_figures(connection, asked(sources=["main/out_missed", "main/in_answered"])).is_complete
        is is_complete
    )
    assert not digest_figures(connection, asked(sources=["main/out_missed", "new/out_missed"])).is_complete


def test_a_list_that_was_never_read_is_told_apart(connection: Connection) -> None:
    store(connection, ())
    connection.execute(source_table.update().values(watermark=None))
    found = digest_figures(connection, asked())
    assert (found.read_to, found.knows_reached) == (None, False)


def test_nothing_was_missed_where_nothing_is_stored(connection: Connection) -> None:
    found = digest_figures(connection, asked())
    assert found == DigestFigures(
        0, 0, Tally(0, 0, None), (), (), (), None, knows_reached=False, is_complete=False
    )
    assert found.is_empty


@pytest.mark.parametrize("at", [SINCE - 1, UNTIL], ids=["before", "after"])
def test_what_was_placed_before_or_after_does_not_count(connection: Connection, at: int) -> None:
    assert figures(connection, One(MISSED, "+1", at)).is_empty


def test_only_calls_of_its_time_are_looked_at(connection: Connection) -> None:
    store(connection, [One(MISSED, "+1", START - 1)])
    seen: list[tuple[str, Any]] = []

    def note(*about: Any) -> None:
        seen.append((about[2], about[3]))

    event.listen(connection, "before_cursor_execute", note)
    digest_figures(connection, asked())
    event.remove(connection, "before_cursor_execute", note)
    plans = [
        row.detail
        for statement, parameters in seen
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]
    assert [plan for plan in plans if " calls " in plan] == [
        "SEARCH calls USING INDEX ix_calls_source_placed (source_id=? AND placed_at>? AND placed_at<?)",
        "SEARCH calls USING INTEGER PRIMARY KEY (rowid=?)",
    ]
