"""Lists of answered calls fail: missed calls are told all the same, ops hear of it once, and it heals."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

from notifier.channels.render.escape import literal
from notifier.model import Endpoint
from notifier.sandbox import parse_faults
from tests.fault.life.customers import Fate
from tests.fault.life.town import Town
from tests.fault.scenario import Scenario, about
from tests.fault.scenarios.spells import MOST_LATE
from tests.fault.setting import OPS, TELLS_EACH
from tests.fault.world import World

LISTS = tuple(endpoint for endpoint in Endpoint if endpoint.is_answered)
REFUSED = ("absent", "refuse")
"""Faults of which ops hear at once; others may pass, and are told after minutes."""

HEALS_WITHIN = 90.0
"""Seconds; who was refused so often is asked again after a minute at the most."""


async def fail(fault: str, world: World) -> None:
    """Both lists of answered calls fail; whoever is missed is told of in time, and reached once they work."""
    town = Town(world, prompt=MOST_LATE)
    await world.up()
    for _ in range(1 if world.quick else 2):
        reached = [town.miss(Fate.LATER) for _ in range(3)]
        await world.clock.sleep(3.0)
        world.sides.sandbox.faults = parse_faults(",".join(f"{one}/{fault}" for one in LISTS))
        world.tries += 1
        async with world.load(pause=(0.5, 1.5)), town.living(fates=(Fate.NOBODY,)):
            await world.clock.sleep(world.seconds(12.0, 6.0))
            for customer in reached:
                town.answer(customer)
            await world.clock.sleep(world.seconds(12.0, 6.0))
        world.sides.sandbox.faults = ()
        await world.wait(lambda: not town.unread(), "answered calls are read again", HEALS_WITHIN)
    world.expect_in_time(MOST_LATE, TELLS_EACH)
    await town.drain()
    heard = _notices(world)
    town.note()
    world.notes.append(f"ops heard: {dict(heard)}")
    for one in LISTS:
        times = world.tries if fault in REFUSED else 0
        assert heard[f"{one} raised"] == heard[f"{one} cleared"] == times, f"ops heard {dict(heard)}"
    assert not heard[f"{Endpoint.OUT_MISSED} raised"], f"ops heard {dict(heard)}"


def _notices(world: World) -> Counter[str]:
    """How often ops heard of which list, and what."""
    heard: Counter[str] = Counter()
    for message in world.sides.slack.posted:
        if message.channel == OPS:
            phase = "cleared" if "Was in trouble" in message.text else "raised"
            # What Slack might take for a style is written with letters that look alike.
            heard.update(f"{one} {phase}" for one in Endpoint if f"main/{literal(one)}" in message.text)
    return heard


def scenarios() -> Iterator[Scenario]:
    """All about lists of answered calls."""
    for fault in (*REFUSED, "http-500", "hang"):
        yield Scenario(f"answered-{fault}", partial(fail, fault), about(fail))
