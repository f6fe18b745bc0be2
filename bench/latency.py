"""From a call in TeleCMI's answer to the request at Slack, through everything that lies between.

The look-alikes of both live in this process and loop, and are spoken to over loopback sockets: their part of
the work is counted too. The clock starts before TeleCMI is asked, so its answer is counted as well.
"""

import asyncio
import io
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.report import Row, ms
from bench.settings import EVERY_CALL, Unpaced, settings
from notifier.app.crew import build
from notifier.app.loops import Crew
from notifier.clock import SystemClock
from notifier.config import Config
from notifier.host import logs
from notifier.host.health import Health
from notifier.loop import go_round
from notifier.sandbox import Sandbox
from notifier.store import outbox_views
from notifier.store.database import Connection, Database
from tests.support.sandbox import running_sandbox
from tests.support.slack import FakeSlack

PEOPLE = 100
ROUNDS = 3
"""Calls of each person that are measured, after one that is not."""

QUIET = 1.2
"""Seconds between two messages to one person at the least: pace must not matter."""


class Arrivals:
    """Notes when Slack takes a message."""

    def __init__(self) -> None:
        self.at = 0.0
        self.came = asyncio.Event()

    def now(self) -> int:
        self.at = perf_counter()
        self.came.set()
        return SystemClock().now()


def figures(disk: Path) -> list[Row]:
    """Median and 99th percentile of several hundred calls, to people who were told before, and who were not.

    Args:
        disk: a folder on the disk that is measured.
    """
    with TemporaryDirectory(dir=disk) as folder:
        first, later = asyncio.run(_measure(Path(folder) / "notifier.db"))
    return [
        _row(
            f"call in TeleCMI's answer to request at Slack, {len(later)} calls", later, "p99 100 ms", "25 ms"
        ),
        _row(f"  first message to a person, {len(first)} calls", first),
    ]


async def _measure(store: Path) -> tuple[list[float], list[float]]:
    async with _running(store) as (crew, sandbox, slack, arrivals):
        rounds = []
        for _ in range(ROUNDS + 1):
            began = perf_counter()
            rounds.append([await _seconds(n, crew, sandbox, arrivals) for n in range(PEOPLE)])
            await asyncio.sleep(max(0.0, QUIET - (perf_counter() - began)))
        assert len(slack.posted) == PEOPLE * (ROUNDS + 1), "somebody was not told"
    return rounds[0], [seconds for one in rounds[1:] for seconds in one]


async def _seconds(n: int, crew: Crew, sandbox: Sandbox, arrivals: Arrivals) -> float:
    arrivals.came.clear()
    sandbox.book.add(extension=str(200 + n), customer=f"98100{n:05}", placed_at=crew.clock.now())
    began = perf_counter()
    await crew.intakes[0].step()
    await arrivals.came.wait()
    seconds = arrivals.at - began
    while await crew.dispatch.database.read(_is_waiting):  # noqa: ASYNC110 - nobody tells us
        await asyncio.sleep(0.002)
    return seconds


def _is_waiting(connection: Connection) -> bool:
    return outbox_views.depth(connection, SystemClock().now()).waiting > 0


@asynccontextmanager
async def _running(store: Path) -> AsyncIterator[tuple[Crew, Sandbox, FakeSlack, Arrivals]]:
    arrivals, clock = Arrivals(), Unpaced()
    # Written as in the journal, and read by nobody.
    logs.configure("info", "json", io.StringIO(), is_terminal=False, clock=clock)
    slack = FakeSlack(now=arrivals.now)
    for n in range(PEOPLE):
        slack.add_user(_person(n), f"{n}@example.com")
    await slack.start()
    database = Database.open(store)
    async with running_sandbox(clock.now) as sandbox:
        agents = {str(200 + n): {"slack": _person(n)} for n in range(PEOPLE)}
        config = settings(
            store, rule=EVERY_CALL, agents=agents, telecmi=sandbox.base_url("india"), slack=slack.api_url
        )
        crew = build(Config.model_validate(config), database, clock, Health(clock))
        await crew.adopt()
        await crew.intakes[0].step()  # from now on calls are watched

        async def dispatch() -> float:
            await crew.dispatch.step()
            return 30.0

        loop = asyncio.create_task(
            go_round("dispatch", dispatch, wakes=crew.wakes, clock=clock, health=crew.health)
        )
        try:
            yield crew, sandbox, slack, arrivals
        finally:
            crew.wakes.stop()
            await loop
            await crew.stop()
            database.close()
            await slack.stop()


def _person(n: int) -> str:
    return f"U{n:08}"


def _row(what: str, seconds: list[float], budget: str = "", aim: str = "") -> Row:
    p99 = statistics.quantiles(seconds, n=100)[98]
    shown = f"p50 {ms(statistics.median(seconds))}, p99 {ms(p99)}"
    return Row(what, shown, f"{ms(min(seconds))} to {ms(max(seconds))}", budget, aim)
