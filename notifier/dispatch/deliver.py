"""One notification: render what is true now, send it, record the result."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.config.receivers import Agent
from notifier.config.schema import Delivery
from notifier.dispatch.edits import Edits
from notifier.dispatch.patience import PatientStore
from notifier.dispatch.present import Present
from notifier.dispatch.verdict import Next, Verdict, verdict
from notifier.errors import DeliveryError, DeliveryTransient
from notifier.model import Alert, AlertState, EndReason, Notification
from notifier.rules import ends_when_told
from notifier.store import alerts, outbox, outbox_views, told
from notifier.store.database import Connection, Database
from notifier.store.outbox import OutboxRow, RowState
from notifier.tell import Tell

log = structlog.get_logger("notifier.dispatch")

SEND_LIMIT = 30.0
"""Seconds for one request with all it needs; no channel may hold its queue up for longer."""

UPDATE_EVERY_NEW_MESSAGE = 300_000
"""ms between two messages about calls that joined, where a message can't be edited."""


@dataclass
class Deliver:
    """Sends and records for the configuration it was made from."""

    database: Database
    clock: Clock
    delivery: Delivery
    agents: Mapping[str, Agent]
    zone: ZoneInfo
    country: str
    tell: Tell
    jitter: Callable[[], float]  # from 0 to 1
    stop: asyncio.Event  # give up on a store that can't be used: the process ends
    limit: float = SEND_LIMIT
    edits: Edits = field(init=False)

    def __post_init__(self) -> None:
        self._store = PatientStore(self.database, self.clock, self.stop, self.delivery.retry.first)
        self._present = Present(self.clock, self.agents, self.zone, self.country)
        self.edits = Edits(
            store=self._store,
            clock=self.clock,
            delivery=self.delivery,
            present=self._present,
            tell=self.tell,
            jitter=self.jitter,
            limit=self.limit,
        )

    async def send(self, row: OutboxRow, channel: Channel, address: str) -> Verdict | None:
        """Send what was claimed.

        Returns:
            None where the row is done with; else what the failure means.
        """
        notification = await self._store.read(self._present.view(row.alert_id, row.kind, row.delivery_id))
        assert notification is not None, "an alert outlives its outbox rows"
        if self._is_void(notification.alert):
            await self._drop(row, notification.alert)
            return None
        started = self.clock.now()
        try:
            async with asyncio.timeout(self.limit):
                arrived = await self._arrived(row, channel, address)
                receipt = arrived or await channel.send(address, notification, plain=row.plain)
        except TimeoutError:
            return await self._failed(row, started, DeliveryTransient("no answer in time", uncertain=True))
        except Exception as error:  # noqa: BLE001 - whatever a channel does, the others go on
            return await self._failed(row, started, error)
        await self._sent(row, channel, notification, receipt, is_known=arrived is None)
        return None

    async def redirect(self, row: OutboxRow, reason: str) -> None:
        """A claimed row's target has no address: tell others."""
        await self._store.write(
            lambda connection: self._redirected(connection, row, RowState.REDIRECTED, reason)
        )

    def _is_void(self, alert: Alert) -> bool:
        return alert.ended_as is EndReason.RULE_REMOVED or self.tell.is_dry(alert)

    async def _drop(self, row: OutboxRow, alert: Alert) -> None:
        now = self.clock.now()
        await self._store.write(lambda connection: self._dropped(connection, row, alert, now))

    def _dropped(self, connection: Connection, row: OutboxRow, alert: Alert, now: int) -> None:
        state, reason = RowState.DRY_RUN, "dry_run"
        if alert.ended_as is EndReason.RULE_REMOVED:
            state, reason = RowState.DROPPED, "its rule was removed from the configuration"
        outbox.finish(connection, row.id, state, reason, now)
        _end_if_told(connection, row.alert_id, now)
        log.info("not sent", alert=f"A{alert.id}", target=str(row.target), state=state, reason=reason)

    async def _arrived(self, row: OutboxRow, channel: Channel, address: str) -> str | None:
        if row.uncertain_since is None:
            return None
        receipt = await channel.confirm(address, row.delivery_id, row.uncertain_since)
        if receipt is not None:
            log.info("had arrived already", alert=f"A{row.alert_id}", target=str(row.target))
        return receipt

    async def _sent(
        self,
        row: OutboxRow,
        channel: Channel,
        notification: Notification,
        receipt: str,
        *,
        is_known: bool,
    ) -> None:
        """Record it; `is_known`: what stands there is what we have just rendered."""
        now = self.clock.now()
        alert = notification.alert
        every = self.delivery.update_every
        if not channel.can_edit:
            every = max(every, UPDATE_EVERY_NEW_MESSAGE)

        def record(connection: Connection) -> None:
            outbox.finish(connection, row.id, RowState.SENT, row.reason, now)
            told.record(
                connection,
                alert.id,
                row.target,
                receipt=receipt,
                # What an earlier attempt showed is not known: it is brought up to date.
                version=alert.version if is_known else 0,
                call_count=alert.call_count if is_known else 0,
                now=now,
                edit_at=now + every if is_known else now,
            )
            _end_if_told(connection, row.alert_id, now)

        await self._store.write(record)
        log.info(
            "told", alert=f"A{alert.id}", rule=alert.rule, kind=row.kind, target=str(row.target), via=row.via
        )

    async def _failed(self, row: OutboxRow, started: int, error: Exception) -> Verdict:
        now = self.clock.now()
        judged = verdict(row, error, now, self.delivery, self.jitter())
        where = {"alert": f"A{row.alert_id}", "target": str(row.target), "reason": judged.reason}
        unknown = None if isinstance(error, DeliveryError) else error
        if judged.next is Next.RETRY:
            log.warning("not sent; will try again", seconds=judged.delay / 1000, exc_info=unknown, **where)
            uncertain_since = row.uncertain_since or (started if judged.uncertain else None)
            await self._store.write(
                lambda connection: outbox.retry(
                    connection,
                    row.id,
                    now + judged.delay,
                    judged.reason,
                    uncertain_since=uncertain_since,
                    plain=judged.plain,
                )
            )
            return judged
        log.error("not sent; telling others instead", exc_info=unknown, **where)
        state = RowState.REDIRECTED if judged.next is Next.REDIRECT else RowState.DEAD
        await self._store.write(lambda connection: self._redirected(connection, row, state, judged.reason))
        return judged

    def _redirected(self, connection: Connection, row: OutboxRow, state: RowState, reason: str) -> None:
        now = self.clock.now()
        alert = alerts.alert(connection, row.alert_id)
        assert alert is not None, "an alert outlives its outbox rows"
        if self._is_void(alert):
            self._dropped(connection, row, alert, now)
            return
        if not self.tell.redirect(connection, alert, row, reason, now):
            # A dead letter: ops see it in the outbox, in /readyz and in the status line.
            state = RowState.DEAD
            log.error("nobody else can be told", alert=f"A{alert.id}", reason=reason)
        outbox.finish(connection, row.id, state, reason, now)
        _end_if_told(connection, row.alert_id, now)


def _end_if_told(connection: Connection, alert_id: int, now: int) -> None:
    alert = alerts.alert(connection, alert_id)
    if alert is None or alert.state is not AlertState.OPEN or not ends_when_told(alert):
        return
    rows = outbox_views.of_alert(connection, alert_id)
    if outbox.unfinished(connection, alert_id) or not any(row.state in _TOLD for row in rows):
        return
    # The version stays: nothing changes for the reader.
    ended = replace(alert, state=AlertState.ENDED, ended_as=EndReason.TOLD, ended_at=now)
    alerts.update_alert(connection, ended, None)


_TOLD = {RowState.SENT, RowState.DRY_RUN}
