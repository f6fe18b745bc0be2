"""Calls joined, or somebody did something about the alert: what a target was told is brought up to date."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.config.schema import Delivery
from notifier.dispatch.past import past
from notifier.dispatch.present import Present
from notifier.dispatch.verdict import Outcome, edit_verdict
from notifier.errors import DeliveryError, DeliveryTransient, PayloadBroken
from notifier.host.metrics import Edited, Metrics
from notifier.model import Alert, Notification, Target
from notifier.rules import is_news, standing
from notifier.sending.patience import PatientStore
from notifier.sending.verdict import Blame, Next
from notifier.store import alerts, outbox, outbox_views, threads, told
from notifier.store.database import Connection
from notifier.store.threads import Mark, Thread
from notifier.store.told import Told
from notifier.tell import Tell

log = structlog.get_logger("notifier.dispatch")

ANEW = 100
"""Messages that are made up for by new ones in one transaction."""


@dataclass(frozen=True)
class Edits:
    """Edits messages where the channel can; elsewhere one new message tells of all that is new."""

    store: PatientStore
    clock: Clock
    delivery: Delivery
    present: Present
    tell: Tell
    metrics: Metrics
    jitter: Callable[[], float]
    limit: float  # seconds for one request

    async def bring_up_to_date(self, item: Told, channel: Channel) -> Outcome:
        """Do what one target's message needs."""
        if not self.can_edit(item, channel):
            await self._tell_all_anew(item.target, channel)
            return Outcome()
        notification = await self.store.read(
            lambda connection: self.present.of_alert(connection, item.alert_id, item.target)
        )
        if notification is None or self.tell.is_dry(notification.alert):
            await self.leave(item)
            return Outcome()
        now = self.clock.now()
        try:
            async with asyncio.timeout(self.limit):
                await _edit(channel, item, notification)
        except TimeoutError:
            return await self._failed(item, notification.alert, DeliveryTransient("no answer in time"))
        except Exception as error:  # noqa: BLE001 - an edit that fails must not stop the sending
            return await self._failed(item, notification.alert, error)
        await self._edited(item, notification, channel, now)
        self.metrics.edited(item.target.receiver, Edited.EDITED)
        return Outcome(has_arrived=True)

    @staticmethod
    def can_edit(item: Told, channel: Channel) -> bool:
        """Is there a message of its own, on a channel that edits?"""
        return channel.can_edit and item.receipt != ""

    async def leave(self, item: Told) -> None:
        """The message stays as it is."""
        await self.store.write(lambda connection: told.leave(connection, item))

    async def _edited(self, item: Told, notification: Notification, channel: Channel, now: int) -> None:
        alert = notification.alert

        def record(connection: Connection) -> None:
            current = alerts.alert(connection, alert.id)
            if current is None:
                return  # it was forgotten while its message was edited
            # What somebody did meanwhile is to be seen at once.
            wait = self.delivery.update_every if _done(current) == _done(alert) else 0
            told.record(
                connection,
                alert.id,
                item.target,
                receipt=item.receipt,
                version=alert.version,
                call_count=alert.call_count,
                now=now,
                edit_at=now + wait,
                standing=standing(alert),
            )
            if channel.has_threads:
                _owe_history(connection, item, notification, now)

        await self.store.write(record)

    async def _failed(self, item: Told, alert: Alert, error: Exception) -> Outcome:
        now = self.clock.now()
        changes = (alert.last_joined_at, alert.open_since, alert.handled_at, alert.ended_at)
        changed_at = max(at for at in changes if at is not None)
        judged = edit_verdict(item.failures, changed_at, error, now, self.delivery, self.jitter())
        unknown = None if isinstance(error, DeliveryError) else error
        # What a target or a service is to blame for is said once, by whoever holds it.
        (log.warning if judged.blame is Blame.NOTHING else log.debug)(
            "a message could not be edited",
            alert=f"A{alert.id}",
            target=str(item.target),
            reason=judged.reason,
            exc_info=unknown,
        )
        if judged.next is Next.RETRY:
            await self.store.write(lambda connection: told.postpone(connection, item, now + judged.delay))
            self.metrics.edited(item.target.receiver, Edited.RETRIED)
        else:
            await self._tell_anew(item)
            self.metrics.edited(item.target.receiver, Edited.GIVEN_UP)
        return Outcome(failure=judged)

    async def _tell_all_anew(self, target: Target, channel: Channel) -> None:
        """At once, so that many of them are told in a summary."""
        now = self.clock.now()

        def enqueue(connection: Connection) -> None:
            for item in told.stale_of(connection, target, now, ANEW, without_receipt=channel.can_edit):
                self._enqueue(connection, item, now)

        await self.store.write(enqueue)

    async def _tell_anew(self, item: Told) -> None:
        now = self.clock.now()
        await self.store.write(lambda connection: self._enqueue(connection, item, now))

    def _enqueue(self, connection: Connection, item: Told, now: int) -> None:
        told.leave(connection, item)
        alert = alerts.alert(connection, item.alert_id)
        if alert is None:
            return
        joined = alert.call_count > item.call_count
        for_program = self.tell.directory.is_program(item.target)
        has_news = joined or is_news(item.standing, alert, for_program=for_program)
        if has_news and not _on_its_way(connection, item):
            self.tell.update(connection, alert, item.target, now, joined=joined)


def _owe_history(connection: Connection, item: Told, notification: Notification, now: int) -> None:
    """What has happened since is said below the message, if anything has."""
    alert = notification.alert
    thread = threads.thread(connection, alert.id, item.target)
    if thread is None or thread.receipt != item.receipt:
        # Sent by a version that knew no threads: nobody knows what it showed.
        last = threads.unlisted(connection, alert.id, 0, 0).last
        mark = Mark(len(notification.events), last, alert.level)
        threads.begin(connection, item.target, [Thread(alert.id, item.target, item.receipt, mark)])
    elif past(connection, notification, thread) is not None:
        threads.owe(connection, thread, now)


def _done(alert: Alert) -> tuple[object, ...]:
    """What people did about it, and what became of it."""
    return standing(alert), alert.handled_by, alert.handled_at, alert.snoozed_until


async def _edit(channel: Channel, item: Told, notification: Notification) -> None:
    try:
        await channel.edit(item.receipt, notification)
    except Exception as error:
        if isinstance(error, DeliveryError) and not isinstance(error, PayloadBroken):
            raise
        # The form was refused, or we do not know what: once more, as simple as can be.
        await channel.edit(item.receipt, notification, plain=True)


def _on_its_way(connection: Connection, item: Told) -> bool:
    """Does a message that the target will get anyway tell of it? It is made when it is sent.

    Where it is dropped, it is asked again.
    """
    unsent = {outbox.RowState.WAITING, outbox.RowState.CLAIMED}
    rows = outbox_views.of_alert(connection, item.alert_id)
    return any(row.target == item.target and row.state in unsent for row in rows)
