"""A real scrape over loopback, read with Prometheus' own parsers."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.errors import StoreUnavailable
from notifier.host.health import Health
from notifier.host.metrics import Read
from notifier.store.figures import Figures
from notifier.web.counters import Counters
from notifier.web.scrape import OPENMETRICS, PLAIN, Scrape, _prefers_openmetrics
from tests.support.clock import FakeClock
from tests.support.scraped import SOURCE, Ask, asking, some_figures, something_of_everything

LABELS = {
    "account",
    "button",
    "digest",
    "endpoint",
    "rule",
    "reason",
    "state",
    "channel",
    "outcome",
    "kind",
    "le",
    "version",
    "python",
    "schema",
}
PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


class Store:
    """What is asked: answers, fails or hangs as a test wants it."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.asked = 0

    async def figures(self) -> Figures:
        self.asked += 1
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return some_figures()


@pytest.fixture
async def store() -> Store:
    return Store()


@pytest.fixture
def counters() -> Counters:
    return Counters(FakeClock())


@pytest.fixture
async def ask(store: Store, counters: Counters) -> AsyncIterator[Ask]:
    clock = FakeClock()
    health = Health(clock, counters)
    health.expect_sources({SOURCE: 30_000})
    counters.expect([SOURCE], {"room": "slack"})
    async with asking(Scrape(counters, health, clock, store.figures, limit=0.05), health) as ask:
        yield ask


async def test_both_formats_tell_the_same(ask: Ask, counters: Counters) -> None:
    counters.read(SOURCE, Read.COMPLETE, 0.3)
    plain, openmetrics = await ask("text/plain"), await ask("application/openmetrics-text")
    assert plain.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert openmetrics.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0;")
    assert openmetrics.text.endswith("# EOF\n")
    moving = {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes"}
    series = [
        {(one.name, *sorted(one.labels.items())): one.value for one in page.samples if one.name not in moving}
        for page in (plain, openmetrics)
    ]
    assert series[0] == series[1]
    assert plain.value("notifier_reads_total", outcome="complete") == 1
    assert plain.value("notifier_watermark_age_seconds", account="main") == 60.0


@pytest.mark.parametrize(
    ("accept", "is_openmetrics"),
    [
        ("", False),
        ("*/*", False),
        ("text/plain", False),
        ("application/json", False),
        (PROMETHEUS, True),
        ("Application/OpenMetrics-Text; version=1.0.0", True),
        ("application/openmetrics-text;q=0.1, text/plain;q=0.9", False),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;q=x", False),
        ("application/openmetrics-text;version=\u00b2;q=nan", False),
        ("application/openmetrics-text;version=9999999999.x", True),
        (";;;,,q=1;=", False),
    ],
)
def test_the_reader_chooses_the_format(accept: str, is_openmetrics: bool) -> None:  # noqa: FBT001 - a table
    assert _prefers_openmetrics(accept) is is_openmetrics


@given(st.text())
@settings(deadline=None)
def test_whatever_the_reader_says_is_a_choice(accept: str) -> None:
    assert _prefers_openmetrics(accept) in {True, False}


async def test_the_answer_repeats_nothing_of_the_question(ask: Ask) -> None:
    page = await ask("application/openmetrics-text; version=9.9.9; escaping=evil")
    assert page.headers["Content-Type"] == f"{OPENMETRICS}; charset=utf-8"
    assert (await ask("text/plain; version=7; x=evil")).headers["Content-Type"] == f"{PLAIN}; charset=utf-8"


async def test_a_store_that_fails_leaves_the_rest(ask: Ask, store: Store, counters: Counters) -> None:
    counters.requested(SOURCE)
    store.error = StoreUnavailable("the disk is full")
    page = await ask()
    assert page.value("notifier_store_up") == 0
    assert page.value("notifier_requests_total") == 1
    assert not page.all("notifier_watermark_age_seconds")
    assert "full" not in page.text
    store.error = None
    assert (await ask()).value("notifier_store_up") == 1


async def test_a_file_system_that_fails_is_a_store_that_is_down(ask: Ask, store: Store) -> None:
    store.error = OSError("gone")
    assert (await ask()).value("notifier_store_up") == 0


async def test_a_store_that_hangs_is_asked_once_however_many_scrape(ask: Ask, store: Store) -> None:
    store.open.clear()
    pages = await asyncio.gather(*(ask() for _ in range(10)))
    assert [page.value("notifier_store_up") for page in pages] == [0] * 10
    assert store.asked == 1
    store.open.set()
    assert [(await ask()).value("notifier_store_up") for _ in range(2)][-1] == 1


async def test_every_scrape_asks_anew(ask: Ask, store: Store) -> None:
    await ask()
    await ask()
    assert store.asked == 2


async def test_stopping_gives_a_question_up(store: Store, counters: Counters) -> None:
    store.open.clear()
    clock = FakeClock()
    scrape = Scrape(counters, Health(clock), clock, store.figures, limit=0.05)
    async with asking(scrape, Health(clock)) as ask:
        await ask()
        assert (task := scrape._figures._task) is not None
        assert not task.done()
    assert task.cancelled()


async def test_there_is_no_label_but_what_is_bounded_and_shows_nobody() -> None:
    page = await something_of_everything()
    assert {label for sample in page.samples for label in sample.labels} == LABELS
    for sample in page.samples:
        for value in sample.labels.values():
            assert not re.search(r"\d{7}", value), sample


async def test_names_and_units_are_as_prometheus_asks_for_them() -> None:
    page = await something_of_everything()
    for name, kind in page.types().items():
        assert name.startswith(("notifier_", "process_")), name
        assert name.endswith("_total") == (kind == "counter"), name
        assert not re.search(r"_(ms|milliseconds|minutes|hours|kb|mb|percent)(_|$)", name), name
    for name, family in page.families.items():
        assert family.documentation.endswith((".", "?")), name
        assert family.samples, f"{name} is never there"
        unit = name.rpartition("_")[2]
        if unit in {"seconds", "bytes"} and name.startswith("notifier_"):
            assert family.unit == unit, name


async def test_when_a_series_began_is_no_series(ask: Ask) -> None:
    assert "_created" not in (await ask()).text
