"""The loops of one configuration: they take over, go round, and end together."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from notifier.app.first_reads import FirstReads
from notifier.app.onlooker import NAME as ONLOOKER
from notifier.app.onlooker import Onlooker
from notifier.channels.registry import Channels
from notifier.clock import Clock
from notifier.config import Config, about_start
from notifier.digests import NAME as DIGESTS
from notifier.digests import Digests
from notifier.dispatch import Dispatch
from notifier.host import heartbeat
from notifier.host.disk import StoreFile
from notifier.host.health import Health
from notifier.host.heartbeat import Heartbeat
from notifier.host.troubles import ABOUT_BUTTONS, CONFIGURATION
from notifier.intake import Intake
from notifier.lifecycle import Lifecycle
from notifier.loop import Wakes, go_round
from notifier.notices import NAME as NOTICES
from notifier.notices import Notices
from notifier.telecmi import Http

if TYPE_CHECKING:
    from notifier.buttons import Buttons  # megabytes of libraries, and not always needed

log = structlog.get_logger(__name__)

TELLING = ("lifecycle", "dispatch")
"""The loops by which somebody is told of an alert."""

IDLE = 30.0
"""Seconds after which lifecycle and dispatch look at the store even if nothing woke them."""

LAST_SENDS = 2.0
"""Seconds that requests under way may still take when we stop. A locked store may take as long again."""

FIRST_BEAT = 1.0
"""Seconds until the first heartbeat: the other loops must have finished a pass by then."""

FIRST_HEARD = 3.0
"""Seconds that nobody is told of anything until Slack has taken or refused the token for buttons."""

APART = 1.0
"""Seconds between the first polls of an account's lists, at the most."""

RELOAD_SENDS = 30.0
"""Seconds that they may take when a new configuration takes over: as long as any request may."""


@dataclass(frozen=True)
class Process:
    """What a reload does not change."""

    boot_at: int  # UTC ms, when it began
    file: StoreFile  # of the store that it opened


@dataclass
class Crew:
    """The loops for one configuration."""

    config: Config
    clock: Clock
    health: Health
    wakes: Wakes
    http: Http
    channels: Channels
    intakes: list[Intake]
    lifecycle: Lifecycle
    dispatch: Dispatch
    notices: Notices
    digests: Digests
    buttons: "Buttons | None"
    heartbeat: Heartbeat | None
    process: Process
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def loops(self) -> list[str]:
        """Their names."""
        beats = [heartbeat.NAME] if self.heartbeat else []
        presses = [self.buttons.name] if self.buttons else []
        ours = ["lifecycle", "dispatch", NOTICES, DIGESTS, ONLOOKER, *presses, *beats]
        return [*ours, *(intake.name for intake in self.intakes)]

    def announce(self) -> None:
        """From now on the health is ours: it knows our loops and sources, and no others."""
        self.health.expect_loops(self.loops)
        answered = [intake.name for intake in self.intakes if intake.endpoint.is_answered]
        self.health.expect_sources({intake.name: intake.poll.every for intake in self.intakes}, answered)
        kinds = {name: receiver.channel for name, receiver in self.config.receivers.items()}
        self.health.metrics.expect([intake.name for intake in self.intakes], kinds)
        for words in about_start(self.config, self.clock.now()):
            log.warning("nothing may be told for now", reason=words)

    async def adopt(self) -> None:
        """Take over what an earlier run or configuration left.

        Raises:
            StoreUnavailable: the store can't be used now; may be tried again.
        """
        await self.lifecycle.adopt()
        await self.dispatch.adopt()
        await self.notices.adopt()
        await self.digests.adopt()
        # It is the one in the file.
        self.health.troubles.clear(*CONFIGURATION)
        if self.buttons is None:
            for trouble in ABOUT_BUTTONS:
                self.health.troubles.clear(*trouble)

    def start(self) -> None:
        """Let the loops go round. Accounts are spread over the time between two polls."""
        # Who takes over from another configuration knows what that has read.
        is_first = self.lifecycle.before is None
        answered = [one.name for one in self.intakes if is_first and one.endpoint.is_answered]
        reads = FirstReads(self.clock, self.wakes, TELLING, answered)
        # With a token that is refused no message has a button.
        presses = [self.buttons.name] if self.buttons else []
        heard = FirstReads(self.clock, self.wakes, TELLING, presses, FIRST_HEARD)
        for intake, first in first_polls(self.intakes):
            self._go(intake.name, reads.of(intake.name, intake.step), first)
        for name, step in zip(TELLING, (self.lifecycle.step, self.dispatch.step), strict=True):
            self._go(name, reads.then(heard.then(self._until_due(step))))
        self._go(NOTICES, self._until_due(self.notices.step))
        self._go(DIGESTS, self._until_due(self.digests.step))
        self._go(ONLOOKER, Onlooker(self.lifecycle.database, self.wakes).step)
        if self.buttons is not None:
            self.buttons.begin()
            self._go(self.buttons.name, heard.of(self.buttons.name, self.buttons.step))
        if self.heartbeat is not None:
            self._go(heartbeat.NAME, self.heartbeat.step, FIRST_BEAT)

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
            await asyncio.gather(*(each.settle(RELOAD_SENDS, hurry) for each in self._senders))
        await asyncio.gather(*(each.aclose(LAST_SENDS) for each in self._senders))
        if self.heartbeat is not None:
            await self.heartbeat.aclose()
        await self.channels.aclose()
        await self.http.aclose()

    @property
    def _senders(self) -> "tuple[Dispatch | Notices | Digests | Buttons, ...]":
        presses = (self.buttons,) if self.buttons else ()
        return self.dispatch, self.notices, self.digests, *presses

    def _go(self, name: str, step: Callable[[], Awaitable[float]], first: float = 0.0) -> None:
        turning = go_round(name, step, wakes=self.wakes, clock=self.clock, health=self.health, first=first)
        self.tasks.append(asyncio.create_task(turning, name=name))

    def _until_due(self, step: Callable[[], Awaitable[int | None]]) -> Callable[[], Awaitable[float]]:
        async def seconds() -> float:
            due = await step()
            return IDLE if due is None else min(IDLE, max(0.0, (due - self.clock.now()) / 1000))

        return seconds


def first_polls(intakes: Sequence[Intake]) -> Iterator[tuple[Intake, float]]:
    """When each source is read for the first time, in seconds: never all at once.

    An account's missed calls come after its answered ones: what was answered while we were away is known
    before anybody is told of a call that was missed.
    """
    accounts = {intake.account.name: None for intake in intakes}
    for number, account in enumerate(accounts):
        # Python sorts False before True, and leaves the rest in order.
        own = sorted(
            (each for each in intakes if each.account.name == account),
            key=lambda each: not each.endpoint.is_answered,
        )
        every = own[0].poll.every / 1000
        for place, intake in enumerate(own):
            yield intake, every * number / len(accounts) + place * min(APART, every / len(intakes))
