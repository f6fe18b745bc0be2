"""A day of the simulated month balances; and whatever is taken from it, or put into it, is noticed."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import count

import pytest

from bench.month.account import Account
from bench.month.audit import audit
from bench.month.remotes import Arrived, Journal
from bench.month.script import Lived, live
from bench.month.size import A_DAY
from bench.month.table import text
from bench.month.traffic import traffic

Change = Callable[[Lived], Lived]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """A Monday: people act, TeleCMI fails, the process is killed while it sends, and reloaded."""
    return live(A_DAY, traffic(A_DAY), tmp_path_factory.mktemp("day") / "notifier.db")


def test_everything_of_a_day_is_accounted_for(lived: Lived) -> None:
    account = audit(lived)
    assert account.complaints() == []
    assert text(account).endswith("unaccounted: 0")
    assert lived.starts == 2
    reasons = {reason for _, reason in account.counts["decisions"]}
    assert reasons >= {"opened", "joined", "below_threshold", "spurious", "reached_before_wait"}
    outcomes = {outcome for _, outcome in account.counts["notifications"]}
    assert outcomes >= {"sent alone", "held at the end"}
    assert account.counts["messages"]["summaries", "arrived"] > 0
    assert account.sums_to("held") > 0
    assert {kind for kind, _ in account.counts["kinds"]} >= {"open", "escalation", "reminder"}
    assert account.counts["messages"]["edits", "arrived"] > 0
    assert account.counts["notices"]["source_failing", "sent"] > 0
    assert account.sums_to("digests compared") > 0


def journal(change: Callable[[list[Arrived]], list[Arrived]]) -> Change:
    """Something else arrived than what did."""

    def changed(lived: Lived) -> Lived:
        made = Journal(lived.journal.now, change(list(lived.journal.arrived)), lived.journal.edits)
        return replace(lived, journal=made)

    return changed


def store(statement: str) -> Change:
    """Something else is stored."""

    def changed(lived: Lived) -> Lived:
        path = next(one for n in count() if not (one := lived.store.with_name(f"changed-{n}.db")).exists())
        shutil.copy(lived.store, path)
        with closing(sqlite3.connect(path)) as connection, connection:
            assert connection.execute(statement).rowcount == 1
        return replace(lived, store=path)

    return changed


def named(arrived: list[Arrived]) -> Iterator[int]:
    """The messages that tell of one alert each."""
    return (at for at, one in enumerate(arrived) if one.report is None and not one.names)


def without_one(arrived: list[Arrived]) -> list[Arrived]:
    del arrived[next(named(arrived))]
    return arrived


def with_one_twice(arrived: list[Arrived]) -> list[Arrived]:
    return [*arrived, arrived[next(named(arrived))]]


def with_a_strange_one(arrived: list[Arrived]) -> list[Arrived]:
    return [*arrived, replace(arrived[0], delivery_id="f" * 32, names=())]


def with_one_elsewhere(arrived: list[Arrived]) -> list[Arrived]:
    at = next(named(arrived))
    arrived[at] = replace(arrived[at], place="slack #elsewhere")
    return arrived


def with_a_line_less(arrived: list[Arrived]) -> list[Arrived]:
    at = next(at for at, one in enumerate(arrived) if one.names)
    arrived[at] = replace(arrived[at], names=arrived[at].names[1:])
    return arrived


def with_other_figures(arrived: list[Arrived]) -> list[Arrived]:
    at = next(at for at, one in enumerate(arrived) if one.report is not None)
    report = arrived[at].report
    assert report is not None
    wrong = replace(report.figures, calls=report.figures.calls + 1)
    arrived[at] = replace(arrived[at], report=replace(report, figures=wrong))
    return arrived


def gone(table: str, condition: str) -> Change:
    """The first row of a table for which this holds is not there."""
    return store(f"DELETE FROM {table} WHERE {_first(table, condition)}")  # noqa: S608 - all of it stands here


def other(table: str, values: str, condition: str) -> Change:
    """It is another."""
    return store(f"UPDATE {table} SET {values} WHERE {_first(table, condition)}")  # noqa: S608 - likewise


def _first(table: str, condition: str) -> str:
    return f"rowid = (SELECT min(rowid) FROM {table} WHERE {condition})"  # noqa: S608 - likewise


OPENED_ONE = "id IN (SELECT call_id FROM decisions WHERE reason = 'opened')"
FIRST_TOLD = "state = 'sent' AND kind = 'open' AND gathered_as IS NULL"

CHANGES = {
    "a message is lost": (journal(without_one), "notifications lost"),
    "a message is doubled": (journal(with_one_twice), "notifications doubled"),
    "a message is nobody's": (journal(with_a_strange_one), "messages of nobody"),
    "a message went elsewhere": (journal(with_one_elsewhere), "messages at the wrong place"),
    "a summary names one less": (journal(with_a_line_less), "notifications lost"),
    "a digest counts one more": (journal(with_other_figures), "figures of digests"),
    "a call is lost": (gone("calls", "baseline = 0"), "calls lost"),
    "a decision is lost": (gone("decisions", "rule <> ''"), "decisions missing"),
    "a decision is another": (
        other("decisions", "reason = 'joined'", "reason = 'opened'"),
        "decisions that are others",
    ),
    "a miss counts as a leg": (other("calls", "spurious = 1", OPENED_ONE), "legs"),
    "a row is lost": (gone("outbox", FIRST_TOLD), "first messages"),
    "a row was told and says it was not": (
        other("outbox", "state = 'dropped', reason = 'reached'", FIRST_TOLD),
        "notifications told though dropped",
    ),
    "a row waits for nothing": (other("outbox", "state = 'waiting'", FIRST_TOLD), "rows that nothing holds"),
    "a row was sent late": (other("outbox", "finished_at = finished_at + 3600000", FIRST_TOLD), "told late"),
    "an escalation was not told": (gone("outbox", "kind = 'escalation'"), "escalations"),
    "a digest is lost": (gone("digests", "state = 'sent'"), "digests due"),
    "somebody was reached by nobody": (
        other("alerts", "ended_as = 'reached'", "state = 'open' AND rule = 'not-reached'"),
        "reached by nobody",
    ),
}


def test_whatever_is_lost_doubled_or_changed_is_noticed(lived: Lived) -> None:
    found: dict[str, Account] = {name: audit(change(lived)) for name, (change, _) in CHANGES.items()}
    noticed = {name: sorted(found[name].wrong) for name in CHANGES}
    missing = {name: noticed[name] for name, (_, kind) in CHANGES.items() if kind not in noticed[name]}
    assert missing == {}
    lost = text(found["a message is lost"])
    assert "notifications lost (1):" in lost
    assert lost.endswith("unaccounted: 1")


def test_the_same_month_is_drawn_in_every_process() -> None:
    facts = traffic(A_DAY)
    assert facts == traffic(A_DAY)
    assert len({(one.account, one.endpoint, one.id) for one in facts}) == len(facts)
