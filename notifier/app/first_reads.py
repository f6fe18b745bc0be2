"""After a start: who was reached while we were away is known before anybody is told of them."""

from collections.abc import Awaitable, Callable, Iterable

from notifier.clock import Clock
from notifier.loop import Wakes

Step = Callable[[], Awaitable[float]]
"""One pass of a loop; returns how many seconds to wait at the most until the next."""

PATIENCE = 60.0
"""Seconds after which others go on without a list that was not read: a call may not wait for it."""


class FirstReads:
    """Holds loops back until each of some sources was read once, or could not be.

    Args:
        clock: by which they wait.
        wakes: wakes the loops that wait.
        loops: their names.
        untried: names of the sources.
        patience: seconds that the others wait at the most.
    """

    def __init__(
        self,
        clock: Clock,
        wakes: Wakes,
        loops: Iterable[str],
        untried: Iterable[str],
        patience: float = PATIENCE,
    ) -> None:
        self._clock = clock
        self._wakes = wakes
        self._loops = tuple(loops)
        self._untried = set(untried)
        self._until = clock.monotonic() + patience

    def of(self, source: str, step: Step) -> Step:
        """The step of a source, after which it counts as tried."""

        async def tried() -> float:
            try:
                return await step()
            finally:
                if source in self._untried:
                    self._untried.remove(source)
                    if not self._untried:
                        self._wakes.wake(*self._loops)

        return tried

    def then(self, step: Step) -> Step:
        """The step of a loop that waits for them."""

        async def waiting() -> float:
            left = self._until - self._clock.monotonic() if self._untried else 0.0
            return left if left > 0 else await step()

        return waiting
