"""What people do in a world: to alerts, and to their own peace."""

from datetime import UTC, datetime
from typing import Any

from notifier import actions
from notifier.actions import Actions
from notifier.model import Silence
from notifier.rules.act import Acted, Action, Order
from tests.support.world import World

OFFICE: dict[str, Any] = {"office": {"days": "mon-fri", "hours": ["09:00-13:00", "14:00-18:00"]}}
"""Calendars. A world begins on a Monday at 14:13 (UTC)."""


def instant(day: int, hour: int, minute: int = 0) -> int:
    """In September 2026; the 21st is a Monday, on which worlds begin at 14:13."""
    return round(datetime(2026, 9, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


async def act(world: World, action: Action, alert_id: int = 1, *, until: int | None = None) -> Acted:
    """Asha does something to an alert, which can be done."""
    doing = Actions(world.database, world.tell.rules)
    acted = await doing.carry_out(alert_id, Order(action, "Asha", until=until), world.clock.now())
    assert acted is not None
    assert acted.is_done
    return acted


async def silence(world: World, span: int | None, **about: str) -> Silence:
    """Asha wants to hear nothing of some alerts for so many ms; None: until she says otherwise."""
    now = world.clock.now()
    values: dict[str, Any] = dict.fromkeys(("rule", "account", "extension", "team", "customer")) | about
    ends_at = None if span is None else now + span
    new = Silence(0, **values, starts_at=now, ends_at=ends_at, reason="a fair", author="Asha", created_at=now)
    return (await actions.silence(world.database, world.config.agents, new, now)).silence


async def end_silence(world: World, silence: Silence) -> None:
    """She does."""
    ended = await actions.end_silence(
        world.database, world.config.agents, silence.id, "Asha", world.clock.now()
    )
    assert ended is not None
