"""Everything that belongs to one configuration: the loops, and what they work with."""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from notifier.channels.registry import Channels, channels
from notifier.channels.slack import SlackApi
from notifier.clock import Clock
from notifier.config import Config
from notifier.dispatch import Dispatch
from notifier.dispatch.deliver import Deliver
from notifier.host.health import Health
from notifier.host.masking import protect
from notifier.intake import Intake, Rulebook
from notifier.lifecycle import Lifecycle
from notifier.loop import Wakes, go_round
from notifier.model import Endpoint
from notifier.recount import Counts
from notifier.rules import Directory, compile_rules
from notifier.store.database import Database
from notifier.telecmi import Client, Http, http_client
from notifier.tell import Tell

IDLE = 30.0
"""Seconds after which lifecycle and dispatch look at the store even if nothing woke them."""

LONGEST_PAGE = 60.0
"""Seconds after which a page of TeleCMI is left for the next poll, however far away that is."""

LAST_SENDS = 2.0
"""Seconds that requests under way may still take when we stop. A locked store may take as long again."""

RELOAD_SENDS = 30.0
"""Seconds that they may take when a new configuration takes over: as long as any request may."""


@dataclass
class Crew:
    """The three loops for one configuration."""

    config: Config
    clock: Clock
    health: Health
    wakes: Wakes
    http: Http
    channels: Channels
    intakes: list[Intake]
    lifecycle: Lifecycle
    dispatch: Dispatch
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def loops(self) -> list[str]:
        """Their names."""
        return ["lifecycle", "dispatch", *(intake.name for intake in self.intakes)]

    def announce(self) -> None:
        """From now on the health is ours: it knows our loops and sources, and no others."""
        self.health.expect_loops(self.loops)
        self.health.expect_sources({intake.name: intake.poll.every for intake in self.intakes})

    async def adopt(self) -> None:
        """Take over what an earlier run or configuration left.

        Raises:
            StoreUnavailable: the store can't be used now; may be tried again.
        """
        await self.lifecycle.adopt()
        await self.dispatch.adopt()

    def start(self) -> None:
        """Let the loops go round. Accounts are spread over the time between two polls."""
        for number, intake in enumerate(self.intakes):
            first = intake.poll.every / 1000 * number / len(self.intakes)
            self._go(intake.name, intake.step, first)
        self._go("lifecycle", self._until_due(self.lifecycle.step))
        self._go("dispatch", self._until_due(self.dispatch.step))

    async def stop(self, hurry: asyncio.Event | None = None) -> None:
        """End the loops with nothing half done: transactions are whole, and sends get a moment to end.

        Args:
            hurry: a longer moment, until this is set: for a reload, after which nobody waits for us to end.
        """
        self.wakes.stop()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if hurry is not None:
            await self.dispatch.settle(RELOAD_SENDS, hurry)
        await self.dispatch.aclose(LAST_SENDS)
        await self.channels.aclose()
        await self.http.aclose()

    def _go(self, name: str, step: Callable[[], Awaitable[float]], first: float = 0.0) -> None:
        turning = go_round(name, step, wakes=self.wakes, clock=self.clock, health=self.health, first=first)
        self.tasks.append(asyncio.create_task(turning, name=name))

    def _until_due(self, step: Callable[[], Awaitable[int | None]]) -> Callable[[], Awaitable[float]]:
        async def seconds() -> float:
            due = await step()
            return IDLE if due is None else min(IDLE, max(0.0, (due - self.clock.now()) / 1000))

        return seconds


def build(
    config: Config,
    database: Database,
    clock: Clock,
    health: Health,
    slack_api: SlackApi | None = None,
) -> Crew:
    """Build everything for a configuration; nothing runs and nothing is connected yet.

    Args:
        config: that was checked.
        database: open.
        clock: of the process.
        health: what the loops report to.
        slack_api: takes the place of Slack's real Web API.

    Raises:
        ConfigError: a receiver can't be built.
    """
    protect(secrets_of(config))
    wakes = Wakes()
    rules = {rule.name: rule for rule in config.rules}
    compiled = compile_rules(config.rules, config.agents, dry_run=config.dry_run)
    directory = Directory(config.receivers, config.agents, config.ops.notify)
    tell = Tell(rules, directory, dry_run=config.dry_run)
    poll = config.telecmi.poll
    http = http_client(poll.timeout / 1000)
    accounts = config.telecmi.accounts
    names = [account.name for account in accounts]
    counts = Counts(compiled)
    book = Rulebook(compiled, counts, tell, names)
    intakes = [
        Intake(
            account=account,
            endpoint=Endpoint.OUT_MISSED,
            poll=poll,
            client=Client(
                account,
                poll,
                http,
                clock,
                country=config.country,
                deadline_s=min(poll.every / 1000, LONGEST_PAGE),
            ),
            database=database,
            clock=clock,
            book=book,
            health=health,
            wakes=wakes,
        )
        for account in accounts
    ]
    deliver = Deliver(
        database=database,
        clock=clock,
        delivery=config.delivery,
        agents=config.agents,
        zone=config.timezone,
        country=config.country,
        tell=tell,
        jitter=random.random,
        stop=asyncio.Event(),
    )
    connected = channels(config, clock, slack_api)
    dispatch = Dispatch(
        database=database,
        clock=clock,
        channels=connected,
        directory=directory,
        deliver=deliver,
        health=health,
        wakes=wakes,
        boot=uuid.uuid4().hex,
        stop=asyncio.Event(),
    )
    lifecycle = Lifecycle(
        database, clock, rules, tell, config.store.keep, wakes, names, poll.overlap + counts.reach
    )
    return Crew(config, clock, health, wakes, http, connected, intakes, lifecycle, dispatch)


def secrets_of(config: Config) -> Iterable[str]:
    """Everything in a configuration that no log may show."""
    for account in config.telecmi.accounts:
        yield account.secret.get()
    if config.slack is not None:
        yield config.slack.bot_token.get()
    if config.email is not None and config.email.password is not None:
        yield config.email.password.get()
    for receiver in config.receivers.values():
        if receiver.slack is not None and receiver.slack.webhook_url is not None:
            yield receiver.slack.webhook_url.get()
