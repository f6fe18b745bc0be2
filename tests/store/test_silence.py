from sqlalchemy import Connection

from notifier.model import Endpoint
from notifier.store import calls, sources
from notifier.store.silence import Silence, silences
from tests.support.clock import START
from tests.support.sample import a_call
from tests.support.store import a_reject, main_source, store_calls


def watched(connection: Connection, started_at: int, read_to: int) -> None:
    source = main_source(connection)
    sources.start(connection, source.id, started_at)
    sources.advance(connection, source.id, read_to, read_to)


def test_a_source_that_was_never_read_is_not_silent(connection: Connection) -> None:
    main_source(connection)
    assert silences(connection) == []


def test_silence_begins_when_the_source_is_first_watched(connection: Connection) -> None:
    watched(connection, START, START + 100)
    assert silences(connection) == [Silence("main/out_missed", START, START + 100)]


def test_the_newest_call_or_record_within_what_was_read_ends_it(connection: Connection) -> None:
    watched(connection, START, START + 100)
    store_calls(connection, *(a_call(id=f"c{at}", placed_at=START + at) for at in (-50, 40, 20, 101)))
    assert silences(connection)[0].since == START + 40
    calls.insert_rejects(connection, main_source(connection), [a_reject(placed_at=START + 60)], START)
    assert silences(connection)[0].since == START + 60
    calls.insert_rejects(connection, main_source(connection), [a_reject("d2", None)], START)
    assert silences(connection)[0].since == START + 60


def test_a_list_of_answered_calls_is_never_silent(connection: Connection) -> None:
    source = sources.source(connection, "main", Endpoint.IN_ANSWERED)
    sources.start(connection, source.id, START)
    sources.advance(connection, source.id, START + 100, START)
    assert silences(connection) == []


def test_calls_that_were_answered_show_that_an_account_is_not_silent(connection: Connection) -> None:
    watched(connection, START, START + 100)
    for account, at in (("main", 70), ("second", 90), ("main", 101)):
        source = sources.source(connection, account, Endpoint.OUT_ANSWERED)
        call = a_call(id=f"c{at}", account=account, endpoint=Endpoint.OUT_ANSWERED, placed_at=START + at)
        calls.insert_calls(connection, source, [call], 0, START)
    assert silences(connection) == [Silence("main/out_missed", START + 70, START + 100)]
