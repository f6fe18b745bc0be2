"""Rules for customers who may be reached, and what became of their alerts."""

from typing import Any

from notifier.model import AlertState, EndReason, EventKind
from notifier.store.events import events_of
from tests.support.world import World

NOT_REACHED: dict[str, Any] = {"name": "not-reached", "per": "customer", "wait": "10m", "notify": "room"}
AT_ONCE: dict[str, Any] = {"name": "at-once", "per": "customer", "notify": "room"}
EVERY: dict[str, Any] = {"name": "every", "notify": "room"}
MANY: dict[str, Any] = {"name": "many", "per": "extension", "count": 3, "within": "1h", "notify": "room"}
OTHER = "919812345679"

REACHED = (AlertState.ENDED, EndReason.REACHED)


def ends(world: World) -> list[tuple[AlertState, EndReason | None]]:
    """How each alert stands."""
    return [(alert.state, alert.ended_as) for alert in world.alerts()]


def events(world: World, alert_id: int = 1) -> list[tuple[EventKind, str]]:
    """What happened to an alert, and who did it."""
    found = world.database.look(lambda connection: events_of(connection, alert_id))
    return [(one.kind, one.who) for one in found]
