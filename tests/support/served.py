"""`serve` in the test's own loop, as `run` runs it, with its log and its host in reach."""

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from notifier.app import Host, serve
from notifier.config import Config, load
from tests.support.daemon import Manager, until
from tests.support.stage import Stage


class Served:
    """One daemon.

    Args:
        stage: what it talks to.
        manager: takes what it tells systemd.
    """

    def __init__(self, stage: Stage, manager: Manager) -> None:
        self.stage = stage
        self.manager = manager
        self.stream = io.StringIO()
        environ = {**stage.environ, "NOTIFY_SOCKET": manager.address}
        self.host = Host(stage.clock, environ, self.stream)
        self.task: asyncio.Task[None] | None = None

    def load(self) -> Config:
        return load(self.stage.path, self.stage.environ)

    @property
    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def events(self, event: str) -> list[dict[str, Any]]:
        """The lines of the log that say so."""
        return [line for line in self.log if line["event"] == event]

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for it, but not for a daemon that has ended."""
        assert self.task is not None
        task = self.task
        await until(lambda: condition() or task.done(), what)
        if task.done():
            await task
        assert condition(), f"the daemon has ended before: {what}"

    async def start(self, load: Callable[[], Config] | None = None) -> None:
        """Run it until it says that it started."""
        before = len(self.manager.told)
        self.begin(load)
        await self.until(lambda: self.events("started"), "the start")
        # Else a reload would take this one, still under way, for its own.
        await self.until(lambda: "READY=1" in self.manager.told[before:], "the end of the start")

    def begin(self, load: Callable[[], Config] | None = None) -> None:
        """Run it."""
        self.task = asyncio.create_task(serve(load or self.load, self.host))

    async def end(self) -> None:
        """Tell it to stop, and wait for it; raises what it raised."""
        assert self.task is not None
        self.host.stop.set()
        async with asyncio.timeout(10):
            await self.task

    async def reload(self) -> None:
        """Reload, and wait until that is done."""
        before = len(self.manager.told)
        self.host.reload.set()
        await self.until(lambda: "READY=1" in self.manager.told[before:], "the end of the reload")

    async def manager_heard(self, told: str) -> None:
        """Wait for a datagram."""
        await until(lambda: told in self.manager.told, told)

    @property
    def urls(self) -> list[str]:
        """Every one that its page was served at, the newest last."""
        return [line["url"] for line in self.events("health is shown")]

    async def page(self, url: str = "") -> tuple[int, Mapping[str, Any]]:
        """The page's status and what it says; at the newest URL, where none is given."""
        async with aiohttp.ClientSession() as session, session.get(url or self.urls[-1]) as answer:
            return answer.status, json.loads(await answer.text())


@asynccontextmanager
async def on_stage(stage: Stage) -> AsyncIterator[Served]:
    """One that does not run yet, and is ended where a test leaves it running."""
    manager = await Manager.start()
    served = Served(stage, manager)
    try:
        yield served
    finally:
        if served.task is not None and not served.task.done():
            with contextlib.suppress(Exception):
                await served.end()
        manager.close()
