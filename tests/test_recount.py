"""Windows in memory hold what is needed, and no more."""

import pytest

from notifier.config import Config
from notifier.recount import LATENESS, REACH, reach
from notifier.rules import Windows
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

MANY = {"name": "many", "per": "extension", "count": 9, "within": "30m", "notify": "room"}
WITHIN = 30 * MINUTE


def covering(world: World, oldest: int) -> Windows:
    return world.database.look(lambda connection: world.counts.covering(connection, oldest))


async def test_without_a_rule_that_counts_nothing_is_kept(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.call("a")
    await world.poll()
    assert len(covering(world, world.clock.now())) == 0
    world.counts.prune(world.clock.now(), world.clock.now())


async def test_windows_reach_as_far_back_as_the_oldest_call_needs(a_world: MakeWorld) -> None:
    world = a_world(MANY)
    await world.watch()
    world.call("a", ago=MINUTE)
    await world.poll()
    now = world.clock.now()
    world.counts.forget()
    windows = covering(world, now)
    assert windows.horizon == now - WITHIN - LATENESS
    assert len(windows) == 1
    assert covering(world, now - HOUR) is windows  # within its reach
    further = covering(world, now - 5 * HOUR)
    assert further.horizon == now - 5 * HOUR - WITHIN - LATENESS


async def test_calls_that_no_rule_counts_are_left_out(a_world: MakeWorld) -> None:
    world = a_world({**MANY, "match": {"extension": "300"}})
    await world.watch()
    world.call("a")
    await world.poll()
    world.counts.forget()
    assert len(covering(world, world.clock.now())) == 0


async def test_nothing_is_pruned_that_a_source_behind_may_need(a_world: MakeWorld) -> None:
    world = a_world(MANY)
    now = world.clock.now()
    windows = covering(world, now)
    world.counts.prune(now, now)
    assert windows.horizon == now - WITHIN - LATENESS
    world.counts.prune(now + 3 * HOUR, now + 9 * HOUR)
    assert windows.horizon == now + 3 * HOUR - WITHIN - LATENESS


async def test_a_source_that_is_days_behind_does_not_keep_the_windows_of_others(a_world: MakeWorld) -> None:
    world = a_world(MANY)
    now = world.clock.now()
    windows = covering(world, now)
    world.counts.prune(now, now + 3 * REACH)
    assert windows.horizon == now + 2 * REACH - WITHIN - LATENESS


async def test_pruning_what_was_forgotten_does_nothing(a_world: MakeWorld) -> None:
    world = a_world(MANY)
    world.counts.prune(world.clock.now(), world.clock.now())
    covering(world, world.clock.now())
    world.counts.forget()
    world.counts.prune(world.clock.now() + REACH, world.clock.now() + REACH)
    assert covering(world, world.clock.now()).horizon < world.clock.now()


@pytest.mark.parametrize(
    ("follow_up", "poll", "window", "expected"),
    [
        (False, "15m", "1h", HOUR),
        (True, "15m", "1h", 2 * HOUR),
        (True, "3h", "4h", 4 * HOUR),
        (True, "3h", "1h", 3 * HOUR),
    ],
)
def test_what_may_come_again_reaches_as_far_back_as_any_read(
    a_world: MakeWorld, poll: str, window: str, expected: int, *, follow_up: bool
) -> None:
    world = a_world(follow_up=follow_up, poll={"overlap": poll})
    telecmi = {**world.sections["telecmi"], "reconcile": {"window": window}}
    config = Config.model_validate({**world.sections, "telecmi": telecmi})
    assert reach(config, world.counts) - world.counts.reach == expected
