"""From decoded records to a commit that survives a power cut, and how often this disk can promise that."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from bench.events import CALLS, FIRST, STEP, batches, record, settle
from bench.followed import Batch, followed
from bench.report import Row, per_second, row
from bench.settings import settings
from notifier.app.crew import build
from notifier.clock import SystemClock
from notifier.config import Config
from notifier.host.health import Health
from notifier.intake.take import Reach, Rulebook, Take
from notifier.model import Endpoint
from notifier.store import sources
from notifier.store.database import Connection, Database
from notifier.store.sources import Source
from notifier.telecmi.parse import read_answer

REPEATS = 3
COMMITS = 300


@dataclass
class _Runs:
    """What was measured of one kind of reads, one value per repeat."""

    rates: list[float] = field(default_factory=list)  # calls a second
    busy: list[float] = field(default_factory=list)  # seconds of processor time per call
    sizes: list[float] = field(default_factory=list)  # bytes per call

    def repeat(self, disk: Path, given: Sequence[Batch], *, follow_up: bool) -> None:
        with TemporaryDirectory(dir=disk) as folder:
            store = Path(folder) / "notifier.db"
            began = process_time()
            self.rates.append(CALLS / asyncio.run(_seconds(given, store, follow_up=follow_up)))
            self.busy.append((process_time() - began) / CALLS)
            self.sizes.append(store.stat().st_size / CALLS)

    def rows(self, what: str, aim: str = "") -> list[Row]:
        return [
            row(what, self.rates, per_second, budget="20,000/s", aim=aim),
            row("  processor time per call", self.busy, lambda seconds: f"{seconds * 1e6:.0f} us"),
            row("  store per call", self.sizes, lambda size: f"{size:.0f} bytes"),
        ]


def figures(disk: Path) -> list[Row]:
    """Calls a second.

    Args:
        disk: a folder on the disk that is measured.
    """
    of_one_list, of_three = _missed(), followed()
    settle()
    plain, with_follow_up = _Runs(), _Runs()
    for _ in range(REPEATS):
        plain.repeat(disk, of_one_list, follow_up=False)
        with_follow_up.repeat(disk, of_three, follow_up=True)
    return [
        *plain.rows("parse, dedupe, decide, commit; 1,000 calls a transaction", "ElastAlert 2's, above"),
        *with_follow_up.rows("the same with follow-up: three lists, every customer called again"),
        row("  commits of the bare disk (4 KB, fsync)", [_commits(disk) for _ in range(REPEATS)], per_second),
    ]


def _missed() -> list[Batch]:
    return [
        Batch(
            Endpoint.OUT_MISSED,
            [record(n) for n in one],
            FIRST + one.start * STEP,
            FIRST + one.stop * STEP,
        )
        for one in batches()
    ]


async def _seconds(given: Sequence[Batch], store: Path, *, follow_up: bool) -> float:
    database = Database.open(store)
    made = settings(store)
    made["telecmi"]["follow_up"] = follow_up
    clock = SystemClock()
    crew = build(Config.model_validate(made), database, clock, Health(clock))
    try:
        book = crew.intakes[0].book
        watched = await database.write(_watched)
        began = perf_counter()
        for batch in given:
            await _take(batch, book, watched[batch.endpoint], database)
        return perf_counter() - began
    finally:
        await crew.stop()
        database.close()


async def _take(batch: Batch, book: Rulebook, source: Source, database: Database) -> None:
    body = {"total": len(batch.records), "cdr": batch.records, "code": "200"}
    records = read_answer(body, "main", batch.endpoint, "IN").records
    reach = Reach(since=batch.since, began=batch.until, date=batch.until, upto=None, is_complete=True)
    take = Take(book, source, records, "now", reach, batch.until)
    await database.write(take.write, take.after)


def _watched(connection: Connection) -> dict[Endpoint, Source]:
    found = {}
    for endpoint in Endpoint:
        source = sources.source(connection, "main", endpoint)
        # From before the first call on: a baseline would open nothing.
        sources.start(connection, source.id, FIRST)
        found[endpoint] = sources.source(connection, "main", endpoint)
    return found


def _commits(disk: Path) -> float:
    block = os.urandom(4096)
    with TemporaryDirectory(dir=disk) as folder, (Path(folder) / "bare").open("wb", buffering=0) as file:
        began = perf_counter()
        for _ in range(COMMITS):
            file.write(block)
            os.fsync(file.fileno())
        return COMMITS / (perf_counter() - began)
