"""From decoded records to a commit that survives a power cut, and how often this disk can promise that."""

import asyncio
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from bench.events import BATCH, CALLS, FIRST, STEP, batches, record, settle
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


def figures(disk: Path) -> list[Row]:
    """Calls a second.

    Args:
        disk: a folder on the disk that is measured.
    """
    bodies = [{"total": len(one), "cdr": [record(n) for n in one], "code": "200"} for one in batches()]
    settle()
    rates, busy, sizes = [], [], []
    for _ in range(REPEATS):
        with TemporaryDirectory(dir=disk) as folder:
            store = Path(folder) / "notifier.db"
            began = process_time()
            rates.append(CALLS / asyncio.run(_seconds(bodies, store)))
            busy.append((process_time() - began) / CALLS)
            sizes.append(store.stat().st_size / CALLS)
    return [
        row(
            "parse, dedupe, decide, commit; 1,000 calls a transaction",
            rates,
            per_second,
            budget="20,000/s",
            aim="ElastAlert 2's, above",
        ),
        row("  processor time per call", busy, lambda seconds: f"{seconds * 1e6:.0f} us"),
        row("  commits of the bare disk (4 KB, fsync)", [_commits(disk) for _ in range(REPEATS)], per_second),
        row("  store per call", sizes, lambda size: f"{size:.0f} bytes"),
    ]


async def _seconds(bodies: list[dict[str, object]], store: Path) -> float:
    database = Database.open(store)
    config = Config.model_validate(settings(store))
    clock = SystemClock()
    crew = build(config, database, clock, Health(clock))
    try:
        book = crew.intakes[0].book
        source = await database.write(_watched)
        began = perf_counter()
        for number, body in enumerate(bodies):
            await _take(body, number, book, source, database)
        return perf_counter() - began
    finally:
        await crew.stop()
        database.close()


async def _take(
    body: dict[str, object], number: int, book: Rulebook, source: Source, database: Database
) -> None:
    since = FIRST + number * BATCH * STEP
    now = since + BATCH * STEP
    records = read_answer(body, "main", Endpoint.OUT_MISSED, "IN").records
    reach = Reach(since=since, began=now, date=now, upto=None, is_complete=True)
    take = Take(book, source, records, "now", reach, now)
    await database.write(take.write, take.after)


def _watched(connection: Connection) -> Source:
    # From before the first call on: a baseline would open nothing.
    source = sources.source(connection, "main", Endpoint.OUT_MISSED)
    sources.start(connection, source.id, FIRST)
    return sources.source(connection, "main", Endpoint.OUT_MISSED)


def _commits(disk: Path) -> float:
    block = os.urandom(4096)
    with TemporaryDirectory(dir=disk) as folder, (Path(folder) / "bare").open("wb", buffering=0) as file:
        began = perf_counter()
        for _ in range(COMMITS):
            file.write(block)
            os.fsync(file.fileno())
        return COMMITS / (perf_counter() - began)
