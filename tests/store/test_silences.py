from typing import Any

import pytest
from sqlalchemy import Connection

from notifier.model import Gathered, Silence
from notifier.store import silences
from notifier.store.forget import forget, traces
from notifier.store.outbox import RowState
from notifier.store.purge import Amount, purge, survey
from tests.support.clock import START
from tests.support.sample import a_silence
from tests.support.store import enqueue, rows_in, store_alert

END = START + 60_000


def stored(connection: Connection, **over: Any) -> Silence:
    """A silence of everything, for a minute from START on."""
    return silences.add(connection, a_silence(**over))


def test_every_field_comes_back_as_it_was_stored(connection: Connection) -> None:
    one = stored(
        connection,
        rule="not-reached",
        account="main",
        extension="209",
        team="sales",
        customer="+919812345678",
        ended_at=END,
        ended_by="Ravi",
    )
    assert one.id == 1
    assert silences.silence(connection, 1) == one
    assert silences.silence(connection, 2) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (START - 1, ["endless"]),
        (START, ["endless", "minute"]),
        (END - 1, ["endless", "minute"]),
        (END, ["endless", "later"]),
    ],
)
def test_those_are_active_that_have_begun_and_are_not_over(
    connection: Connection, now: int, expected: list[str]
) -> None:
    stored(connection, reason="endless", starts_at=0, ends_at=None)
    stored(connection, reason="minute")
    stored(connection, reason="later", starts_at=END, ends_at=END + 1)
    stored(connection, reason="ended", ended_at=START - 5)
    found = silences.active(connection, now)
    assert [one.reason for one in found] == expected
    assert all(one.is_active(now) for one in found)


def test_those_to_come_are_listed_and_those_that_are_over_only_where_asked_for(
    connection: Connection,
) -> None:
    past = stored(connection, ends_at=START - 1, starts_at=0)
    later = stored(connection, starts_at=END, ends_at=None)
    ended = stored(connection, ends_at=None)
    silences.end(connection, ended.id, "Ravi", START)
    assert silences.listing(connection, START, over=False) == [later]
    (first, second, third) = silences.listing(connection, START, over=True)
    assert (first, second) == (past, later)
    assert (third.ended_at, third.ended_by) == (START, "Ravi")


def test_held_alerts_are_those_with_something_held_that_still_waits(connection: Connection) -> None:
    held, told, burst = (store_alert(connection, key) for key in ("held", "told", "burst"))
    enqueue(connection, held, gathered_as=Gathered.HELD)
    enqueue(connection, told, gathered_as=Gathered.HELD, state=RowState.DRY_RUN)
    enqueue(connection, burst)
    assert [one.id for one in silences.held_alerts(connection)] == [held.id]


def test_what_was_over_long_ago_is_purged(connection: Connection) -> None:
    stored(connection)
    stored(connection, ends_at=None, ended_at=END)
    endless = stored(connection, ends_at=None)
    assert survey(connection, END, END).goes == Amount()
    assert purge(connection, START, END) == Amount()
    assert survey(connection, END + 1, END + 1).goes == Amount(silences=2)
    assert purge(connection, START, END + 1, batch=1) == Amount(silences=1)
    assert purge(connection, START, END + 1) == Amount(silences=1)
    assert silences.listing(connection, END, over=True) == [endless]


def test_silences_about_a_customer_who_is_forgotten_go_once_they_are_over(connection: Connection) -> None:
    stored(connection, customer="+919812343210")
    stored(connection, customer="+919812340000")
    stored(connection, customer="+919812343210", ends_at=None)
    stored(connection)
    early = traces(connection, "43210", END)
    assert (early.amount, early.needed, early.newest) == (Amount(), 1, END)
    found = traces(connection, "43210", END + 1)
    assert (found.amount, found.silences_active, found.needed) == (Amount(silences=1), 1, 0)
    assert forget(connection, found, END, 0, 100) == Amount()
    assert forget(connection, found, END + 1, 0, 100) == Amount(silences=1)
    assert rows_in(connection, "silences") == 3
