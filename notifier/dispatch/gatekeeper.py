"""Whether what was claimed may be told now: looked at when it is about to be sent, by what is stored then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from notifier.clock import Clock
from notifier.config.receivers import Agent
from notifier.dispatch.ending import end_if_told, end_outside_hours
from notifier.model import Alert, AlertState, EndReason, Event, EventKind, Gathered, Kind, Silence, Target
from notifier.rules import REPEATS, Drop, Dropped, Gate, Hold, Pass, gate, is_news, is_settled
from notifier.rules.silence import silenced
from notifier.store import events, outbox, outbox_held, silences, unheard
from notifier.store.database import Connection
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.outbox_alerts import alerts_of, last_told
from notifier.store.outbox_claims import Claim
from notifier.store.told import Told
from notifier.tell import Tell

log = structlog.get_logger("notifier.dispatch")


@dataclass(frozen=True, slots=True)
class _Look:
    """What is looked at for the rows of one message."""

    now: int  # UTC ms
    muting: Sequence[Silence]
    told_at: Mapping[int, int]  # by alerts, when their target was told of them last, UTC ms
    known: Mapping[int, Told]  # by updates, what their target knows
    reopened: frozenset[int]  # alerts


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
        look = _Look(
            now=now,
            muting=silences.active(connection, now),
            told_at=last_told(connection, rows[0].target, ids),
            known=_known(connection, rows),
            reopened=self._reopened(connection, rows, about),
        )
        found = {row.id: self._judged(row, about[row.alert_id], look) for row in rows}
        # Whoever gets a summary of what was held sees whom of it somebody has reached since; for that alone
        # none is sent.
        is_told = claim.batch is not None and (claim.parts > 1 or Pass() in found.values())
        for row in rows:
            alert = about[row.alert_id]
            if _came_too_late(row, alert):
                as_if_open = replace(alert, state=AlertState.OPEN, ended_as=None)
                match self._judged(row, as_if_open, look):
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
        """Drop what was held for a target until now, where all of it is done meanwhile: in a transaction.

        Whoever was told before is still told that it is done.
        """
        now = self.clock.now()
        rows = outbox_held.released(connection, target, now)
        about = alerts_of(connection, [alert_id for _, alert_id, _ in rows]) if rows else {}
        if not all(is_settled(alert) for alert in about.values()):
            return
        by_reason: dict[str, list[tuple[int, int]]] = {}
        for row_id, alert_id, kind in rows:
            if kind is not Kind.UPDATE:
                by_reason.setdefault(str(about[alert_id].ended_as), []).append((row_id, alert_id))
        for reason, some in by_reason.items():
            outbox.finish(connection, [row_id for row_id, _ in some], RowState.DROPPED, reason, now)
            unheard.ask_again(connection, target, [alert_id for _, alert_id in some])
            log.info("not sent", notifications=len(some), target=str(target), reason=reason)

    def _judged(self, row: OutboxRow, alert: Alert, look: _Look) -> Gate:
        # A clock that was ahead when its target was told says nothing of what came since.
        if row.kind in REPEATS and row.created_at <= look.told_at.get(row.alert_id, 0) <= look.now:
            return Drop(Dropped.TOLD_SINCE)
        wanted, known = alert.id in look.reopened, look.known.get(row.id)
        if known is not None:
            for_program = self.tell.directory.is_program(row.target)
            wanted = is_news(known.standing, alert, for_program=for_program)
            if not wanted and alert.call_count <= known.call_count:
                return Drop(Dropped.NOTHING_NEW)
        rule = self.tell.rules.get(alert.rule)
        step = self.tell.step(alert, row.n) if row.kind is Kind.ESCALATION else None
        unless = step.unless if step else ()
        silence = silenced(alert, look.muting, self.agents, look.now)
        return gate(
            alert, row.kind, rule, self.tell.hours(rule), silence, look.now, unless=unless, wanted=wanted
        )

    def _reopened(
        self, connection: Connection, rows: Sequence[OutboxRow], about: Mapping[int, Alert]
    ) -> frozenset[int]:
        """Alerts that a person has reopened, of those whose first message would else be dropped by night."""
        rules = self.tell.rules
        first = {row.alert_id for row in rows if row.kind is Kind.OPEN}
        dropping = {
            one
            for one in first
            if (rule := rules.get(about[one].rule)) is not None and rule.outside == "drop"
        }
        last = {one: events.last_of(connection, one, EventKind.REOPENED) for one in dropping}
        return frozenset(one for one, event in last.items() if event is not None and event.who)


def _known(connection: Connection, rows: Sequence[OutboxRow]) -> dict[int, Told]:
    """By updates, what their target knows of their alerts."""
    updates = {row.id: row.alert_id for row in rows if row.kind is Kind.UPDATE}
    known = unheard.known(connection, rows[0].target, set(updates.values())) if updates else {}
    return {row_id: known[alert_id] for row_id, alert_id in updates.items() if alert_id in known}


def _came_too_late(row: OutboxRow, alert: Alert) -> bool:
    """Was the customer reached while the first that its target was to hear of it was held?"""
    is_first = row.gathered_as is Gathered.HELD and row.kind is not Kind.UPDATE
    return is_first and alert.ended_as is EndReason.REACHED


def _note(connection: Connection, row: OutboxRow, event: Event | None) -> None:
    """Once for each alert and hold, however many are to be told of it and however often it is looked at."""
    if event is None:
        return
    before = events.last_of(connection, row.alert_id, EventKind.HELD, EventKind.SILENCED)
    if before is None or replace(before, at=event.at) != event:
        events.record(connection, row.alert_id, event)
        log.info("held", alert=f"A{row.alert_id}", why=event.kind, until=event.until)


def _drop(connection: Connection, rows: Sequence[OutboxRow], reason: Dropped, now: int) -> None:
    outbox.finish(connection, [row.id for row in rows], RowState.DROPPED, reason, now)
    ids = [row.alert_id for row in rows]
    # What it would have shown as well is still new to whoever was told before.
    unheard.ask_again(
        connection, rows[0].target, [row.alert_id for row in rows if row.kind is not Kind.UPDATE]
    )
    if reason is Dropped.OUTSIDE_HOURS:
        end_outside_hours(connection, ids, now)
    end_if_told(connection, ids, now)
    alerts = [f"A{one}" for one in ids]
    log.info("not sent", alerts=alerts, target=str(rows[0].target), reason=reason)
