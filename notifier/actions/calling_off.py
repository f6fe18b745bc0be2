"""Calling off notifications that wait or were given up."""

from collections.abc import Collection
from dataclasses import replace

from notifier.actions.said import fitted
from notifier.model import Alert, AlertState, EndReason
from notifier.rules import ends_when_told
from notifier.rules.act import Action, Order, Standing, act
from notifier.store import alerts, by_hand, events, outbox_alerts
from notifier.store.database import Connection


def call_off(connection: Connection, ids: Collection[int], who: str, now: int) -> by_hand.Changed:
    """Call off notifications that wait or were given up; what was only to be told is over then.

    An alert about one call, with nothing to follow, ends with the last of its notifications: as told where
    somebody was, else as resolved by whoever called it off.

    Args:
        connection: to the store, in a transaction.
        ids: of the notifications, at most `by_hand.MOST`.
        who: calls them off, as it was written.
        now: UTC ms.
    """
    changed = by_hand.drop(connection, ids, now)
    about = by_hand.alerts_about(connection, changed.done)
    waiting = [
        alert
        for alert in outbox_alerts.alerts_of(connection, about).values()
        if alert.state is AlertState.OPEN and ends_when_told(alert)
    ]
    told = outbox_alerts.settled(connection, [alert.id for alert in waiting])
    untold = outbox_alerts.forsaken(connection, [alert.id for alert in waiting])
    for alert in waiting:
        if alert.id in told:
            ended = replace(alert, state=AlertState.ENDED, ended_as=EndReason.TOLD, ended_at=now)
            alerts.update_alert(connection, ended, None)
        elif alert.id in untold and not by_hand.ids_in(connection, by_hand.RETRIABLE, alert.id):
            _called_off(connection, alert, who, now)
    return changed


def _called_off(connection: Connection, alert: Alert, who: str, now: int) -> None:
    order = fitted(Order(Action.RESOLVE, who, by_hand.DROPPED))
    acted = act(alert, order, Standing(has_rule=True, rival=None, is_written=True), now)
    alerts.update_alert(connection, acted.alert, None)
    if acted.event is not None:
        events.record(connection, alert.id, acted.event)
