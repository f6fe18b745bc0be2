"""Who is left alone for a while after a failure, longer each time, and why. Pure."""

from collections.abc import Hashable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Outage:
    """Something failed, and has not worked since."""

    since: int  # UTC ms
    failures: int  # in a row
    reason: str  # of the last one
    until: int  # UTC ms; then it may be tried again


class Breakers:
    """Targets, and whole services, that failed of late; in memory only, so a restart tries them all.

    What may be tried again is half open: one message tries, and what becomes of it decides for the others.
    """

    def __init__(self) -> None:
        self._outages: dict[Hashable, Outage] = {}

    def outage(self, name: Hashable) -> Outage | None:
        """How it fails; None where it works as far as is known."""
        return self._outages.get(name)

    def failures(self, name: Hashable) -> int:
        """How often it failed in a row."""
        outage = self._outages.get(name)
        return outage.failures if outage else 0

    def failed(self, name: Hashable, reason: str, now: int, until: int) -> Outage:
        """It failed once more.

        Args:
            name: what failed.
            reason: why; holds neither an address nor a secret.
            now: UTC ms.
            until: UTC ms; it is left alone until then.
        """
        before = self._outages.get(name)
        since = before.since if before else now
        outage = Outage(since, self.failures(name) + 1, reason, until)
        self._outages[name] = outage
        return outage

    def works(self, *names: Hashable) -> None:
        """They work again."""
        for name in names:
            self._outages.pop(name, None)

    def hasten(self, latest: int, now: int) -> None:
        """Whoever would be left alone for longer than until `latest` may be tried now; both are UTC ms."""
        for name, outage in self._outages.items():
            if outage.until > latest:
                self._outages[name] = replace(outage, since=min(outage.since, now), until=now)

    def until(self, *names: Hashable) -> int:
        """When all of them may be tried again, UTC ms; 0 where none failed."""
        return max((outage.until for name in names if (outage := self._outages.get(name))), default=0)
