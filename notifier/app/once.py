"""`once`: one poll of everything, deliver what is due, and end."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from notifier.app.crew import build
from notifier.app.loops import Crew
from notifier.app.serve import Host
from notifier.clock import Clock
from notifier.config import Config, store_path
from notifier.digests import PACE as DIGESTS_PACE
from notifier.digests import Digests
from notifier.host.health import Health
from notifier.notices import PACE as NOTICES_PACE
from notifier.notices import Notices
from notifier.store import digests
from notifier.store.database import Connection, Database
from notifier.store.lock import store_lock
from notifier.store.outbox_claims import waiting_targets
from notifier.store.outbox_views import Depth, depth, held
from notifier.store.views import totals

DETOURS = 3
"""A target may lead to the rule's fallback, and that to ops; and then somebody must see that all is done.
Before that, an agent who is gone may lead to each of the deputies."""


MESSAGES = 20
"""So many for each target, of digests and of notices, are enough for one round; the next goes on."""


@dataclass(frozen=True, slots=True)
class Round:
    """How it went."""

    calls: int  # that are new
    problems: tuple[str, ...]  # sources that could not be read, and why
    waiting: int  # notifications that could not be sent yet; what is held until its time comes is none
    dead: int  # notifications that were given up in this round
    digests_waiting: int = 0  # reports, likewise
    digests_dead: int = 0

    @property
    def is_good(self) -> bool:
        """Everything was read, and everybody was told."""
        unsent = self.waiting + self.dead + self.digests_waiting + self.digests_dead
        return not (self.problems or unsent)


@dataclass(frozen=True, slots=True)
class _Seen:
    calls: int
    outbox: Depth
    held: int
    digests: Depth


async def once(config: Config, host: Host) -> Round:
    """Poll every source once, and send what is due.

    Args:
        config: to be used.
        host: the process.

    Raises:
        StoreRefused: the store can't be used until a person acts.
        StoreUnavailable: it can't be used now.
    """
    host.log_as(config)
    path = store_path(config)
    async with AsyncExitStack() as stack:
        stack.enter_context(store_lock(path, "once"))
        database = Database.open(path)
        stack.callback(database.close)
        health = Health(host.clock)
        crew = build(config, database, host.clock, health, host.slack_api)
        stack.push_async_callback(crew.stop)

        def seen(connection: Connection) -> _Seen:
            now = host.clock.now()
            return _Seen(
                totals(connection).calls,
                depth(connection, now),
                held(connection, now),
                digests.depth(connection, now),
            )

        crew.announce()
        await crew.adopt()
        before = await database.read(seen)
        for intake in crew.intakes:
            await intake.step()
            while intake.is_comparing and not intake.is_in_trouble:
                await intake.step()  # nobody else will end what was begun
        calls = (await database.read(seen)).calls
        await _let_time_pass(crew)
        await _deliver(crew, database)
        await _go_on(crew.digests, crew.clock, DIGESTS_PACE)
        await _go_on(crew.notices, crew.clock, NOTICES_PACE)
        after = await database.read(seen)
        sources = health.ready().sources
        problems = tuple(f"{name}: {source.problem}" for name, source in sources.items() if source.problem)
        # What is too old was forgotten meanwhile, dead letters too.
        return Round(
            calls - before.calls,
            problems,
            after.outbox.waiting - after.held,
            max(0, after.outbox.dead - before.outbox.dead),
            after.digests.waiting,
            max(0, after.digests.dead - before.digests.dead),
        )


async def _let_time_pass(crew: Crew) -> None:
    while (due := await crew.lifecycle.step()) is not None and due <= crew.clock.now():
        pass


async def _deliver(crew: Crew, database: Database) -> None:
    """Give every target its turn; one that fails gets no second one while the others have theirs."""
    targets = len(await database.read(waiting_targets))
    deputies = len({agent.deputy for agent in crew.config.agents.values() if agent.deputy})
    for _ in range(2 * targets + deputies + DETOURS):
        await crew.dispatch.step()
        if not crew.dispatch.is_working:
            return
        await crew.dispatch.drain()


async def _go_on(loop: Digests | Notices, clock: Clock, pace: int) -> None:
    """Send what is due, one message at a time for each target, at the pace (ms) that their channels take."""
    for _ in range(MESSAGES):
        await loop.step()
        if not loop.is_working:
            return
        await loop.drain()
        await clock.sleep(pace / 1000)
