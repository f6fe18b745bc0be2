"""What a poll that finds nothing new costs, and that it costs the same whatever the store holds.

TeleCMI answers from memory: its time, and the pace that we keep towards it, are left out. The commit is in.
"""

import asyncio
import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx

from bench.big_store import fill
from bench.events import FIRST, STEP, record
from bench.report import Row, ms, row
from bench.settings import settings
from notifier.app.crew import build
from notifier.app.loops import Crew
from notifier.config import Config
from notifier.host.health import Health
from notifier.intake import Intake
from notifier.store.database import Database
from notifier.store.views import totals
from notifier.telecmi import Client, http_client
from tests.support.clock import FakeClock

SMALL, BIG, HUGE = 10_000, 1_000_000, 10_000_000
REPEATS, POLLS = 4, 50
PAGE = 10


@dataclass
class MemoryTelecmi:
    """Answers with the newest page of the calls that the store has."""

    first: int  # UTC ms
    count: int
    requests: int = 0
    answers: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        asked = json.loads(request.content)
        span = (asked["start_date"], asked["end_date"])
        if span not in self.answers:
            self.answers[span] = json.dumps(self._body(*span)).encode()
        return httpx.Response(200, content=self.answers[span])

    def _body(self, start: int, end: int) -> dict[str, object]:
        oldest = max(0, -((self.first - start) // STEP))
        newest = min(self.count - 1, (end - self.first) // STEP)
        shown = range(newest, max(oldest - 1, newest - PAGE), -1)
        cdr = [record(n, self.first) for n in shown]
        return {"total": newest - oldest + 1, "cdr": cdr, "code": "200"}


@dataclass
class Stand:
    """A store of one size, and what reads into it."""

    count: int
    database: Database
    crew: Crew
    intake: Intake
    telecmi: MemoryTelecmi
    seconds: list[float] = field(default_factory=list)  # one per poll


def figures(disk: Path, *, full: bool) -> list[Row]:
    """Time and requests of one poll, at several sizes of the store.

    Args:
        disk: a folder on the disk that is measured.
        full: also with ten million calls.
    """
    sizes = (SMALL, BIG, HUGE) if full else (SMALL, BIG)
    with TemporaryDirectory(dir=disk) as folder:
        paths = [(count, Path(folder) / f"{count}.db") for count in sizes]
        firsts = [fill(path, count, FIRST) for count, path in paths]
        stands = [_stand(count, path, first) for (count, path), first in zip(paths, firsts, strict=True)]
        asyncio.run(_measure(stands))
    return list(_rows(stands))


def _stand(count: int, path: Path, first: int) -> Stand:
    clock = FakeClock(FIRST)
    database = Database.open(path)
    config = Config.model_validate(settings(path))
    crew = build(config, database, clock, Health(clock))
    telecmi = MemoryTelecmi(first, count)
    account, poll = config.telecmi.accounts[0], config.telecmi.poll
    http = http_client(5.0, transport=httpx.MockTransport(telecmi.answer))
    client = Client(account, poll, http, clock, country=config.country, deadline_s=5.0)
    return Stand(count, database, crew, replace(crew.intakes[0], client=client), telecmi)


async def _measure(stands: Sequence[Stand]) -> None:
    for stand in stands:
        # The first one also compares counts, as it is done once in a while.
        await stand.intake.step()
        await stand.intake.step()
        stand.telecmi.requests = 0
    for number in range(REPEATS * POLLS):
        # In turn, first this one and then that one first: what else the machine does strikes all of them.
        for stand in stands if number % 2 else reversed(stands):
            began = perf_counter()
            await stand.intake.step()
            stand.seconds.append(perf_counter() - began)
            assert not stand.intake.is_in_trouble, "TeleCMI could not be read"
    for stand in stands:
        stored = await stand.database.read(totals)
        assert stored.calls == stand.count, "an idle poll found something"
        await stand.crew.stop()
        stand.database.close()


def _rows(stands: Sequence[Stand]) -> Iterator[Row]:
    for stand in stands:
        yield row(f"one poll that finds nothing, {stand.count:,} calls stored", _medians(stand.seconds), ms)
    for small, big in pairwise(stands):
        ratios = _medians([b / s for s, b in zip(small.seconds, big.seconds, strict=True)])
        what = f"  {big.count:,} / {small.count:,}"
        yield row(what, ratios, lambda ratio: f"{ratio:.2f} x", budget="1.00 ± 0.20 x")
    requests = [stand.telecmi.requests / (REPEATS * POLLS) for stand in stands]
    yield row("requests per idle poll and endpoint", requests, lambda each: f"{each:.2f}", budget="1")


def _medians(values: Sequence[float]) -> list[float]:
    """One for each repeat."""
    return [statistics.median(values[at : at + POLLS]) for at in range(0, len(values), POLLS)]
