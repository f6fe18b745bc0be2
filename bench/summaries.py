"""Ten thousand alerts due at once for twenty Slack channels that take a message a second: until all is told.

Reading and deciding come first and are not counted; then dispatch begins, by the real clock, against a Slack
that refuses what comes faster.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter
from typing import Any

from bench.report import Row
from bench.settings import settings
from notifier.app.crew import build
from notifier.app.loops import Crew, Process
from notifier.clock import SystemClock
from notifier.config import Config
from notifier.host import logs
from notifier.host.disk import StoreFile
from notifier.host.health import Health
from notifier.loop import go_round
from notifier.store import outbox_views
from notifier.store.database import Connection, Database
from tests.support.sandbox import running_sandbox
from tests.support.slack import FakeSlack
from tests.support.slack_faults import Pace

ALERTS = 10_000
CHANNELS = 20

SPAN = 50 * 60_000
"""ms in which the calls were placed: none of them is stale."""

LONGEST = 300.0
"""Seconds after which nobody waits any more."""


def figures(disk: Path) -> list[Row]:
    """How long it takes, and how many messages.

    Args:
        disk: a folder on the disk that is measured.
    """
    with TemporaryDirectory(dir=disk) as folder:
        seconds, posted, refused = asyncio.run(_measure(Path(folder) / "notifier.db"))
    what = f"{ALERTS:,} alerts due at once for {CHANNELS} Slack channels, everybody told"
    return [
        Row(what, f"{seconds:.1f} s", "", "60 s", "30 s"),
        Row("  messages posted, and refused for coming too fast", f"{posted}, {refused}"),
    ]


async def _measure(store: Path) -> tuple[float, int, int]:
    async with _due(store) as (crew, slack):

        async def dispatch() -> float:
            due = await crew.dispatch.step()
            return 30.0 if due is None else max(0.0, (due - crew.clock.now()) / 1000)

        began = perf_counter()
        loop = asyncio.create_task(
            go_round("dispatch", dispatch, wakes=crew.wakes, clock=crew.clock, health=crew.health)
        )
        async with asyncio.timeout(LONGEST):
            while await crew.dispatch.database.read(_waiting):  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.1)
        seconds = perf_counter() - began
        crew.wakes.stop()
        await loop
        named = [one for message in slack.posted for one in _named(message.metadata or {})]
        assert len(named) == len(set(named)) == ALERTS, "somebody was not told, or twice"
        return seconds, len(slack.posted), len(slack.called("chat.postMessage")) - len(slack.posted)


@asynccontextmanager
async def _due(store: Path) -> AsyncIterator[tuple[Crew, FakeSlack]]:
    """All is read and decided, and nobody was told yet."""
    clock = SystemClock()
    # Written as in the journal, and read by nobody.
    logs.configure("info", "json", io.StringIO(), is_terminal=False, clock=clock)
    # Slack tolerates that two messages come closer than a second now and then.
    slack = FakeSlack(pace=Pace(monotonic, burst=2))
    for n in range(CHANNELS):
        slack.add_channel(f"room-{n}", f"C{n:08}")
    await slack.start()
    database = Database.open(store)
    async with running_sandbox(clock.now) as sandbox:
        config = _settings(store, sandbox.base_url("india"), slack.api_url)
        began = clock.now() - SPAN
        # It was away meanwhile: somebody may have been told before, which is looked for.
        process = Process(clock.now(), StoreFile(store))
        crew = build(Config.model_validate(config), database, clock, Health(clock), process=process)
        await crew.adopt()
        for n in range(ALERTS):
            sandbox.book.add(
                extension=str(200 + n % CHANNELS),
                customer=f"98100{n:05}",
                placed_at=began + n * SPAN // ALERTS,
            )
        await crew.intakes[0].step()
        assert await database.read(_waiting) == ALERTS
        try:
            yield crew, slack
        finally:
            await crew.stop()
            database.close()
            await slack.stop()


def _settings(store: Path, telecmi: str, slack: str) -> dict[str, Any]:
    made = settings(store, telecmi=telecmi, slack=slack, start_from="55m")
    rooms = range(CHANNELS)
    made["telecmi"]["poll"]["page_size"] = 1000
    made["receivers"] = {f"room-{n}": {"slack": {"to": f"#room-{n}"}} for n in rooms}
    made["rules"] = [
        {"name": f"rule-{n}", "match": {"extension": str(200 + n)}, "notify": f"room-{n}"} for n in rooms
    ]
    return made


def _waiting(connection: Connection) -> int:
    return outbox_views.depth(connection, SystemClock().now()).waiting


def _named(metadata: Mapping[str, Any]) -> list[str]:
    payload = metadata["event_payload"]
    return list(payload.get("delivery_ids") or [payload["delivery_id"]])
