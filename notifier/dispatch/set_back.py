"""A clock that was ahead, and was set right: what waits by it would wait for as long again."""

from dataclasses import dataclass, field
from typing import TypeAlias

from notifier.clock import Clock
from notifier.config.schema import Delivery
from notifier.config.values import HOUR
from notifier.model import Target
from notifier.store import outbox_claims, told
from notifier.store.database import Connection, Database

Waits: TypeAlias = list[tuple[Target, int]]
"""Targets, and when the first of what waits for each is due, UTC ms."""

NOTICED = 1_000
"""ms; less is no matter, and clocks are adjusted by little all the time."""


@dataclass
class SetBack:
    """Notices that the clock was set back, and lets nothing wait for what will not come.

    While we were away nobody saw that. But nothing waits for longer than the longest wait between two tries,
    so what seems to was written by a clock that was ahead.
    """

    database: Database
    clock: Clock
    delivery: Delivery
    _offset: float = field(init=False)  # ms between the two clocks

    def __post_init__(self) -> None:
        self._offset = self._measured()

    def latest(self) -> int:
        """Until when anything may wait by rights, UTC ms; now, where the clock was set back since."""
        now, offset = self.clock.now(), self._measured()
        if offset < self._offset - NOTICED:
            return now
        self._offset = offset
        return now + max(HOUR, self.delivery.retry.max, self.delivery.update_every)

    async def waiting(self, latest: int) -> tuple[Waits, Waits]:
        """Which targets are to be told something, and whose messages are to be edited; nothing waits longer.

        Args:
            latest: UTC ms.

        Raises:
            StoreUnavailable: the store could not be used.
        """
        waits = await self.database.read(_waits)
        if latest <= self.clock.now() or any(at > latest for some in waits for _, at in some):
            await self._hasten(latest)
            waits = await self.database.read(_waits)
        return waits

    async def _hasten(self, latest: int) -> None:
        now, offset = self.clock.now(), self._measured()

        def write(connection: Connection) -> None:
            outbox_claims.hasten(connection, latest, now)
            told.hasten(connection, latest, now)

        await self.database.write(write)
        self._offset = offset

    def _measured(self) -> float:
        return self.clock.now() - self.clock.monotonic() * 1000


def _waits(connection: Connection) -> tuple[Waits, Waits]:
    return outbox_claims.waiting_targets(connection), told.stale_targets(connection)
