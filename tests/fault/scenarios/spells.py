"""One remote side breaks in the same way several times, for a while each time, under load."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from tests.fault.breaks import Break, HangBeforeAccept, Mix, Refuse
from tests.fault.proxy import Proxy
from tests.fault.scenario import Scenario
from tests.fault.setting import TELLS_EACH
from tests.fault.world import World

MOST_LATE = 15_000
"""ms; so late a target that nothing is wrong with may be told at the most, on a machine that is busy."""

PATIENCE = 120.0
"""Seconds until a break must have struck something."""


@dataclass(frozen=True)
class Spells:
    """What breaks, and for whom.

    Args:
        proxy: which of a world's.
        breaks: how; drawn anew for each spell.
        touched: targets that can't be told meanwhile; all others are to be told in time.
        longest: seconds of a spell, in a full run and in a quick one.
    """

    proxy: Callable[[World], Proxy]
    breaks: Callable[[World], Break | Mix]
    touched: Collection[str] = TELLS_EACH
    longest: tuple[float, float] = (6.0, 3.0)
    count: int = 3

    async def __call__(self, world: World) -> None:
        proxy = self.proxy(world)
        await world.up()
        async with world.load():
            await world.some_told(3, self.touched)
            for _ in range(2 if world.quick else self.count):
                world.tries += await self._spell(world, proxy)
                await world.some_told(2, self.touched)
        world.expect_in_time(MOST_LATE, [target for target in TELLS_EACH if target not in self.touched])

    async def _spell(self, world: World, proxy: Proxy) -> int:
        """One of them; returns how many requests or connections it struck."""
        breaks, before = self.breaks(world), proxy.traffic.struck
        async with proxy.broken(breaks):
            await world.clock.sleep(world.rng.uniform(1.0, world.seconds(*self.longest)))
            if isinstance(breaks, Refuse | HangBeforeAccept):
                return 1  # who knocks at a closed door is not seen
            ends = world.clock.monotonic() + PATIENCE
            while proxy.traffic.struck == before:
                assert world.clock.monotonic() < ends, f"nothing that it strikes in {PATIENCE:g} s"
                # By chance a connection is spared, and may be kept for ever: they shall draw again.
                await proxy.set(breaks)
                await world.clock.sleep(2.0)
        return proxy.traffic.struck - before


def spells(
    name: str,
    about: str,
    proxy: Callable[[World], Proxy],
    breaks: Break | Callable[[World], Break | Mix],
    touched: Collection[str] = TELLS_EACH,
    *,
    longest: tuple[float, float] = (6.0, 3.0),
    count: int = 3,
    tls: bool = False,
    mail_is_open: bool = False,
) -> Scenario:
    """A scenario of them; arguments as those of `Spells` and `Scenario`."""
    drawn = breaks if callable(breaks) else lambda _: breaks
    play = Spells(proxy, drawn, touched, longest, count)
    return Scenario(name, play, about, tls=tls, mail_is_open=mail_is_open)
