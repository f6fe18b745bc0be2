"""A store in which something has happened, and its configuration."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from notifier.errors import TargetBroken
from tests.support.commands import configured
from tests.support.log_state import logging_is_put_back
from tests.support.world import MINUTE, World
from tests.support.worlds import MakeWorld

__all__ = ["logging_is_put_back"]

NOT_REACHED: dict[str, Any] = {
    "name": "not-reached",
    "match": {"team": "sales"},
    "per": "customer",
    "wait": "10m",
    "notify": "agent",
    "fallback": "room",
}
TOO_MANY: dict[str, Any] = {
    "name": "too-many",
    "per": "extension",
    "count": 3,
    "within": "30m",
    "levels": [{"count": 5, "severity": "critical"}],
    "severity": "warning",
    "notify": "room",
}
SECTIONS: dict[str, Any] = {
    "timezone": "Asia/Kolkata",
    "agents": {
        "209": {"name": "Asha", "team": "sales", "slack": "U209"},
        "210": {"name": "Ravi", "team": "sales"},
        "305": {"name": "Meera", "team": "support"},
    },
    "receivers": {"agent": {"slack": {"to": "agent"}}, "leads": {"email": {"to": ["lead@example.com"]}}},
    "email": {"host": "127.0.0.1", "security": "none", "sender": "a@example.com"},
    "ops": {"notify": "leads"},
}


@dataclass(frozen=True)
class Scene:
    """What a command is run on."""

    world: World
    config: Path


@pytest.fixture
async def empty(a_world: MakeWorld) -> Scene:
    """The daemon has just made the store."""
    world = a_world(NOT_REACHED, TOO_MANY, **SECTIONS)
    return Scene(world, configured(world))


@pytest.fixture
async def full(empty: Scene) -> Scene:
    """Three customers were missed by 209, the first of them twice; then one by 210 and one by 305."""
    world = empty.world
    world.call("Before", ago=MINUTE, to="919800000001")
    await world.watch()
    world.call("Suresh", to="919812345678")
    await world.round()
    world.clock.advance(MINUTE)
    world.call("Priya", to="919812345679")
    world.call("Suresh", to="919812345678")
    await world.round()
    world.clock.advance(9 * MINUTE)
    await world.round()
    world.channels["room"].always = TargetBroken("channel_not_found")
    world.call("Fatima", extension="210", to="919900000003", cmiuid="the-second-id")
    world.call("Anil", extension="305", to="919900000004")
    await world.poll()
    world.clock.advance(10 * MINUTE)
    await world.round()
    return empty
