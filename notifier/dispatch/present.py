"""What is true now of alerts, as a message tells it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from notifier.clock import Clock
from notifier.config.receivers import Agent, agent_at, agent_of
from notifier.model import (
    Alert,
    Attempts,
    Call,
    EndReason,
    EventKind,
    Gathered,
    Kind,
    Notification,
    Target,
    is_agent_leg,
)
from notifier.rules import agent_phones, stands_anew
from notifier.rules.reached import NEAR
from notifier.store import unheard
from notifier.store.attempts import attempts
from notifier.store.database import Connection
from notifier.store.events import events_of, last_of
from notifier.store.outbox import OutboxRow
from notifier.store.outbox_alerts import alerts_of, last_told, newest_calls, told_lines
from notifier.store.told import Told

CALLS_SHOWN = 50
"""Calls of an alert that a message is made from."""

CALLS_SUMMED_UP = 3
"""Likewise where a message tells of several alerts."""


@dataclass(frozen=True)
class Present:
    """Makes notifications for the configuration it was made from."""

    clock: Clock
    agents: Mapping[str, Agent]
    zone: ZoneInfo
    country: str  # ISO 3166 code; "" where none is known
    masked: Collection[str] = ()  # receivers that shall see no full phone number
    phones: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "phones", agent_phones(self.agents))

    def of_alert(self, connection: Connection, alert_id: int, target: Target) -> Notification | None:
        """What an edit shows to a target; None where the alert was forgotten."""
        alert = alerts_of(connection, [alert_id]).get(alert_id)
        if alert is None:
            return None
        calls = newest_calls(connection, [alert_id], CALLS_SHOWN)
        made = self._made(connection, "", Kind.OPEN, alert, calls.get(alert_id, ()), target)
        return self._with_story(connection, made, target)

    def of_rows(self, connection: Connection, rows: Collection[OutboxRow]) -> list[Notification]:
        """What the notifications of one message tell, in their order."""
        ids = [row.alert_id for row in rows]
        alerts = alerts_of(connection, ids)
        known = _known(connection, rows)
        again = _told_again(connection, rows)
        calls = newest_calls(connection, ids, CALLS_SHOWN if len(rows) == 1 else CALLS_SUMMED_UP)
        made = [
            replace(
                _since(
                    self._made(
                        connection,
                        row.delivery_id,
                        row.kind,
                        alerts[row.alert_id],
                        calls.get(row.alert_id, ()),
                        row.target,
                    ),
                    known.get(row.alert_id),
                ),
                told_before=row.alert_id in again,
            )
            for row in rows
        ]
        # A summary has no room for stories, but for who wanted to hear nothing of it until now.
        if len(rows) == 1:
            return [self._with_story(connection, made[0], row.target) for row in rows]
        return [
            _held(connection, one) if row.gathered_as is Gathered.HELD else one
            for row, one in zip(rows, made, strict=True)
        ]

    def _made(
        self,
        connection: Connection,
        delivery_id: str,
        kind: Kind,
        alert: Alert,
        calls: tuple[Call, ...],
        target: Target,
    ) -> Notification:
        tried = self._attempts(connection, alert)
        about = {alert.agent, *(call.agent for call in calls)}
        others = [*tried.agents, tried.reached_by] if tried else []
        others.append(agent_of(alert.handled_by) or "")
        reader = agent_of(target.recipient)
        return Notification(
            delivery_id=delivery_id,
            kind=kind,
            alert=alert,
            calls=calls,
            agent_names=self._names((*sorted(about), *others)),
            zone=self.zone,
            now=self.clock.now(),
            country=self.country or None,
            attempts=tried,
            is_agent_leg=self._is_agent_leg(alert),
            stands_in_for=alert.agent if reader and reader not in about else "",
            mask_numbers=target.receiver in self.masked,
        )

    def _with_story(self, connection: Connection, made: Notification, target: Target) -> Notification:
        """With what became of its alert, and who else was told of it."""
        alert_id = made.alert.id
        told = [line for other, line in told_lines(connection, alert_id) if other != target]
        story = events_of(connection, alert_id)
        others = (*(line.recipient for line in told), *(event.who for event in story))
        names = self._names(map(agent_of, others))
        return replace(
            made,
            events=tuple(story),
            told=tuple(told),
            agent_names={**names, **made.agent_names},
        )

    def _names(self, agents: Iterable[str]) -> dict[str, str]:
        known = {at: agent_at(at, self.agents) for at in agents}
        return {at: agent.name for at, agent in known.items() if agent and agent.name}

    def _is_agent_leg(self, alert: Alert) -> bool:
        return is_agent_leg(alert.customer, self.phones)

    def _attempts(self, connection: Connection, alert: Alert) -> Attempts | None:
        if not alert.customer or self._is_agent_leg(alert):
            return None
        reached_at = alert.handled_at if alert.ended_as is EndReason.REACHED else None
        return attempts(connection, alert.customer, NEAR, reached_at)


def _known(connection: Connection, rows: Collection[OutboxRow]) -> Mapping[int, Told]:
    """What the target of rows knows of the alerts that it is to hear news of."""
    updates = {row.alert_id: row.target for row in rows if row.kind is Kind.UPDATE}
    return unheard.known(connection, next(iter(updates.values())), updates) if updates else {}


def _told_again(connection: Connection, rows: Collection[OutboxRow]) -> Collection[int]:
    """The alerts that are escalated to a target which knows of them."""
    escalated = {row.alert_id: row.target for row in rows if row.kind is Kind.ESCALATION}
    return last_told(connection, next(iter(escalated.values())), escalated) if escalated else ()


def _held(connection: Connection, made: Notification) -> Notification:
    """With why it was held last, where that is written down."""
    last = last_of(connection, made.alert.id, EventKind.HELD, EventKind.SILENCED)
    return replace(made, events=(last,)) if last is not None else made


def _since(made: Notification, known: Told | None) -> Notification:
    """With what is new to somebody who was told of the alert before."""
    if made.kind is not Kind.UPDATE or known is None:
        return made
    joined = max(0, made.alert.call_count - known.call_count)
    return replace(made, joined=joined, stands_anew=stands_anew(known.standing, made.alert))
