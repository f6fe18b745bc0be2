"""What became of notifications, written down: one transaction for each message."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.config.schema import Delivery
from notifier.dispatch.patience import PatientStore
from notifier.dispatch.verdict import Next, Verdict
from notifier.model import Alert, AlertState, EndReason
from notifier.rules import ends_when_told
from notifier.store import alerts, outbox, told
from notifier.store.database import Connection
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.outbox_alerts import alerts_of, settled
from notifier.tell import Tell

log = structlog.get_logger("notifier.dispatch")

UPDATE_EVERY_NEW_MESSAGE = 300_000
"""ms between two messages about calls that joined, where a message can't be edited."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A notification that reached its target."""

    row: OutboxRow
    alert: Alert
    receipt: str  # "" where the message can't be edited for it
    is_known: bool  # what stands there is what is true now, as we have just rendered it


@dataclass(frozen=True)
class Results:
    """Records for the configuration it was made from."""

    store: PatientStore
    clock: Clock
    delivery: Delivery
    tell: Tell

    def is_void(self, alert: Alert) -> bool:
        """Is nothing sent about this alert any more?"""
        return alert.ended_as is EndReason.RULE_REMOVED or self.tell.is_dry(alert)

    async def dropped(self, rows: Sequence[OutboxRow], about: Sequence[Alert]) -> None:
        """These rows are void; `about` are their alerts, in the same order."""
        now = self.clock.now()

        def record(connection: Connection) -> None:
            for row, alert in zip(rows, about, strict=True):
                self._drop(connection, row, alert, now)
            _end_if_told(connection, [alert.id for alert in about], now)

        await self.store.write(record)

    async def sent(self, arrivals: Sequence[Arrival], channel: Channel) -> None:
        """These reached their target, which is the same for all."""
        now = self.clock.now()
        target = arrivals[0].row.target
        messages = [self._message(arrival, channel, now) for arrival in arrivals]

        def record(connection: Connection) -> None:
            outbox.finish(connection, [one.row.id for one in arrivals], RowState.SENT, None, now)
            told.record_all(connection, target, messages, now)
            _end_if_told(connection, [one.alert.id for one in arrivals], now)

        await self.store.write(record)

    async def failed(self, rows: Sequence[OutboxRow], judged: Verdict, tried_at: int | None) -> None:
        """An attempt to send these failed; it was made at `tried_at`, UTC ms, or never came to be made."""
        if judged.next in {Next.REDIRECT, Next.DEAD}:
            state = RowState.REDIRECTED if judged.next is Next.REDIRECT else RowState.DEAD
            await self.redirected(rows, state, judged.reason)
            return
        next_at = self.clock.now() + judged.delay
        await self.store.write(
            lambda connection: outbox.retry(
                connection,
                [row.id for row in rows],
                next_at,
                judged.reason,
                tried_at=tried_at if judged.uncertain else None,
                plain=judged.plain,
                apart=judged.next is Next.APART,
            )
        )

    async def redirected(self, rows: Sequence[OutboxRow], state: RowState, reason: str) -> None:
        """Others are told in place of a target that can't be; where nobody is, they are dead letters."""
        now = self.clock.now()

        def record(connection: Connection) -> None:
            ids = [row.alert_id for row in rows]
            about = alerts_of(connection, ids)
            done: dict[RowState, list[int]] = {}
            for row in rows:
                alert = about[row.alert_id]
                if self.is_void(alert):
                    self._drop(connection, row, alert, now)
                elif self.tell.redirect(connection, alert, row, reason, now):
                    done.setdefault(state, []).append(row.id)
                else:
                    # A dead letter: ops see it in the outbox, in /readyz and in the status line.
                    log.error("nobody else can be told", alert=f"A{alert.id}", reason=reason)
                    done.setdefault(RowState.DEAD, []).append(row.id)
            for end, row_ids in done.items():
                outbox.finish(connection, row_ids, end, reason, now)
            _end_if_told(connection, ids, now)

        await self.store.write(record)

    def _drop(self, connection: Connection, row: OutboxRow, alert: Alert, now: int) -> None:
        state, reason = RowState.DRY_RUN, "dry_run"
        if alert.ended_as is EndReason.RULE_REMOVED:
            state, reason = RowState.DROPPED, "its rule was removed from the configuration"
        outbox.finish(connection, [row.id], state, reason, now)
        log.info("not sent", alert=f"A{alert.id}", target=str(row.target), state=state, reason=reason)

    def _message(self, arrival: Arrival, channel: Channel, now: int) -> told.Message:
        alert, every = arrival.alert, self.delivery.update_every
        can_edit = channel.can_edit and arrival.receipt != ""
        if not can_edit:
            every = max(every, UPDATE_EVERY_NEW_MESSAGE)
        if arrival.is_known:
            shown = (alert.version, alert.call_count, now + every)
        elif can_edit:
            # What an earlier attempt showed is not known: it is brought up to date.
            shown = (0, 0, now)
        else:
            # At least the call that joined last is not shown: a new message tells of it.
            shown = (0, alert.call_count - 1, now + every)
        return told.Message(alert.id, arrival.receipt, *shown)


def _end_if_told(connection: Connection, ids: Collection[int], now: int) -> None:
    waiting = [
        alert
        for alert in alerts_of(connection, ids).values()
        if alert.state is AlertState.OPEN and ends_when_told(alert)
    ]
    if not waiting:
        return
    over = settled(connection, [alert.id for alert in waiting])
    # The version stays: nothing changes for the reader.
    ended = [
        replace(alert, state=AlertState.ENDED, ended_as=EndReason.TOLD, ended_at=now)
        for alert in waiting
        if alert.id in over
    ]
    alerts.update_alerts(connection, [(alert, None) for alert in ended])
