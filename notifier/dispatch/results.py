"""What became of notifications, written down: one transaction for each message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.config.schema import Delivery
from notifier.dispatch.beginning import begin_to_count
from notifier.dispatch.ending import end_if_told
from notifier.model import Alert, EndReason, Kind
from notifier.rules import REPLIES, is_settled, standing
from notifier.sending.patience import PatientStore
from notifier.sending.verdict import Next, Verdict
from notifier.store import alerts, events, outbox, threads, told, unheard
from notifier.store.database import Connection
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.outbox_alerts import alerts_of
from notifier.store.threads import Mark, Thread
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
    shown_at: int  # UTC ms, until when what happened is shown there at the least
    shows_calls: bool = True  # at least every call that has joined
    shown_events: int | None = None  # lines of its story; None: those from until `shown_at`


@dataclass(frozen=True)
class Results:
    """Records for the configuration it was made from."""

    store: PatientStore
    clock: Clock
    delivery: Delivery
    tell: Tell

    def is_void(self, row: OutboxRow, alert: Alert) -> bool:
        """Is a row not sent any more, whatever it tells? A program hears that a rule is gone."""
        hears = row.kind is Kind.UPDATE and self.tell.directory.is_program(row.target)
        return self.tell.is_dry(alert) or (alert.ended_as is EndReason.RULE_REMOVED and not hears)

    async def dropped(self, rows: Sequence[OutboxRow], about: Sequence[Alert]) -> None:
        """These rows are void; `about` are their alerts, in the same order."""
        now = self.clock.now()

        def record(connection: Connection) -> None:
            for row, alert in zip(rows, about, strict=True):
                self._drop(connection, row, alert, now)
            end_if_told(connection, [alert.id for alert in about], now)

        await self.store.write(record)

    async def sent(self, arrivals: Sequence[Arrival], channel: Channel) -> None:
        """These reached their target, which is the same for all."""
        now = self.clock.now()
        target = arrivals[0].row.target
        messages = [self._message(arrival, channel, now) for arrival in arrivals]

        def record(connection: Connection) -> None:
            begin_to_count(connection, [one.alert.id for one in arrivals], self.tell, now)
            outbox.finish(connection, [one.row.id for one in arrivals], RowState.SENT, None, now)
            # A reminder is no place for what becomes of the alert: the message before it shows that.
            again = {one.alert.id: one.receipt for one in arrivals if one.row.kind in REPLIES}
            known = told.told_again(connection, target, again, now) if again and channel.can_edit else set()
            told.record_all(connection, target, [one for one in messages if one.alert_id not in known], now)
            if channel.has_threads:
                new = [one for one in arrivals if one.alert.id not in known]
                threads.begin(connection, target, [_thread(connection, one) for one in new])
            # Whoever was told before sees by it that others are told as well.
            alerts.show_anew(
                connection, [one.alert.id for one in arrivals if one.row.kind is Kind.ESCALATION], target
            )
            end_if_told(connection, [one.alert.id for one in arrivals], now)

        await self.store.write(record)

    async def failed(self, rows: Sequence[OutboxRow], judged: Verdict, tried_at: int | None) -> None:
        """An attempt to send these failed; it was made at `tried_at`, UTC ms, or never came to be made."""
        if judged.next in {Next.REDIRECT, Next.DEAD}:
            state = RowState.REDIRECTED if judged.next is Next.REDIRECT else RowState.DEAD
            await self.redirected(rows, state, judged.reason, to_deputy=judged.to_deputy, was_tried=True)
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

    async def redirected(
        self,
        rows: Sequence[OutboxRow],
        state: RowState,
        reason: str,
        *,
        to_deputy: bool = False,
        was_tried: bool = False,
    ) -> None:
        """Others are told in place of a target that can't be; where nobody is, they are dead letters.

        Args:
            rows: that were claimed, of one target.
            state: how they end.
            reason: why the target can't be told.
            to_deputy: its agent is away: deputies come first.
            was_tried: it is there, and could not be told.
        """
        now = self.clock.now()

        def record(connection: Connection) -> None:
            ids = [row.alert_id for row in rows]
            about = alerts_of(connection, ids)
            known = unheard.known(connection, rows[0].target, ids)
            done: dict[RowState, list[int]] = {}
            for row in rows:
                alert = about[row.alert_id]
                if self.is_void(row, alert):
                    self._drop(connection, row, alert, now)
                elif _is_for_it_alone(row, alert, known):
                    done.setdefault(RowState.DEAD if was_tried else RowState.DROPPED, []).append(row.id)
                elif is_settled(alert):
                    self._drop(connection, row, alert, now)
                elif self.tell.redirect(connection, alert, row, reason, now, to_deputy=to_deputy):
                    done.setdefault(state, []).append(row.id)
                else:
                    # A dead letter: ops see it in the outbox, in /readyz and in the status line.
                    log.error("nobody else can be told", alert=f"A{alert.id}", reason=reason)
                    done.setdefault(RowState.DEAD, []).append(row.id)
            for end, row_ids in done.items():
                outbox.finish(connection, row_ids, end, reason, now)
            end_if_told(connection, ids, now)

        await self.store.write(record)

    def _drop(self, connection: Connection, row: OutboxRow, alert: Alert, now: int) -> None:
        state, reason = RowState.DRY_RUN, "dry_run"
        if alert.ended_as is EndReason.RULE_REMOVED:
            state, reason = RowState.DROPPED, "its rule was removed from the configuration"
        elif is_settled(alert):
            state, reason = RowState.DROPPED, str(alert.ended_as)
        outbox.finish(connection, [row.id], state, reason, now)
        log.info("not sent", alert=f"A{alert.id}", target=str(row.target), state=state, reason=reason)

    def _message(self, arrival: Arrival, channel: Channel, now: int) -> told.Message:
        alert, every = arrival.alert, self.delivery.update_every
        can_edit = channel.can_edit and arrival.receipt != ""
        if not can_edit:
            every = max(every, UPDATE_EVERY_NEW_MESSAGE)
        if arrival.is_known:
            shown = (alert.version, alert.call_count, now + every, standing(alert))
        elif can_edit:
            # What an earlier attempt showed is not known: it is brought up to date.
            shown = (0, 0, now, "")
        else:
            # A new message tells of the call that joined last, and of how it stands.
            calls = alert.call_count if arrival.shows_calls else alert.call_count - 1
            shown = (0, calls, now + every, "")
        return told.Message(alert.id, arrival.receipt, *shown)


def _thread(connection: Connection, arrival: Arrival) -> Thread:
    """What there is to be said below a message begins with what happened after it was made."""
    alert, shown = arrival.alert, arrival.shown_events
    if shown is None:
        story = events.events_of(connection, alert.id) if arrival.receipt else ()
        shown = sum(event.at <= arrival.shown_at for event in story)
    return Thread(alert.id, arrival.row.target, arrival.receipt, Mark(shown, level=alert.level))


def _is_for_it_alone(row: OutboxRow, alert: Alert, known: Mapping[int, told.Told]) -> bool:
    """Does a row tell its target no more than what became of an alert? Others never heard of that, or did."""
    if row.kind is not Kind.UPDATE or alert.id not in known:
        return False
    return is_settled(alert) or alert.call_count <= known[alert.id].call_count
