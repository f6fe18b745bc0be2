"""What a scenario is, and what comes of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.fault.world import World

Play = Callable[[World], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way in which something breaks.

    Its `play` gets a world whose daemon does not run yet. Whoever calls it sees to the end: that everything
    is told, that the daemon ends in good order, and the books.
    """

    name: str
    play: Play
    about: str  # a line
    tls: bool = False  # TeleCMI and Slack are spoken to through TLS
    mail_is_open: bool = False  # no TLS and no login at the SMTP server, so that the proxy sees what is said


@dataclass
class Outcome:
    """How it went."""

    scenario: str
    tries: int = 0  # how often something was broken
    due: int = 0  # tellings that were owed
    lost: int = 0
    doubled: int = 0
    allowed: int = 0  # of the doubled ones
    worst: int = 0  # ms, the longest between listed and told
    leaks: int = 0
    seconds: float = 0.0
    complaints: list[str] = field(default_factory=list)  # why it failed
    notes: list[str] = field(default_factory=list)
    skipped: str = ""  # why it could not run

    @property
    def verdict(self) -> str:
        if self.skipped:
            return "skipped"
        is_bad = self.complaints or self.lost or self.leaks or self.doubled > self.allowed
        return "FAILED" if is_bad else "ok"


def about(play: Callable[..., Awaitable[None]]) -> str:
    """The line that a scenario's function says about itself."""
    return " ".join((play.__doc__ or "").split())
