"""A busy TeleCMI, where something is listed late; and polls that have nothing to do."""

from tests.support.world import HOUR, MINUTE, World

PAGE = 10
SHORT = {"page_size": PAGE, "start_from": "2d"}
LATE = {"name": "late", "match": {"extension": "300"}, "notify": "room"}
"""Tells of what comes late or new, and not of what fills the pages."""


def busy(world: World, count: int = 60) -> None:
    """So many calls, spread over the hours from the 20th to the last before now."""
    for n in range(count):
        world.call(f"busy {n}", ago=20 * HOUR - n * (19 * HOUR // count), to=f"9198123{n:05}")


def late(world: World, name: str, *, ago: int = 12 * HOUR) -> None:
    """A call that is listed long after it was placed."""
    world.call(name, ago=ago, extension="300")


def longest_asked(world: World) -> int:
    """The longest interval that was asked for since, ms before now."""
    return max(one["end_date"] - one["start_date"] for one in world.exchange.asked)


async def idle(world: World, minutes: int) -> list[int]:
    """One poll a minute; what each of them costs in requests."""
    costs = []
    for _ in range(minutes):
        world.clock.advance(MINUTE)
        world.exchange.requests()
        await world.poll()
        costs.append(world.exchange.requests())
    return costs
