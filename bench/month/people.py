"""What people do in the month, by commands beside the daemon: acknowledge, snooze, silence, and so on."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bench.month.clock import VirtualClock
from bench.month.remotes import Arrived
from bench.month.size import HOUR, MINUTE
from notifier import actions
from notifier.actions import Actions
from notifier.config import Config
from notifier.model import Silence
from notifier.rules.act import Action, Order
from notifier.store.database import Database
from notifier.store.schema import outbox

WHO = "Asha"


@dataclass
class People:
    """Some of those who are told do something, some minutes later.

    Args:
        database: the store, opened by them.
        clock: whose time passes.
        config: that is in the file now.
        wake: what the daemon notices of it.
    """

    database: Database
    clock: VirtualClock
    config: Callable[[], Config]
    wake: Callable[[], None]
    done: Counter[str] = field(default_factory=Counter)  # by what was done, or why it was not
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)  # or done

    def listen(self, arrived: Arrived) -> None:
        """Somebody got a message; now and then they act. Who gets twenty at once reads them, and dials."""
        rng = random.Random(arrived.delivery_id)
        dice, after = rng.random(), rng.randrange(2, 20) * MINUTE
        if arrived.names:
            return
        if dice < 0.10:
            self._soon(arrived, Action.ACKNOWLEDGE, after)
        elif dice < 0.13:
            self._soon(arrived, Action.SNOOZE, after, rng.choice([HOUR, 3 * HOUR, 20 * HOUR]))
        elif dice < 0.17:
            self._soon(arrived, Action.RESOLVE, after)
            if dice < 0.14:
                self._soon(arrived, Action.REOPEN, after + HOUR)

    async def silence(self, span: int, **about: str) -> int:
        """They want to hear nothing of some alerts for so many ms; returns the silence's id."""
        now = self.clock.now()
        nothing: dict[str, Any] = dict.fromkeys(("rule", "account", "extension", "team", "customer"))
        new = Silence(
            id=0,
            **{**nothing, **about},
            starts_at=now,
            ends_at=now + span,
            reason="a training",
            author=WHO,
            created_at=now,
        )
        silenced = await actions.silence(self.database, self.config().agents, new, now)
        self.done["silence"] += 1
        self.wake()
        return silenced.silence.id

    async def end_silence(self, silence_id: int) -> None:
        """They do want to."""
        now = self.clock.now()
        assert await actions.end_silence(self.database, self.config().agents, silence_id, WHO, now)
        self.done["silence ended"] += 1
        self.wake()

    async def go_home(self) -> None:
        """Nobody does anything any more."""
        for task in self._under_way:
            task.cancel()
        for outcome in await asyncio.gather(*self._under_way, return_exceptions=True):
            if not isinstance(outcome, asyncio.CancelledError | None):
                raise outcome
        self.database.close()

    def _soon(self, arrived: Arrived, action: Action, after: int, span: int | None = None) -> None:
        self._begin(self._act(arrived.delivery_id, action, after, span))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)

    async def _act(self, delivery_id: str, action: Action, after: int, span: int | None) -> None:
        await self.clock.sleep(after / 1000)
        now = self.clock.now()
        of_message = select(outbox.c.alert_id).where(outbox.c.delivery_id == delivery_id)
        alert_id = await self.database.read(lambda connection: connection.scalar(of_message))
        if alert_id is None:
            return  # it was a digest, or a notice
        doing = Actions(self.database, [rule.name for rule in self.config().rules])
        order = Order(action, WHO, until=None if span is None else now + span)
        acted = await doing.carry_out(alert_id, order, now)
        assert acted is not None, "it was told, so it is there"
        self.done[str(action) if acted.is_done else f"{action}: {acted.verdict}"] += 1
        self.wake()
