"""What is counted is rebuilt from stored calls: a restart changes nothing of what is told."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.world import MINUTE, World
from tests.support.worlds import MakeWorld

MANY = {"name": "many", "per": "extension", "count": 3, "within": "10m", "notify": "room"}
LEVELS = {**MANY, "levels": [{"count": 5, "severity": "critical"}], "expire_after": "4m"}
OVERRIDES = {**MANY, "name": "patient", "overrides": {"210": 4}, "per": ["extension", "customer"]}

Step = tuple[int, str, str, int]  # minutes that pass, extension, customer, minutes that the call is late


async def test_calls_of_an_ended_alert_do_not_count_again_across_a_restart(a_world: MakeWorld) -> None:
    world = a_world({**MANY, "within": "1h", "expire_after": "1m"})
    await world.watch()
    for name in ("1", "2", "3"):
        world.call(name)
    await world.round()
    assert world.told() == ["3"]
    world.clock.advance(2 * MINUTE)
    await world.tick()
    assert [alert.ended_as for alert in world.alerts()] == ["expired"]

    await world.restart()
    for name in ("4", "5"):
        world.call(name)
    await world.round()
    assert world.told() == ["3"]
    world.call("6")
    await world.round()
    assert world.told() == ["3", "6"]
    assert [alert.call_count for alert in world.alerts()] == [3, 3]


async def test_calls_of_an_alert_that_was_active_at_the_restart_do_not_count_again_after_its_end(
    a_world: MakeWorld,
) -> None:
    world = a_world({**MANY, "within": "1h", "expire_after": "5m"})
    await world.watch()
    for name in ("1", "2", "3"):
        world.call(name)
    await world.round()
    await world.restart()
    world.call("joins")
    await world.round()
    world.clock.advance(6 * MINUTE)
    await world.tick()
    world.call("4")
    world.call("5")
    await world.round()
    assert world.told() == ["3"]


async def test_calls_of_an_active_alert_still_count_towards_its_levels_after_a_restart(
    a_world: MakeWorld,
) -> None:
    world = a_world({**LEVELS, "within": "1h", "expire_after": "1h"})
    await world.watch()
    for name in ("1", "2", "3"):
        world.call(name)
    await world.round()
    await world.restart()
    for name in ("4", "5"):
        world.call(name)
    await world.round()
    assert [one.kind.value for one in world.sent if not one.edits] == ["open", "level"]


steps = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(["209", "210"]),
        st.sampled_from(["919812345678", "919812345679"]),
        st.sampled_from([0, 0, 0, 3, 12]),
    ),
    min_size=3,
    max_size=25,
)


@settings(deadline=None, max_examples=10)
@given(steps=steps, restarts=st.sets(st.integers(0, 24)))
def test_windows_rebuilt_at_any_instants_give_the_same_alerts_as_without_a_restart(
    steps: list[Step], restarts: set[int]
) -> None:
    assert asyncio.run(lived(steps, restarts)) == asyncio.run(lived(steps, set()))


async def lived(steps: list[Step], restarts: set[int]) -> list[Any]:
    """Everything that a life with these restarts led to."""
    with TemporaryDirectory() as folder:
        world = World(Path(folder), (LEVELS, OVERRIDES))
        await world.watch()
        for number, (_, extension, customer, late) in enumerate(steps):
            world.clock.ms = (
                world.began + (number + 1) * MINUTE // 2 + sum(s[0] for s in steps[: number + 1]) * MINUTE
            )
            world.call(str(number), ago=late * MINUTE, extension=extension, to=customer)
            if number in restarts:
                await world.restart()
            await world.poll()
            await world.tick()
        told = [
            (alert.rule, alert.key, alert.level, alert.call_count, alert.ended_as, alert.first_call_at)
            for alert in world.alerts()
        ]
        rows = [(row.alert_id, row.kind, row.n) for row in world.outbox()]
        reasons = world.reasons()
        await world.close()
        return [told, rows, reasons]
