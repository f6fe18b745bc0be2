"""The month from its first to its last minute: what happens around notifier, and when."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.month.clock import VirtualClock, VirtualLoop
from bench.month.office import customers
from bench.month.people import People
from bench.month.remotes import Journal
from bench.month.setting import reloaded
from bench.month.size import DAY, HOUR, MINUTE, Size
from bench.month.telecmi import Telecmi
from bench.month.traffic import Fact
from bench.month.world import Poll, World, hurry
from notifier.config import Config
from notifier.store.database import Database

OUTAGE = 2 * HOUR
DOWNTIME = 4 * MINUTE


@dataclass(frozen=True)
class Lived:
    """What is left of it; the store is on disk. Times are UTC ms."""

    size: Size
    facts: Sequence[Fact]
    store: Path
    journal: Journal
    polls: Sequence[Poll]
    configs: Sequence[Config]  # one after another
    reloaded_at: int
    outage: tuple[int, int]  # from and to
    acts: Counter[str]  # of people
    requests: int  # to TeleCMI
    starts: int  # of the process


def live(size: Size, facts: Sequence[Fact], store: Path) -> Lived:
    """Live through it, as fast as this machine can.

    Args:
        size: of the simulation.
        facts: all calls that there will be, as ``traffic`` draws them.
        store: where the store's file is to be.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_Script(size, facts, store).live())


class _Script:
    def __init__(self, size: Size, facts: Sequence[Fact], store: Path) -> None:
        self.size, self.facts, self.store = size, facts, store
        self.clock = VirtualClock(size.begin)
        down = self.at(0.5, 11)
        self.telecmi = Telecmi(facts, self.clock.now, (down, down + OUTAGE))
        self.world = World(size, store, self.telecmi, self.clock)

    def at(self, share: float, hour: float) -> int:
        """The instant at an hour of the day after this share of all days, UTC ms."""
        return self.size.begin + int(self.size.days * share) * DAY + round(hour * HOUR)

    async def live(self) -> Lived:
        world = self.world
        await world.start()
        first = world.crew.config
        theirs = Database.open_existing(self.store)
        hurry(theirs)
        people = People(theirs, self.clock, lambda: world.crew.config, world.wake)
        world.journal.listeners.append(people.listen)
        await self._happenings(people)
        await self.world.until(self.size.end)
        await people.go_home()
        await world.stop()
        down = self.at(0.5, 11)
        return Lived(
            size=self.size,
            facts=self.facts,
            store=self.store,
            journal=world.journal,
            polls=world.polls,
            configs=(first, world.crew.config),
            reloaded_at=self.at(0.6, 15),
            outage=(down, down + OUTAGE),
            acts=people.done,
            requests=self.telecmi.requests,
            starts=world.starts,
        )

    async def _happenings(self, people: People) -> None:
        """One after another; TeleCMI's outage comes by itself."""
        until = self.world.until
        await until(self.at(0.14, 10.5))
        await people.silence(3 * HOUR, rule="too-many-misses")
        await until(self.at(0.2, 11))
        await people.silence(HOUR // 2, team="support")
        await until(self.at(0.4, 12))
        await self._killed()
        await until(self.at(0.6, 15))
        await self.world.reload(reloaded(self.world.sections))
        await until(self.at(0.7, 16))
        whole_day = await people.silence(DAY, account="west", rule="third-try")
        await people.silence(2 * DAY, customer=customers(1)[0])
        await until(self.at(0.7, 18))
        await people.end_silence(whole_day)

    async def _killed(self) -> None:
        """Slack has a message, and the process that sent it learns nothing of it any more."""
        slack = self.world.slack
        slack.swallows_answer = True
        await slack.swallowed.wait()
        await self.world.die()
        await self.clock.sleep(DOWNTIME / 1000)
        await self.world.start()
