"""Forgetting one customer leaves nothing of them, and everything of others."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from notifier.model import Reject
from notifier.store import alerts, calls
from notifier.store.database import Database
from notifier.store.forget import forget, traces
from notifier.store.purge import Amount
from tests.support.clock import START
from tests.support.sample import a_call
from tests.support.store import (
    a_reject,
    end_alert,
    enqueue,
    main_source,
    rows_in,
    send_all,
    store_alert,
    store_calls,
)

SURESH, OTHER = "+919812343210", "+919800000001"
NEEDED = START + 1_000_000


def call_to(connection: Connection, ident: str, customer: str = SURESH, placed_at: int = START) -> int:
    (stored,) = store_calls(connection, a_call(id=ident, customer=customer, placed_at=placed_at))
    return stored.row


def reject_with(connection: Connection, digest: str, raw: str, at: int = START) -> None:
    reject: Reject = a_reject(digest)._replace(raw=raw)
    calls.insert_rejects(connection, main_source(connection), [reject], at)


def alert_about(
    connection: Connection, key: str, *joined: int, ended: int | None = START, **over: Any
) -> int:
    alert = store_alert(connection, key, **over)
    alerts.join_calls(connection, [(alert.id, row) for row in joined])
    enqueue(connection, alert)
    send_all(connection)
    if ended is not None:
        end_alert(connection, alert, ended)
    return alert.id


def test_everything_about_one_customer_goes_and_nothing_of_others(connection: Connection) -> None:
    mine = [call_to(connection, "a"), call_to(connection, "b")]
    other = call_to(connection, "c", OTHER)
    about = alert_about(connection, f"customer={SURESH}", *mine, per=("customer",))
    several = alert_about(connection, f"customer={SURESH}&account=main", per=("customer", "account"))
    one_call = alert_about(connection, "call=main/out_missed/a", mine[0], per=("call",))
    alert_about(connection, f"customer={OTHER}", other, per=("customer",))
    alert_about(connection, "call=main/out_missed/c", other, per=("call",))
    alert_about(connection, "extension=main/209", *mine, other, per=("extension",))
    reject_with(connection, "d1", '{"to": 919812343210}')
    reject_with(connection, "d2", '{"to": 919800000001}')
    found = traces(connection, "43210", NEEDED)
    assert found.numbers == {SURESH: 2}
    assert set(found.alerts) == {about, several, one_call}
    assert found.amount == Amount(calls=2, rejects=1, alerts=3)
    assert (found.calls_of_active, found.alerts_active, found.needed, found.newest) == (0, 0, 0, None)
    assert forget(connection, found, NEEDED, 0, 100) == found.amount
    assert traces(connection, "43210", NEEDED).amount == Amount()
    assert [rows_in(connection, name) for name in ("calls", "alerts", "rejects")] == [1, 3, 1]
    assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_numbers_that_end_alike_are_told_apart(connection: Connection) -> None:
    call_to(connection, "a")
    call_to(connection, "b", "+447700903210")
    alert_about(connection, "customer=+15550003210", per=("customer",))
    found = traces(connection, "3210", NEEDED)
    assert found.numbers == {SURESH: 1, "+447700903210": 1, "+15550003210": 0}


@pytest.mark.parametrize(
    ("raw", "is_theirs"),
    [
        ('{"to": 919812343210}', True),
        ('{"to": "98123 43210"}', True),
        ('{"to": "(9812) 34-32.10"}', True),
        ('{"to": 9198123432101}', False),
        ('{"time": 1790000043210555}', False),
        ('{"to": "4321"}', False),
    ],
)
def test_rejects_are_found_however_the_number_is_written(
    connection: Connection, raw: str, *, is_theirs: bool
) -> None:
    reject_with(connection, "d", raw)
    assert bool(traces(connection, "43210", NEEDED).rejects) == is_theirs


def test_what_belongs_to_active_alerts_or_is_still_needed_stays(connection: Connection) -> None:
    held, young = call_to(connection, "a"), call_to(connection, "b", placed_at=NEEDED)
    alert_about(connection, f"customer={SURESH}", young, per=("customer",), ended=NEEDED + 5)
    alert_about(connection, f"customer={SURESH}", held, per=("customer",), ended=None)
    unsent = store_alert(connection, f"customer={SURESH}&team=sales", per=("customer", "team"))
    enqueue(connection, unsent)
    end_alert(connection, unsent)
    reject_with(connection, "d1", '{"to": 919812343210}', at=NEEDED + 1)
    found = traces(connection, "43210", NEEDED)
    assert found.amount == Amount()
    assert (found.calls_of_active, found.alerts_active) == (1, 2)
    assert (found.needed, found.newest) == (3, NEEDED + 5)


def test_what_has_come_to_be_needed_since_it_was_found_stays(connection: Connection) -> None:
    row = call_to(connection, "a")
    found = traces(connection, "43210", NEEDED)
    alert_about(connection, "extension=main/209", row, per=("extension",), ended=None)
    assert forget(connection, found, NEEDED, 0, 100) == Amount()
    assert forget(connection, found, START, 0, 100) == Amount()


def test_one_transaction_takes_a_batch_of_each_kind(connection: Connection) -> None:
    for number in range(5):
        call_to(connection, str(number))
    reject_with(connection, "d1", '{"to": 919812343210}')
    found = traces(connection, "43210", NEEDED)
    gone = [forget(connection, found, NEEDED, start, 2) for start in (0, 2, 4, 6)]
    assert gone == [Amount(2, 1), Amount(2), Amount(1), Amount()]


def test_the_file_does_not_hold_the_number_any_more(database: Database, path: Path) -> None:
    with database._writer.begin() as connection:
        call_to(connection, "a")
        call_to(connection, "b", OTHER)
    with database._writer.begin() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")  # some builds of SQLite have it on
        found = traces(connection, "43210", NEEDED)
        forget(connection, found, NEEDED, 0, 100)
    database.close()
    raw = path.read_bytes()
    assert OTHER.encode() in raw
    assert SURESH.encode() not in raw


def test_nor_does_the_log_beside_the_file_while_another_process_has_it_open(path: Path) -> None:
    database, daemon = Database.open(path), Database.open(path)
    with database._writer.begin() as connection:
        call_to(connection, "a")
    with database._writer.begin() as connection:
        forget(connection, traces(connection, "43210", NEEDED), NEEDED, 0, 100)
    log = path.with_name(path.name + "-wal")
    assert SURESH.encode() in log.read_bytes()
    asyncio.run(database.empty_log())
    assert SURESH.encode() not in path.read_bytes() + log.read_bytes()
    database.close()
    daemon.close()
