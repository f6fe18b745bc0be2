"""How each loop goes round: work, then wait for whichever comes first: news, the next due time, the end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from notifier.clock import Clock
from notifier.errors import StoreUnavailable
from notifier.host.health import Health

log = structlog.get_logger("notifier.loop")

SHORT = 10.0
"""Seconds between two signs of life of a loop that waits."""

STORE_RETRY = 5.0
"""Seconds until a store that could not be used is tried again."""


@dataclass
class Wakes:
    """Wakes loops: all of them at the end, each of them when there is work for it."""

    stopping: bool = False
    events: dict[str, asyncio.Event] = field(default_factory=dict)

    def event(self, name: str) -> asyncio.Event:
        """What the loop of this name waits for."""
        return self.events.setdefault(name, asyncio.Event())

    def wake(self, *names: str) -> None:
        """There is work for these loops."""
        for name in names:
            self.event(name).set()

    def stop(self) -> None:
        """Let every loop end after the pass it is in."""
        self.stopping = True
        self.wake(*self.events)


async def go_round(
    name: str,
    step: Callable[[], Awaitable[float]],
    *,
    wakes: Wakes,
    clock: Clock,
    health: Health,
    first: float = 0.0,
) -> None:
    """Go round until told to stop. A store that can't be used is said once, and tried again.

    Args:
        name: of the loop, for its health.
        step: one pass; returns how many seconds to wait at the most until the next.
        wakes: what wakes it early.
        clock: to wait by.
        health: told of every pass that finished.
        first: seconds to wait before the first pass.
    """
    event = wakes.event(name)
    seconds = first
    while not wakes.stopping:
        await _rest(event, seconds, name, clock, health)
        if wakes.stopping:
            return
        event.clear()
        try:
            seconds = await step()
            if health.store_ok(name):
                log.info("the store works again")
        except StoreUnavailable as error:
            seconds = STORE_RETRY
            if health.store_failed(str(error), name):
                log.warning("the store can't be used; trying again", reason=str(error))
        health.pass_finished(name)


async def _rest(event: asyncio.Event, seconds: float, name: str, clock: Clock, health: Health) -> None:
    # In short pieces: a loop that waits for minutes is not a loop that hangs.
    while seconds > 0 and not await clock.wait(event, min(seconds, SHORT)):
        seconds -= SHORT
        health.pass_finished(name)
