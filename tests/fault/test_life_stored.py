"""What the harness reads in a store: who was reached and what was done, and what no transaction can leave."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.fault.life.facts import Span
from tests.fault.life.stored import Stored


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "notifier.db", isolation_level=None)) as db:
        db.executescript(
            "CREATE TABLE sources (id, endpoint); CREATE TABLE calls (id, source_id, name, stored_at);"
            "CREATE TABLE alert_calls (alert_id, call_id);"
            "CREATE TABLE alerts (id, state, ended_as, handled_by);"
            "CREATE TABLE alert_events (id, alert_id, kind, who, until);"
            "CREATE TABLE silences (extension, starts_at, ends_at, ended_at);"
        )
        yield db


def stored(folder: Path) -> Stored:
    return Stored(lambda: folder / "notifier.db")


def test_where_there_is_no_store_nothing_is_known(tmp_path: Path) -> None:
    assert stored(tmp_path).answered() == {}
    assert [*stored(tmp_path).complaints()] == []


def test_who_was_reached_and_which_alert_is_whose(tmp_path: Path, store: sqlite3.Connection) -> None:
    store.execute("INSERT INTO sources VALUES (1, 'out_missed'), (2, 'in_answered')")
    store.execute("INSERT INTO calls VALUES (1, 1, 'Ann', 5), (2, 2, 'Ann', 9), (3, 1, 'Bob', 7)")
    store.execute("INSERT INTO alert_calls VALUES (4, 1)")
    assert stored(tmp_path).answered() == {"Ann": 9}
    assert (stored(tmp_path).alert_of("Ann"), stored(tmp_path).alert_of("Bob")) == (4, None)


def test_a_silence_ends_when_somebody_ended_it(tmp_path: Path, store: sqlite3.Connection) -> None:
    store.execute("INSERT INTO silences VALUES ('212', 1, 9, NULL), ('212', 20, 29, 25)")
    assert stored(tmp_path).silences() == {"212": [Span(1, 9), Span(20, 25)]}


@pytest.mark.parametrize(
    ("state", "ended_as", "handled_by", "is_whole"),
    [
        ("acknowledged", None, "Lead", True),
        ("open", None, "Lead", False),
        ("acknowledged", None, "", False),
        ("ended", "resolved", "Lead", False),
    ],
)
def test_half_of_what_a_person_did_is_found(
    tmp_path: Path,
    store: sqlite3.Connection,
    state: str,
    ended_as: str | None,
    handled_by: str,
    *,
    is_whole: bool,
) -> None:
    store.execute("INSERT INTO alerts VALUES (1, ?, ?, ?)", (state, ended_as, handled_by))
    store.execute(
        "INSERT INTO alert_events VALUES (1, 1, 'opened', '', NULL), (2, 1, 'acknowledged', 'Lead', NULL),"
        " (3, 1, 'held', '', NULL)"
    )
    assert bool([*stored(tmp_path).complaints()]) is not is_whole
    assert stored(tmp_path).done() == {"Lead": ("ack", None)}
