"""A scheduled report: what was missed, reached afterwards, and is still open.

Customers are counted, each once, and calls where that is said. Reached is who was spoken with, by whomever,
after their last missed call of the report's time; who was spoken with and then missed again is still to be
reached. In whatever list a customer stands, that is what became of them. A customer counts with each agent,
and in each hour, that missed them: rows may come to more customers than there are, and never to more calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Tally:
    """Customers who were missed, and what became of them."""

    missed: int
    reached: int  # spoken with after they were last missed by anybody, as far as is known
    median: int | None  # ms from the first miss, since they were last spoken with, until they were reached

    @property
    def open(self) -> int:
        """Not reached since."""
        return self.missed - self.reached


@dataclass(frozen=True, slots=True)
class AgentTally:
    """Those whom one agent missed, and what became of them, whoever missed them last or reached them."""

    agent: str  # "main/209"
    tally: Tally


@dataclass(frozen=True, slots=True)
class HourTally:
    """Missed calls that were placed in one hour of the day, on any of the days."""

    hour: int  # 0 to 23, by the clock on the wall
    calls: int
    customers: int  # whom they were to
    reached: int  # of these customers


@dataclass(frozen=True, slots=True)
class OpenCustomer:
    """One who is still to be reached."""

    customer: str  # E.164 where it can be told, else digits
    name: str  # as TeleCMI had it with the last call; "" where none is known
    agent: str  # who tried last: "main/209"
    attempts: int  # calls missed in this time since they were last spoken with
    last_at: int  # UTC ms, of the last of them


@dataclass(frozen=True, slots=True)
class DigestFigures:
    """What a digest counts."""

    calls: int  # missed ones
    agent_legs: int  # that rang an agent's own phone only; they count nowhere else
    customers: Tally
    agents: tuple[AgentTally, ...]  # who missed most customers first; each customer with all who missed them
    hours: tuple[HourTally, ...]  # those with a missed call, in order
    newest_open: tuple[OpenCustomer, ...]  # at most 20, the newest first
    read_to: int | None  # UTC ms, up to when TeleCMI was read completely; None: never
    knows_reached: bool  # answered calls are read; else nobody counts as reached
    is_complete: bool = True  # missed calls were read up to about the end of this time

    @property
    def is_empty(self) -> bool:
        """Was nobody missed?"""
        return self.calls == 0


@dataclass(frozen=True, slots=True)
class DigestReport:
    """All that a digest's message is made from."""

    delivery_id: str  # random hex, fixed for ever
    name: str  # the digest's, in the configuration
    teams: tuple[str, ...]  # whose calls it is about; all where there are none
    since: int  # UTC ms, inclusive
    until: int  # UTC ms, exclusive
    figures: DigestFigures
    agent_names: Mapping[str, str]  # "main/209" → "Agent 209", for the agents that have a name
    zone: ZoneInfo
    now: int  # UTC ms
    country: str | None = None  # ISO 3166 code: its numbers may be shown in national form
    mask_numbers: bool = False  # its receiver shall see no full phone number
