"""What is remembered of each account and endpoint."""

from sqlalchemy import Connection

from notifier.model import Endpoint
from notifier.store import sources
from tests.support.clock import START
from tests.support.store import main_source


def test_a_source_is_made_once_and_knows_nothing_yet(connection: Connection) -> None:
    first = main_source(connection)
    assert first == main_source(connection)
    assert first.name == "main/out_missed"
    assert first.endpoint is Endpoint.OUT_MISSED
    assert (first.started_at, first.watermark, first.last_read_at, first.last_error) == (None,) * 4
    assert main_source(connection, "second").id != first.id
    assert [source.account for source in sources.all_sources(connection)] == ["main", "second"]


def test_from_when_on_calls_open_alerts_is_said_once_per_source(connection: Connection) -> None:
    source = main_source(connection)
    other = main_source(connection, "second")
    sources.start(connection, source.id, START)
    assert main_source(connection).started_at == START
    assert main_source(connection, "second") == other


def test_after_the_first_read_it_stays(connection: Connection) -> None:
    source = main_source(connection)
    sources.start(connection, source.id, START)
    sources.start(connection, source.id, START - 1)
    sources.advance(connection, source.id, START, START)
    sources.start(connection, source.id, START - 2)
    assert main_source(connection).started_at == START - 1


def test_a_read_that_succeeds_clears_the_error_of_an_earlier_one(connection: Connection) -> None:
    source = main_source(connection)
    sources.fail(connection, source.id, "wrong secret", START)
    failed = main_source(connection)
    assert (failed.last_error, failed.last_error_at, failed.watermark) == ("wrong secret", START, None)
    sources.advance(connection, source.id, START + 10, START + 20)
    read = main_source(connection)
    assert (read.last_error, read.last_error_at) == (None, None)
    assert (read.watermark, read.last_read_at) == (START + 10, START + 20)


def test_a_failure_moves_nothing(connection: Connection) -> None:
    source = main_source(connection)
    sources.advance(connection, source.id, START, START)
    sources.fail(connection, source.id, "no answer", START + 5)
    after = main_source(connection)
    assert (after.watermark, after.last_read_at, after.last_error_at) == (START, START, START + 5)


def test_a_gap_is_remembered_with_when_it_was_found_and_forgotten(connection: Connection) -> None:
    source = main_source(connection)
    sources.note_gap(connection, source.id, -2, START)
    assert (main_source(connection).known_gap, main_source(connection).gap_found_at) == (-2, START)
    sources.note_gap(connection, source.id, None, START + 1)
    assert main_source(connection).known_gap is None


def test_the_oldest_watermark_is_that_of_these_accounts(connection: Connection) -> None:
    assert sources.oldest_watermark(connection, ["main", "second"]) is None
    for account, watermark in (("main", START), ("second", START - 5), ("gone", START - 500)):
        source = main_source(connection, account)
        sources.advance(connection, source.id, watermark, START)
    main_source(connection, "new")
    assert sources.oldest_watermark(connection, ["main", "second", "new"]) == START - 5
    assert sources.oldest_watermark(connection, ["new"]) is None
    assert sources.oldest_watermark(connection, []) is None


def test_what_a_comparison_found_is_remembered_and_when_both_last_agreed(connection: Connection) -> None:
    source = main_source(connection)

    def compared(counted: int | None, held: int, now: int) -> tuple[int | None, ...]:
        sources.note_compared(connection, source.id, since=now - 10, counted=counted, held=held, now=now)
        found = main_source(connection)
        assert (found.compared_at, found.compared_since) == (now, now - 10)
        return found.counted, found.held, found.agreed_at

    assert compared(3, 2, START) == (3, 2, None)
    assert compared(3, 3, START + 1) == (3, 3, START + 1)
    assert compared(2, 3, START + 2) == (2, 3, START + 1)
    assert compared(None, 3, START + 3) == (None, 3, START + 1)
    assert main_source(connection, "second").compared_at is None


def test_only_missed_calls_say_how_far_everything_was_read_and_what_is_behind(connection: Connection) -> None:
    missed = main_source(connection)
    behind = sources.source(connection, "main", Endpoint.OUT_ANSWERED)
    sources.advance(connection, behind.id, START - 500, START)
    assert sources.oldest_watermark(connection, ["main"]) is None
    assert sources.catching_up(connection, "main", START) is None
    sources.advance(connection, missed.id, START - 5, START)
    assert sources.oldest_watermark(connection, ["main"]) == START - 5
    assert sources.catching_up(connection, "main", START - 6) is None
    assert sources.catching_up(connection, "main", START) == missed.id
