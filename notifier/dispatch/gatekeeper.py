"""Whether what was claimed may be told now: looked at when it is about to be sent, by what is stored then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from notifier.clock import Clock
from notifier.config.receivers import Agent
from notifier.dispatch.ending import end_if_told, end_outside_hours
from notifier.model import Alert, AlertState, EndReason, Event, Gathered, Kind, Silence, Target
from notifier.rules import REPEATS, Drop, Dropped, Gate, Hold, Pass, gate, is_settled
from notifier.rules.silence import silenced
from notifier.store import events, outbox, outbox_held, silences
from notifier.store.database import Connection
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.outbox_alerts import alerts_of, last_told
from notifier.store.outbox_claims import Claim
from notifier.tell import Tell

log = structlog.get_logger("notifier.dispatch")


@dataclass(frozen=True)
class Gatekeeper:
    """Decides for the configuration it was made from."""

    clock: Clock
    tell: Tell
    agents: Mapping[str, Agent]

    def judge(self, connection: Connection, claim: Claim, rows: Sequence[OutboxRow]) -> dict[int, Gate]:
        """What becomes of claimed rows, by their ids.

        Args:
            connection: to the store.
            claim: that they are part of.
            rows: those of its rows that are still to be told, at least one.
        """
        now = self.clock.now()
        ids = [row.alert_id for row in rows]
        about = alerts_of(connection, ids)
        muting = silences.active(connection, now)
        known = last_told(connection, rows[0].target, ids)
        found = {row.id: self._judged(row, about[row.alert_id], muting, known, now) for row in rows}
        # Whoever gets a summary of what was held sees whom of it somebody has reached since; for that alone
        # none is sent.
        is_told = claim.batch is not None and (claim.parts > 1 or Pass() in found.values())
        for row in rows:
            alert = about[row.alert_id]
            if row.gathered_as is Gathered.HELD and alert.ended_as is EndReason.REACHED:
                as_if_open = replace(alert, state=AlertState.OPEN, ended_as=None)
                match self._judged(row, as_if_open, muting, known, now):
                    case Hold(until=until):
                        found[row.id] = Hold(until)
                    case Pass() if is_told:
                        found[row.id] = Pass()
        return found

    def turn_away(self, connection: Connection, claim: Claim, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
        """Let wait or drop what may not be told now, in the caller's transaction; returns those."""
        now = self.clock.now()
        found = self.judge(connection, claim, rows)
        held: dict[int, list[OutboxRow]] = {}
        dropped: dict[Dropped, list[OutboxRow]] = {}
        for row in rows:
            match found[row.id]:
                case Hold(until=until, event=event):
                    held.setdefault(until, []).append(row)
                    _note(connection, row, event)
                case Drop(reason=reason):
                    dropped.setdefault(reason, []).append(row)
                case Pass():
                    pass
        for until, some in held.items():
            outbox_held.hold(connection, some, until)
        for reason, some in dropped.items():
            _drop(connection, some, reason, now)
        return [row for some in (*held.values(), *dropped.values()) for row in some]

    def drop_settled(self, connection: Connection, target: Target) -> None:
        """Drop what was held for a target until now, where all of it is done meanwhile: in a transaction."""
        now = self.clock.now()
        rows = outbox_held.released(connection, target, now)
        about = alerts_of(connection, [alert_id for _, alert_id in rows]) if rows else {}
        if not all(is_settled(alert) for alert in about.values()):
            return
        by_reason: dict[str, list[int]] = {}
        for row_id, alert_id in rows:
            by_reason.setdefault(str(about[alert_id].ended_as), []).append(row_id)
        for reason, row_ids in by_reason.items():
            outbox.finish(connection, row_ids, RowState.DROPPED, reason, now)
            log.info("not sent", notifications=len(row_ids), target=str(target), reason=reason)

    def _judged(
        self, row: OutboxRow, alert: Alert, muting: Sequence[Silence], known: Mapping[int, int], now: int
    ) -> Gate:
        # A clock that was ahead when its target was told says nothing of what came since.
        if row.kind in REPEATS and row.created_at <= known.get(row.alert_id, 0) <= now:
            return Drop(Dropped.TOLD_SINCE)
        rule = self.tell.rules.get(alert.rule)
        step = self.tell.step(alert, row.n) if row.kind is Kind.ESCALATION else None
        silence = silenced(alert, muting, self.agents, now)
        hours = self.tell.hours(rule)
        return gate(alert, row.kind, rule, hours, silence, now, unless=step.unless if step else ())


def _note(connection: Connection, row: OutboxRow, event: Event | None) -> None:
    """Once for each alert and hold, however many are to be told of it and however often it is looked at."""
    if event is None:
        return
    before = events.last_of(connection, row.alert_id, event.kind)
    if before is None or (before.who, before.note, before.until) != (event.who, event.note, event.until):
        events.record(connection, row.alert_id, event)
        log.info("held", alert=f"A{row.alert_id}", why=event.kind, until=event.until)


def _drop(connection: Connection, rows: Sequence[OutboxRow], reason: Dropped, now: int) -> None:
    outbox.finish(connection, [row.id for row in rows], RowState.DROPPED, reason, now)
    ids = [row.alert_id for row in rows]
    if reason is Dropped.OUTSIDE_HOURS:
        end_outside_hours(connection, ids, now)
    end_if_told(connection, ids, now)
    alerts = [f"A{one}" for one in ids]
    log.info("not sent", alerts=alerts, target=str(rows[0].target), reason=reason)
