"""A clock that was ahead, and was set right: what waits by it would wait for as long again."""

from dataclasses import dataclass, field
from typing import TypeAlias

from notifier.clock import Clock, Offset
from notifier.config.schema import Delivery
from notifier.config.values import HOUR
from notifier.model import Target
from notifier.store import outbox_claims, outbox_held, threads, told
from notifier.store.database import Connection, Database

Waits: TypeAlias = list[tuple[Target, int]]
"""Targets, and when the first of what waits for each is due, UTC ms."""


@dataclass
class SetBack:
    """Notices that the clock was set back, and lets nothing wait for what will not come.

    While we were away nobody saw that. But nothing waits for longer than the longest wait between two tries,
    so what seems to was written by a clock that was ahead.
    """

    database: Database
    clock: Clock
    delivery: Delivery
    _offset: Offset = field(init=False)

    def __post_init__(self) -> None:
        self._offset = Offset(self.clock)

    def latest(self) -> int:
        """Until when anything may wait by rights, UTC ms; now, where the clock was set back since."""
        now = self.clock.now()
        if self._offset.was_set_back():
            return now
        self._offset.accept()
        return now + max(HOUR, self.delivery.retry.max, self.delivery.update_every)

    async def waiting(self, latest: int) -> tuple[Waits, Waits]:
        """Which targets are to be told something, and whose messages are to be edited, or said more below.

        Nothing waits longer.

        Args:
            latest: UTC ms.

        Raises:
            StoreUnavailable: the store could not be used.
        """
        waits, is_too_late = await self.database.read(lambda connection: _waits(connection, latest))
        if latest <= self.clock.now() or is_too_late:
            await self._hasten(latest)
            waits, _ = await self.database.read(lambda connection: _waits(connection, latest))
        return waits

    async def _hasten(self, latest: int) -> None:
        now = self.clock.now()

        def write(connection: Connection) -> None:
            outbox_claims.hasten(connection, latest, now)
            told.hasten(connection, latest, now)
            threads.hasten(connection, latest, now)
            # Until when it is held is looked at anew, by the clock as it is now.
            outbox_held.hasten_held(connection, now)

        await self.database.write(write)
        self._offset.accept()


def _waits(connection: Connection, latest: int) -> tuple[tuple[Waits, Waits], bool]:
    """What waits; and does any of it wait longer than until then, which nobody holds?"""
    is_too_late = any(table.waits_beyond(connection, latest) for table in (told, outbox_claims, threads))
    changed = [*told.stale_targets(connection), *threads.due_targets(connection)]
    return (outbox_claims.waiting_targets(connection), changed), is_too_late
