"""What an alert comes to when nothing about it is left to be sent."""

from collections.abc import Collection
from dataclasses import replace

import structlog

from notifier.model import AlertState, EndReason, Event, EventKind
from notifier.rules import ends_when_told
from notifier.store import alerts, events
from notifier.store.database import Connection
from notifier.store.outbox_alerts import alerts_of, forsaken, settled

log = structlog.get_logger("notifier.dispatch")


def end_if_told(connection: Connection, ids: Collection[int], now: int) -> None:
    """End those of these alerts that everybody was told of and that nothing follows.

    Args:
        connection: to the store, in a transaction.
        ids: of the alerts.
        now: UTC ms.
    """
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


def end_outside_hours(connection: Connection, ids: Collection[int], now: int) -> None:
    """End those of these alerts that nobody heard of before their calendar closed, likewise."""
    alone = forsaken(connection, ids)
    active = [alert for alert in alerts_of(connection, alone).values() if alert.state is not AlertState.ENDED]
    for alert in active:
        ended = replace(alert, state=AlertState.ENDED, ended_as=EndReason.OUTSIDE_HOURS, ended_at=now)
        alerts.update_alert(connection, ended, None)
        events.record(connection, alert.id, Event(now, EventKind.ENDED, note=EndReason.OUTSIDE_HOURS))
        log.info("ended", alert=f"A{alert.id}", rule=alert.rule, reason=EndReason.OUTSIDE_HOURS)
