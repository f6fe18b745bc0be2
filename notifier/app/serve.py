"""`run`: from the first line of the log to the last."""

import asyncio
import gc
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

import structlog

from notifier.app.crew import build
from notifier.app.loops import Crew
from notifier.app.pages import STALLED, Pages
from notifier.clock import Clock
from notifier.config import Config, store_path
from notifier.errors import NotifierError, StoreUnavailable
from notifier.host import logs
from notifier.host.health import Health
from notifier.host.signals import signals
from notifier.host.systemd import Notify, watchdog_interval
from notifier.loop import STORE_RETRY
from notifier.store.database import Database
from notifier.store.lock import store_lock

if TYPE_CHECKING:
    # Megabytes of libraries, and not always needed.
    from notifier.channels.slack import SlackApi
    from notifier.web.server import WebServer

log = structlog.get_logger("notifier")

PULSE = 10.0
"""Seconds between two status lines, where systemd asks for none sooner."""


@dataclass
class Host:
    """What the process lives in."""

    clock: Clock
    environ: Mapping[str, str]
    stream: TextIO  # for the log
    slack_api: "SlackApi | None" = None  # takes the place of Slack's real Web API
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    reload: asyncio.Event = field(default_factory=asyncio.Event)

    def log_as(self, config: Config) -> None:
        """Log as a configuration says."""
        logs.configure(
            config.log.level,
            config.log.format,
            self.stream,
            is_terminal=self.stream.isatty(),
            clock=self.clock,
        )


async def serve(load: Callable[[], Config], host: Host) -> None:
    """Run until a signal, or `host.stop`, says stop.

    Args:
        load: reads the configuration; called again at each reload.
        host: the process.

    Raises:
        ConfigError: the first configuration can't be used. A later one is refused, and the old goes on.
        StoreRefused: the store can't be used until a person acts.
        Exception: a loop died of it; the process should end, and be started again.
    """
    async with AsyncExitStack() as stack:
        # First of all: a SIGHUP that finds no handler would end the process.
        stack.enter_context(signals(host.stop, host.reload))
        config = load()
        host.log_as(config)
        path = store_path(config)
        stack.enter_context(store_lock(path, "run"))
        database = Database.open(path)
        stack.callback(database.close)
        notify = Notify.from_environ(host.environ)
        health = Health(host.clock)
        pages = Pages(database, host.clock, health)
        pages.count(config)
        crew = build(config, database, host.clock, health, host.slack_api)
        daemon = Daemon(load, host, database, health, pages, notify, crew)
        stack.push_async_callback(daemon.close)
        await daemon.run()


@dataclass
class Daemon:
    """The crew of the configuration that is in force, and the reload that replaces it."""

    load: Callable[[], Config]
    host: Host
    database: Database
    health: Health
    pages: Pages
    notify: Notify
    crew: Crew

    async def run(self) -> None:
        """Go on until told to stop, or until a loop dies."""
        await self.pages.open(self.crew.config)
        pulse = asyncio.create_task(self._pulse(), name="pulse")
        stop = asyncio.create_task(self.host.stop.wait(), name="stop")
        try:
            await self._begin()
            if self.host.stop.is_set():
                return  # told so while it waited for the store: it never started
            # It all lives as long as the process: to look through it stops the loops for 0.2 s each time.
            gc.collect()
            gc.freeze()
            self.notify.ready()
            log.info("started", store=str(self.database.path), rules=len(self.crew.config.rules))
            while not self.host.stop.is_set():
                await self._turn(pulse, stop)
        finally:
            pulse.cancel()
            stop.cancel()
        log.info("stopping")

    async def close(self) -> None:
        """Take everything down."""
        self.notify.stopping()
        await self.crew.stop()
        await self.pages.close()

    async def _turn(self, pulse: asyncio.Task[None], stop: asyncio.Task[bool]) -> None:
        reload = asyncio.create_task(self.host.reload.wait(), name="reload")
        watched = {*self.crew.tasks, pulse}
        try:
            done, _ = await asyncio.wait({*watched, stop, reload}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            reload.cancel()
        for task in done & watched:
            log.error("a loop died", loop=task.get_name())
            task.result()
            msg = f"the loop {task.get_name()} ended by itself"
            raise NotifierError(msg)
        if self.host.reload.is_set():
            self.host.reload.clear()
            await self._reload()

    async def _reload(self) -> None:
        self.notify.reloading(round(self.host.clock.monotonic() * 1_000_000))
        try:
            crew, server = await self._prepared()
        except NotifierError as error:
            # A bad configuration never replaces a good one.
            reasons = str(error).splitlines()
            self.health.reload_refused(reasons[0])
            log.warning("reload refused; the old configuration goes on", reasons=reasons)
            self.notify.status(self.health.status_line())
        else:
            # Not within the `try`: from here on there is no old one to go on with.
            await self._swap(crew, server)
            self.health.reload_ok()
            log.info("reloaded", rules=len(crew.config.rules))
        self.notify.ready()

    async def _prepared(self) -> "tuple[Crew, WebServer | None]":
        """Everything that can fail: what the configuration in the file asks for, ready to take over."""
        config = self.load()
        if store_path(config) != self.database.path:
            msg = "store.url has changed; that needs a restart"
            raise NotifierError(msg)
        old = self.crew
        self.pages.count(config)
        crew = build(
            config,
            self.database,
            self.host.clock,
            self.health,
            self.host.slack_api,
            old.process,
            old.lifecycle.tell,
        )
        try:
            return crew, await self.pages.prepared(old.config, config)
        except NotifierError:
            await crew.stop()
            raise

    async def _swap(self, crew: Crew, server: "WebServer | None") -> None:
        old, self.crew = self.crew, crew
        self.host.log_as(crew.config)
        await old.stop(hurry=self.host.stop)
        await self.pages.swap(server)
        await self._begin()

    async def _begin(self) -> None:
        """Let the crew begin; a store that can't be used is waited for, but not when we are told to stop."""
        self.crew.announce()
        while not self.host.stop.is_set():
            try:
                await self.crew.adopt()
            except StoreUnavailable as error:
                if self.health.store_failed(str(error)):
                    log.warning("the store can't be used; trying again", reason=str(error))
                for name in self.crew.loops:
                    self.health.pass_finished(name)  # whoever waits is not stuck
                await self.host.clock.wait(self.host.stop, STORE_RETRY)
            else:
                self.health.store_ok()
                self.crew.start()
                return

    async def _pulse(self) -> None:
        interval = watchdog_interval(self.host.environ)
        while True:
            # From the loops' progress: a process that is alive and does nothing gets restarted.
            if self.health.progressing(STALLED):
                self.notify.watchdog()
            self.notify.status(self.health.status_line())
            await self.host.clock.sleep(min(PULSE, interval or PULSE))
