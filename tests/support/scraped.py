"""`/metrics`, asked for over loopback and read with Prometheus' own parsers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_plain
from prometheus_client.samples import Sample

from notifier.host.health import Health
from notifier.host.metrics import Edited, Letter, Read, Sent
from notifier.model import AlertState, Endpoint, Gathered, NoticeKind
from notifier.store.figures import Figures, Queue
from notifier.store.outbox import RowState
from notifier.store.sources import Source
from notifier.web.counters import Counters
from notifier.web.scrape import Scrape
from notifier.web.server import WebServer
from tests.support.clock import START, FakeClock

SOURCE = "main/out_missed"


@dataclass(frozen=True)
class Scraped:
    """One answer."""

    headers: Mapping[str, str]
    text: str
    families: Mapping[str, Metric]

    @property
    def samples(self) -> list[Sample]:
        """All of them."""
        return [sample for family in self.families.values() for sample in family.samples]

    def all(self, name: str, **labels: str) -> list[Sample]:
        """The samples of this name that have these labels, among others."""
        return [one for one in self.samples if one.name == name and labels.items() <= one.labels.items()]

    def value(self, name: str, **labels: str) -> float | None:
        """The one sample of this name that has these labels, among others; None where there is none."""
        found = self.all(name, **labels)
        assert len(found) <= 1, found
        return found[0].value if found else None

    def above_zero(self, name: str, label: str) -> dict[str, float]:
        """The samples of this name that are not 0, by one of their labels."""
        return {one.labels[label]: one.value for one in self.all(name) if one.value}

    def types(self) -> dict[str, str]:
        """Each metric as it is named in a query, with its type."""
        kinds = {name: family.type for name, family in self.families.items()}
        suffix = {"counter": "_total", "info": "_info"}
        return {name + suffix.get(kind, ""): kind for name, kind in kinds.items()}

    def labels_of(self, name: str) -> set[str]:
        """The labels that the samples of this name have, empty ones too."""
        return {label for sample in self.all(name) for label in sample.labels}


Ask = Callable[..., Awaitable[Scraped]]


@asynccontextmanager
async def asking(scrape: Scrape, health: Health) -> AsyncIterator[Ask]:
    """Serve, and give a function that asks; it takes the `Accept` header."""

    async def probe() -> None:
        """The store works."""

    server = WebServer("127.0.0.1:0", health, probe, scrape, stall_limit=60.0)
    host, port = await server.start()
    timeout = aiohttp.ClientTimeout(total=5)
    try:
        async with aiohttp.ClientSession(f"http://{host}:{port}", timeout=timeout) as session:

            async def ask(accept: str = "application/openmetrics-text") -> Scraped:
                async with session.get("/metrics", headers={"Accept": accept}) as response:
                    assert response.status == 200, await response.text()
                    return scraped(response.headers, await response.text())

            yield ask
    finally:
        await server.stop()


def scraped(headers: Mapping[str, str], text: str) -> Scraped:
    """Read an answer; a page that is not what its header says it is fails."""
    read = read_openmetrics if headers["Content-Type"].startswith("application/openmetrics") else read_plain
    families = list(read(text))
    names = [family.name for family in families]
    assert len(set(names)) == len(names), names
    seen = [(one.name, *sorted(one.labels.items())) for family in families for one in family.samples]
    assert len(set(seen)) == len(seen), "a series stands there twice"
    return Scraped(headers, text, {family.name: family for family in families})


def some_figures() -> Figures:
    """A store with something of everything."""
    source = Source(
        id=1,
        account="main",
        endpoint=Endpoint.OUT_MISSED,
        started_at=START - 90_000,
        watermark=START - 60_000,
        known_gap=None,
        gap_found_at=None,
        last_read_at=START - 30_000,
        last_error=None,
        last_error_at=None,
        compared_at=START - 600_000,
        compared_since=START - 90_000_000,
        counted=12,
        held=10,
        agreed_at=START - 4_200_000,
    )
    return Figures(
        sources={SOURCE: source},
        alerts={AlertState.OPEN: 3},
        queue=Queue(
            {RowState.WAITING: 5, RowState.DEAD: 2},
            {Gathered.STALE: 4},
            behind_backlog=1,
            oldest=START - 9_000,
        ),
        notices=6,
        size=4_096,
        free=1 << 30,
    )


async def something_of_everything() -> Scraped:
    """A page on which no metric is without a sample."""
    clock = FakeClock()
    counters = Counters(clock)
    health = Health(clock, counters)
    health.expect_loops([SOURCE, "lifecycle", "dispatch"])
    health.expect_sources({SOURCE: 30_000})
    counters.expect([SOURCE], {"room": "slack"})
    health.read_ok(SOURCE)
    health.troubles.raise_(NoticeKind.DISK, "store", "nearly full")
    counters.requested(SOURCE)
    counters.read(SOURCE, Read.COMPLETE, 0.2)
    counters.stored(SOURCE, watched=2, baseline=1, rejects=1)
    counters.decided({("every", "opened"): 2})
    counters.digest("evening", Sent.SENT)
    counters.sent("room", Letter.NOTIFICATION, Sent.SENT, 0.1)
    counters.told(0.2, 9.0)
    counters.edited("room", Edited.EDITED)

    async def ask() -> Figures:
        return some_figures()

    async with asking(Scrape(counters, health, clock, ask), health) as page:
        return await page()
