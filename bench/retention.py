"""What the loops notice of old calls being forgotten, while the daemon goes on reading and writing.

The store holds eleven days of calls, and is to keep one. Lifecycle forgets the rest batch by batch, without a
pause; meanwhile TeleCMI, a look-alike in the same process, is read, and somebody else writes a little.
"""

import asyncio
import io
import statistics
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.big_store import fill, newest_calls
from bench.report import Row, ms
from bench.settings import Unpaced, settings
from notifier.app.crew import build
from notifier.app.loops import Crew
from notifier.config import Config
from notifier.host import logs
from notifier.host.health import Health
from notifier.loop import go_round
from notifier.model import Endpoint
from notifier.store import sources
from notifier.store.database import Database
from notifier.store.views import totals
from tests.support.sandbox import running_sandbox

CALLS = 1_000_000
SHOWN = 2 * 3600
"""Calls that TeleCMI still lists."""

POLL_EVERY = 0.2
WRITE_EVERY = 0.05  # seconds
PATIENCE = 900.0  # seconds


def figures(disk: Path) -> list[Row]:
    """How long a poll and a write take at the most while old calls are forgotten.

    Args:
        disk: a folder on the disk that is measured.
    """
    with TemporaryDirectory(dir=disk) as folder:
        gone, seconds, polls, writes = asyncio.run(_measure(Path(folder) / "notifier.db"))
    return [
        _row(f"longest poll while {gone:,} of {CALLS:,} calls are forgotten", polls),
        _row("longest write meanwhile", writes),
        Row("  calls forgotten", f"{gone / seconds:,.0f}/s"),
    ]


async def _measure(store: Path) -> tuple[int, float, list[float], list[float]]:
    clock = Unpaced()
    # Written as in the journal, and read by nobody.
    logs.configure("info", "json", io.StringIO(), is_terminal=False, clock=clock)
    now = clock.now()
    first = await asyncio.to_thread(fill, store, CALLS, now)
    database = Database.open(store)
    async with running_sandbox(clock.now, traffic=newest_calls(CALLS, SHOWN, first)) as sandbox:
        made = settings(store, telecmi=sandbox.base_url("india"))
        made["telecmi"] |= {"reconcile": {"window": "1h"}}
        made["store"]["keep"] = {"calls": "1d"}
        crew = build(Config.model_validate(made), database, clock, Health(clock))

        async def poll() -> None:
            sandbox.book.add(extension="200", customer="9810000000", placed_at=clock.now())
            await crew.intakes[0].step()
            assert not crew.intakes[0].is_in_trouble, "TeleCMI could not be read"

        async def write() -> None:
            await database.write(lambda connection: sources.source(connection, "main", Endpoint.OUT_MISSED))

        try:
            await crew.adopt()
            await poll()
            before = (await database.read(totals)).calls
            began = perf_counter()
            forgetting = asyncio.create_task(_forget(crew))
            polls, writes = await asyncio.gather(
                _repeated(poll, POLL_EVERY, forgetting), _repeated(write, WRITE_EVERY, forgetting)
            )
            await forgetting
            seconds = perf_counter() - began
            left = (await database.read(totals)).calls
        finally:
            await crew.stop()
            database.close()
    return before + len(polls) - left, seconds, polls, writes


async def _forget(crew: Crew) -> None:
    """Let lifecycle go round until nothing old is left."""
    lifecycle = crew.lifecycle

    async def step() -> float:
        due = await lifecycle.step()
        if lifecycle.purge_at:
            crew.wakes.stop()
        return 30.0 if due is None else max(0.0, (due - crew.clock.now()) / 1000)

    async with asyncio.timeout(PATIENCE):
        await go_round("lifecycle", step, wakes=crew.wakes, clock=crew.clock, health=crew.health)


async def _repeated(
    work: Callable[[], Awaitable[None]], every: float, until: asyncio.Task[None]
) -> list[float]:
    """How long each of many took, in seconds."""
    took = []
    while not until.done():
        began = perf_counter()
        await work()
        took.append(perf_counter() - began)
        await asyncio.sleep(every)
    return took


def _row(what: str, seconds: list[float]) -> Row:
    p99 = statistics.quantiles(seconds, n=100, method="inclusive")[98]
    return Row(what, ms(max(seconds)), f"p50 {ms(statistics.median(seconds))}, p99 {ms(p99)}", "1 s")
