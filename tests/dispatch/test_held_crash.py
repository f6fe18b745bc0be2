"""Promises 2 and 3: killed between any two transactions of an alert's day, everybody is told of it once."""

from typing import Any

import pytest

from notifier.model import EventKind, Kind
from tests.support.mortal import MortalDatabase, mortal, survive
from tests.support.people import OFFICE, instant
from tests.support.world import World
from tests.support.worlds import MakeWorld

RULE: dict[str, Any] = {
    "name": "customers",
    "per": "customer",
    "wait": "10m",
    "notify": "room",
    "calendar": "office",
    "escalate": [{"after": "30m", "notify": ["boss", "room"]}],
    "repeat_every": "1h",
}
BOSS = {"boss": {"slack": {"to": "#boss"}}}
INSTANTS = 22
"""Transactions from the call by night to the reminders of the next morning."""


async def a_day(world: World, database: MortalDatabase, lives_for: int | None) -> int:
    """Returns how often it was killed."""
    world.clock.ms = instant(21, 20)
    world.call("Suresh")
    database.lives_for = lives_for
    kills = int(await survive(world, world.poll))
    for day, hour, minute in [(21, 20, 10), (22, 9, 0), (22, 9, 30), (22, 10, 0)]:
        world.clock.ms = instant(day, hour, minute)
        kills += await survive(world, world.tick, world.send)
    return kills


@pytest.mark.parametrize("instant_", [*range(INSTANTS), None])
async def test_killed_at_any_instant_of_its_day_everybody_is_told_once(
    a_world: MakeWorld, instant_: int | None
) -> None:
    world = a_world(RULE, calendars=OFFICE, receivers=BOSS)
    database = await mortal(world)
    await world.watch()
    kills = await a_day(world, database, instant_)
    assert kills == (0 if instant_ is None else 1)
    told = sorted((one.receiver, one.kind) for one in world.sent if not one.edits)
    assert told == [
        ("boss", Kind.ESCALATION),
        ("boss", Kind.REMINDER),
        ("room", Kind.ESCALATION),
        ("room", Kind.OPEN),
        ("room", Kind.REMINDER),
    ]
    assert world.story() == [EventKind.OPENED, EventKind.HELD, EventKind.ESCALATED, EventKind.REMINDED]
    assert {row.state.value for row in world.outbox()} == {"sent"}
