"""Who is left alone for a while after a failure, longer each time. Pure."""

from collections.abc import Hashable
from dataclasses import dataclass


@dataclass
class _Hold:
    until: int = 0  # UTC ms
    failures: int = 0


class Holds:
    """Targets, and whole receivers, that failed of late; in memory only, so a restart tries them all."""

    def __init__(self) -> None:
        self._holds: dict[Hashable, _Hold] = {}

    def failures(self, name: Hashable) -> int:
        """How often it failed in a row."""
        hold = self._holds.get(name)
        return hold.failures if hold else 0

    def hold(self, name: Hashable, until: int) -> None:
        """It failed once more: leave it alone until then, UTC ms."""
        self._holds[name] = _Hold(until, self.failures(name) + 1)

    def release(self, *names: Hashable) -> None:
        """They work again."""
        for name in names:
            self._holds.pop(name, None)

    def until(self, *names: Hashable) -> int:
        """When all of them may be tried again, UTC ms; 0 where none failed."""
        return max((hold.until for name in names if (hold := self._holds.get(name))), default=0)
