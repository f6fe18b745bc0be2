"""The web pages of the process: as the configuration in force wants them, and what is counted for them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from notifier.clock import Clock
from notifier.config import Config
from notifier.errors import NotifierError
from notifier.host.health import Health
from notifier.store.database import Database
from notifier.store.figures import figures
from notifier.store.sources import all_sources
from notifier.web.listen import parse_listen

if TYPE_CHECKING:
    # Megabytes of libraries, and not always needed.
    from notifier.web.counters import Counters
    from notifier.web.server import WebServer

log = structlog.get_logger("notifier")

STALLED = 90.0
"""Seconds after which a loop without progress is stuck. No page of TeleCMI may take that long."""


@dataclass
class Pages:
    """The server of the pages, where there is one. A reload replaces it only where it has to."""

    database: Database
    clock: Clock
    health: Health
    server: "WebServer | None" = None
    _counters: "Counters | None" = field(default=None, init=False)

    def count(self, config: Config) -> None:
        """Let what the loops tell be counted where somebody may ask for it, and from then on.

        Args:
            config: that is used next; each of its loops keeps whom it tells, so none of them is built yet.
        """
        if config.web is not None:
            self._counted()

    async def open(self, config: Config) -> None:
        """Show them for the first time, where the configuration wants any.

        Raises:
            NotifierError: they can't be served so.
        """
        self.server = await self._opened(config)

    async def prepared(self, old: Config, config: Config) -> "WebServer | None":
        """The server that a configuration wants, beside the old one or, where it must be, after it.

        Args:
            old: the configuration in force.
            config: the one that is to replace it.

        Raises:
            NotifierError: they can't be served so; the old ones go on.
        """
        if config.web == old.web and (self.server is not None or config.web is None):
            return self.server
        try:
            return await self._opened(config)
        except NotifierError:
            if self.server is None or _port(config) != _port(old):
                raise
        # The old ones stand in the way: another address, the same port.
        await self.server.stop()
        try:
            return await self._opened(config)
        except NotifierError:
            self.server = None
            self.server = await self._opened(old)
            raise

    async def swap(self, server: "WebServer | None") -> None:
        """Go on with a server that was prepared; the old one ends, where it is another."""
        old, self.server = self.server, server
        if old is not None and old is not server:
            await old.stop()

    async def close(self) -> None:
        """Show no more pages."""
        await self.swap(None)

    async def _opened(self, config: Config) -> "WebServer | None":
        if config.web is None:
            return None
        from notifier.web.scrape import Scrape  # noqa: PLC0415 - only where pages are wanted
        from notifier.web.server import WebServer  # noqa: PLC0415 - likewise

        database = self.database
        scrape = Scrape(
            self._counted(),
            self.health,
            self.clock,
            lambda: database.read(lambda connection: figures(connection, database.path)),
        )
        server = WebServer(config.web.listen, self.health, self._probe, scrape, stall_limit=STALLED)
        host, port = await server.start()
        log.info("health is shown", url=f"http://{f'[{host}]' if ':' in host else host}:{port}/readyz")
        return server

    def _counted(self) -> "Counters":
        if self._counters is None:
            from notifier.web.counters import Counters  # noqa: PLC0415 - only where pages are wanted

            self.health.metrics = self._counters = Counters(self.clock)
        return self._counters

    async def _probe(self) -> None:
        await self.database.read(all_sources)


def _port(config: Config) -> int | None:
    return None if config.web is None else parse_listen(config.web.listen)[1]
