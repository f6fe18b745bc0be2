"""A service refuses our credentials for a while: what it was to tell is told by others that work.

Only ops can mend that, and nobody knows when they will. What nobody else can tell waits for them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog

from notifier.clock import Clock
from notifier.config.values import MINUTE
from notifier.dispatch.ending import end_if_told
from notifier.dispatch.outages import Outages
from notifier.host.metrics import Letter, Metrics, Sent
from notifier.model import Kind, Target
from notifier.rules import is_settled
from notifier.store import outbox, outbox_claims
from notifier.store.database import Connection, Database
from notifier.store.outbox import RowState
from notifier.store.outbox_alerts import alerts_of
from notifier.tell import Tell

log = structlog.get_logger("notifier.dispatch")

PATIENCE = 5 * MINUTE
"""ms for which credentials may fail before others are told: some faults pass, and ops may be at it."""

AGAIN = 5 * MINUTE
"""ms until it is asked again who could tell what nobody could. What is new does not wait for that."""

ROWS = 500
"""Notifications that are handed on in one transaction."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who else could tell what waits for a target."""

    at: int  # UTC ms
    up_to: int  # so many rows of the outbox, by id


@dataclass
class Elsewhere:
    """Hands on what waits, for the configuration it was made from."""

    database: Database
    clock: Clock
    tell: Tell
    outages: Outages
    metrics: Metrics
    due_at: int | None = None  # UTC ms, when another look may find something; None: not by time alone
    _asked: dict[Target, "_Asked"] = field(default_factory=dict)

    async def look(self, targets: Iterable[Target]) -> bool:
        """Look after those of these targets that are told through a service that refuses us; are others told?

        Whenever that may be tried again, one message does so, and what becomes of it decides for the others.

        Raises:
            StoreUnavailable: the store can't be used now.
        """
        moved, self.due_at = 0, None
        for target in targets:
            refusal, now = self.outages.refusal(target), self.clock.now()
            if refusal is None:
                self._asked.pop(target, None)
                continue
            at = refusal.since + PATIENCE
            if at > now:
                self.due_at = min(at, self.due_at or at)
            elif self.outages.until(target) > now:
                moved += await self._hand_on(target, refusal.reason)
        return moved > 0

    async def _hand_on(self, target: Target, reason: str) -> int:
        now = self.clock.now()
        asked = self._asked.get(target)
        if asked is None or not 0 <= now - asked.at < AGAIN:
            asked = _Asked(now, 0)
        after = asked.up_to
        if not await self.database.read(lambda c: outbox_claims.unsent(c, target, now, 1, after=after)):
            return 0

        def record(connection: Connection) -> tuple[int, list[int]]:
            rows = outbox_claims.unsent(connection, target, now, ROWS, after=after)
            about = alerts_of(connection, {row.alert_id for row in rows})
            moved = [
                row
                for row in rows
                # News is no business of others; what is over is dropped when its turn comes.
                if row.kind is not Kind.UPDATE
                and not is_settled(about[row.alert_id])
                and not self.tell.is_dry(about[row.alert_id])
                and self.tell.redirect(
                    connection, about[row.alert_id], row, reason, now, works=self.outages.works
                )
            ]
            outbox.finish(connection, [row.id for row in moved], RowState.REDIRECTED, reason, now)
            end_if_told(connection, {row.alert_id for row in moved}, now)
            return len(moved), [row.id for row in rows]

        moved, found = await self.database.write(record)
        self._asked[target] = _Asked(asked.at, max(found, default=after))
        if len(found) == ROWS:
            self.due_at = now  # there may be more
        if moved:
            log.warning("others are told instead", target=str(target), count=moved, reason=reason)
        for _ in range(moved):
            self.metrics.sent(target.receiver, Letter.NOTIFICATION, Sent.REDIRECTED)
        return moved
