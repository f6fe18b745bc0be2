"""All of notifier on a virtual clock: its real stages around a real store, between TeleCMI and two remotes.

What differs from a daemon: a loop is stepped when something wakes it or is due, and else every half hour
instead of every 30 s; ops' look-out looks every ten minutes instead of every minute; TeleCMI is read as often
as the size of the simulation says. A month has 86,400 times 30 s, in most of which there is nothing to do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from bench.month.clock import VirtualClock
from bench.month.office import is_busy
from bench.month.remotes import Journal, Mailbox, Slack
from bench.month.setting import MAILED, settings
from bench.month.size import HOUR, MINUTE, Size
from bench.month.telecmi import Telecmi
from notifier.app.crew import build
from notifier.app.loops import Crew, Process, first_polls
from notifier.config import Config
from notifier.digests import NAME as DIGESTS
from notifier.host.disk import StoreFile
from notifier.host.health import Health
from notifier.intake import Intake
from notifier.notices import NAME as NOTICES
from notifier.store.database import Database
from notifier.telecmi import Client, http_client

IDLE = 30 * MINUTE / 1000
"""Seconds after which a loop looks at the store although nothing woke it."""

LOOK_OUT = 10 * MINUTE / 1000
"""Seconds between two looks for what no loop meets with by itself."""


class Poll(NamedTuple):
    """One read of one list. Times are UTC ms."""

    source: str  # "main/out_missed"
    began: int
    ended: int
    is_good: bool


@dataclass
class World:
    """One configuration at a time, and what the remotes got.

    Args:
        size: of the simulation.
        path: of the store's file.
        telecmi: where calls come from.
        clock: whose time passes.
    """

    size: Size
    path: Path
    telecmi: Telecmi
    clock: VirtualClock
    polls: list[Poll] = field(default_factory=list)
    starts: int = 0  # of the process
    sections: dict[str, Any] = field(init=False)
    journal: Journal = field(init=False)
    slack: Slack = field(init=False)
    crew: Crew = field(init=False)
    database: Database = field(init=False)
    _health: Health = field(init=False)

    def __post_init__(self) -> None:
        self.sections = settings(self.size, self.path)
        self.journal = Journal(self.clock.now)
        self.slack = Slack(self.journal)

    async def start(self) -> None:
        """A process begins: only the store is left of what was before."""
        self.starts += 1
        self.database = Database.open(self.path)
        hurry(self.database)
        self._health = Health(self.clock)
        self.crew = self._built(Process(self.clock.now(), StoreFile(self.path)))
        await self._go()

    async def until(self, instant: int) -> None:
        """Let everything go on up to an instant, UTC ms.

        Raises:
            Exception: a loop died of it.
        """
        waiting = asyncio.create_task(self.clock.until(instant))
        done, _ = await asyncio.wait({waiting, *self.crew.tasks}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        for task in done:
            task.result()

    async def die(self) -> None:
        """The process is gone: nothing is written any more, and whatever was under way stays as it is."""
        crew = self.crew
        for task in crew.tasks:
            task.cancel()
        await asyncio.gather(*crew.tasks, return_exceptions=True)
        # Of what they stop, nothing writes: it waits for a remote that never answers.
        for each in (crew.dispatch, crew.notices, crew.digests):
            await each.aclose(0)
        await crew.http.aclose()
        self.database.close()

    async def reload(self, sections: dict[str, Any]) -> None:
        """Another configuration takes over in the same process."""
        self.sections = sections
        before = self.crew
        crew = self._built(before.process, before)
        await before.stop(hurry=asyncio.Event())
        self.crew = crew
        await self._go()

    async def stop(self) -> None:
        """The end, with nothing half done."""
        await self.crew.stop()
        self.database.close()

    def wake(self) -> None:
        """A command has written to the store, which the daemon notices within two seconds."""
        self.crew.wakes.wake("dispatch", "lifecycle")

    def _built(self, process: Process, before: Crew | None = None) -> Crew:
        config = Config.model_validate(self.sections)
        tell = before.lifecycle.tell if before else None
        crew = build(config, self.database, self.clock, self._health, self.slack, process, tell)
        # The one kind of channel that opens sockets which nobody could be put behind.
        for name in MAILED:
            crew.channels._by_receiver[name] = Mailbox(self.journal)  # noqa: SLF001 - all loops share it
        http = http_client(config.telecmi.poll.timeout / 1000, transport=self.telecmi)
        clients = {
            account.name: Client(
                account, config.telecmi.poll, http, self.clock, country=config.country, deadline_s=60.0
            )
            for account in config.telecmi.accounts
        }
        crew.intakes[:] = [replace(one, client=clients[one.account.name]) for one in crew.intakes]
        return crew

    async def _go(self) -> None:
        crew = self.crew
        crew.announce()
        await crew.adopt()
        for intake, first in first_polls(crew.intakes):
            self._begin(intake.name, self._polling(intake, first))
        self._begin("lifecycle", self._turning("lifecycle", crew.lifecycle.step))
        self._begin("dispatch", self._turning("dispatch", crew.dispatch.step))
        self._begin(DIGESTS, self._turning(DIGESTS, crew.digests.step))
        self._begin(NOTICES, self._turning(NOTICES, self._looked))

    def _begin(self, name: str, work: Any) -> None:
        self.crew.tasks.append(asyncio.create_task(work, name=name))

    async def _polling(self, intake: Intake, first: float) -> None:
        await self.clock.sleep(first)
        while True:
            began = self.clock.now()
            await intake.step()
            self.polls.append(Poll(intake.name, began, self.clock.now(), not intake.is_in_trouble))
            # Long before the office opens they may be rare; what comes then is read from its first minute on.
            is_near = is_busy(began) or is_busy(began + HOUR)
            await self.clock.until(began + (self.size.poll_open if is_near else self.size.poll_closed))

    async def _turning(self, name: str, step: Callable[[], Awaitable[int | None]]) -> None:
        event = self.crew.wakes.event(name)
        while True:
            event.clear()
            due = await step()
            left = IDLE if due is None else min(IDLE, (due - self.clock.now()) / 1000)
            if left > 0:
                await self.clock.wait(event, left)

    async def _looked(self) -> int | None:
        due = await self.crew.notices.step()
        rare = self.clock.now() + round(LOOK_OUT * 1000)
        return due if due is not None and due < self.clock.now() + MINUTE else rare


def hurry(database: Database) -> None:
    """No power is cut in this month: commits don't wait for the disk, which other figures measure."""
    connection = database._writer.raw_connection()  # noqa: SLF001 - no setting of the product allows it
    connection.cursor().execute("PRAGMA synchronous=OFF")
    connection.close()
