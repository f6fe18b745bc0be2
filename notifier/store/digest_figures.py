"""What a digest counts: one pass over the calls of its time, by customer, in memory that stays flat."""

import heapq
from array import array
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, or_, select

from notifier.config.values import MINUTE
from notifier.model import (
    AgentTally,
    DigestFigures,
    Endpoint,
    HourTally,
    OpenCustomer,
    Tally,
    is_agent_leg,
)
from notifier.store.schema import calls
from notifier.store.sources import Source, all_sources

MOST_NAMED = 20
"""Customers still to be reached that are named."""

BEHIND = 10 * MINUTE
"""ms before its end up to which a time counts as read: polls lie apart."""

_MISSED = f"/{Endpoint.OUT_MISSED}"  # answered calls that can't be read hide no missed one
_AT_ONCE = 1_000  # rows that Python holds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """What to count."""

    since: int  # UTC ms, inclusive
    until: int  # UTC ms, exclusive
    now: int  # UTC ms; who was spoken with up to then counts as reached
    zone: ZoneInfo  # whose hours they are
    sources: Collection[str]  # that are read: "main/out_missed"
    is_about: Callable[[str], bool]  # does it count the calls of this agent, "main/209"?
    phones: Collection[str]  # agents' own, in the forms that the customer of a call may have


def digest_figures(connection: Connection, asked: Asked) -> DigestFigures:
    """Count. Takes about a second for 100,000 calls: not within a transaction that others wait for."""
    known = {source.name: source for source in all_sources(connection) if source.name in asked.sources}
    counting = _Counting(asked, {source.id: source for source in known.values()})
    for row in _rows(connection, asked, known.values()):
        counting.take(row)
    counting.next_customer()
    watermarks = [source.watermark for source in known.values()]
    complete = len(watermarks) == len(asked.sources) > 0
    read = [watermark for watermark in watermarks if watermark is not None]
    return DigestFigures(
        calls=counting.calls,
        agent_legs=counting.agent_legs,
        customers=counting.all.tally(),
        agents=counting.by_agent(),
        hours=counting.by_hour(),
        newest_open=tuple(_named(connection, counting.newest_open())),
        read_to=min(read) if complete and len(read) == len(watermarks) else None,
        knows_reached=any(one.endpoint.is_answered and one.watermark is not None for one in known.values()),
        is_complete=all(_is_read(known.get(name), asked) for name in asked.sources if name.endswith(_MISSED)),
    )


def _is_read(source: Source | None, asked: Asked) -> bool:
    """Was this list read up to about the end?"""
    return source is not None and (source.watermark or 0) >= asked.until - BEHIND


class _Row(NamedTuple):
    customer: str
    placed_at: int
    source_id: int
    extension: str
    id: int


def _rows(connection: Connection, asked: Asked, read: Collection[Source]) -> Iterator[_Row]:
    """Missed calls of that time and answered ones up to now, by customer, of each the newest first.

    SQLite sorts them, on its disk where they are many.
    """
    missed = [source.id for source in read if source.endpoint is Endpoint.OUT_MISSED]
    answered = [source.id for source in read if source.endpoint.is_answered]
    of_its_time = and_(calls.c.placed_at < asked.until, calls.c.spurious.is_(False))
    found = connection.execute(
        select(calls.c.customer, calls.c.placed_at, calls.c.source_id, calls.c.extension, calls.c.id)
        .where(
            # In one condition, lest SQLite look at each list by itself, and at all that is in it.
            calls.c.source_id.in_([*missed, *answered]),
            calls.c.placed_at.between(asked.since, asked.now),
            or_(calls.c.source_id.in_(answered), of_its_time),
        )
        # Who was answered in the same instant was answered after it.
        .order_by(calls.c.customer, calls.c.placed_at.desc(), calls.c.source_id.in_(missed), calls.c.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    return (_Row(*row) for row in found)


@dataclass(slots=True)
class _Tries:
    """One customer's missed calls, taken from the newest to the oldest.

    What became of the customer is what became of them after the newest, for whatever they count in.
    """

    newest: _Row
    agent: str  # who tried last
    reached_at: int | None  # UTC ms, when the customer was first spoken with after the newest
    first_at: int = 0  # UTC ms, of the oldest since they were last spoken with before that
    count: int = 0  # from that one on
    agents: set[str] = field(default_factory=set)
    hours: set[int] = field(default_factory=set)

    def take(self, placed_at: int, reached_at: int | None, agent: str, hour: int) -> None:
        """A call that was missed, and when the customer was first spoken with after it."""
        self.agents.add(agent)
        self.hours.add(hour)
        if reached_at == self.reached_at:
            self.first_at = placed_at
            self.count += 1


@dataclass(slots=True)
class _Customers:
    """How many were missed, and how long it took until they were reached."""

    missed: int = 0
    took: "array[int]" = field(default_factory=lambda: array("q"))  # ms

    def add(self, tries: _Tries) -> None:
        """One more customer."""
        self.missed += 1
        if tries.reached_at is not None:
            self.took.append(tries.reached_at - tries.first_at)

    def tally(self) -> Tally:
        """All of them."""
        return Tally(self.missed, len(self.took), _median(self.took))


class _Open(NamedTuple):
    """Sorts by when it was placed."""

    last_at: int
    row: int
    customer: str
    agent: str
    attempts: int


class _Counting:
    def __init__(self, asked: Asked, sources: dict[int, Source]) -> None:
        self.calls = self.agent_legs = 0
        self.all = _Customers()
        self._asked = asked
        self._sources = sources
        self._agents: dict[str, _Customers] = {}
        self._hours: dict[int, list[int]] = {}  # calls, customers, and how many of these were reached
        self._open: list[_Open] = []  # a heap, the oldest first
        self._customer: str | None = None
        self._reached_at: int | None = None
        self._tries: _Tries | None = None  # of this customer

    def take(self, row: _Row) -> None:
        """Take the next row."""
        if row.customer != self._customer:
            self.next_customer()
            self._customer, self._reached_at = row.customer, None
        source = self._sources[row.source_id]
        if source.endpoint.is_answered:
            self._reached_at = row.placed_at
            return
        agent = f"{source.account}/{row.extension}"
        if not self._asked.is_about(agent):
            return
        if is_agent_leg(row.customer, self._asked.phones):
            self.agent_legs += 1
            return
        self._count(row, agent)

    def _count(self, row: _Row, agent: str) -> None:
        reached_at = self._reached_at
        self.calls += 1
        moment = (_EPOCH + timedelta(milliseconds=row.placed_at)).astimezone(self._asked.zone)
        self._hours.setdefault(moment.hour, [0, 0, 0])[0] += 1
        self._tries = self._tries or _Tries(row, agent, reached_at)
        self._tries.take(row.placed_at, reached_at, agent, moment.hour)

    def next_customer(self) -> None:
        """All of the last one was taken."""
        tries, self._tries = self._tries, None
        if tries is None:
            return
        self.all.add(tries)
        for agent in tries.agents:
            self._agents.setdefault(agent, _Customers()).add(tries)
        for hour in tries.hours:
            self._hours[hour][1] += 1
            self._hours[hour][2] += tries.reached_at is not None
        self._keep(tries)

    def _keep(self, tries: _Tries) -> None:
        if tries.reached_at is not None:
            return
        newest = tries.newest
        one = _Open(newest.placed_at, newest.id, newest.customer, tries.agent, tries.count)
        push = heapq.heappush if len(self._open) < MOST_NAMED else heapq.heappushpop
        push(self._open, one)

    def newest_open(self) -> list[_Open]:
        """Those who were missed last and are still to be reached, the newest first."""
        return sorted(self._open, reverse=True)

    def by_agent(self) -> tuple[AgentTally, ...]:
        """Who missed most customers first."""
        found = [AgentTally(agent, customers.tally()) for agent, customers in self._agents.items()]
        return tuple(sorted(found, key=lambda one: (-one.tally.missed, one.agent)))

    def by_hour(self) -> tuple[HourTally, ...]:
        """In the order of the day."""
        return tuple(HourTally(hour, *self._hours[hour]) for hour in sorted(self._hours))


def _named(connection: Connection, found: Collection[_Open]) -> Iterator[OpenCustomer]:
    rows = connection.execute(
        select(calls.c.id, calls.c.name).where(calls.c.id.in_([one.row for one in found]))
    )
    names = {row: str(name) for row, name in rows}
    for one in found:
        yield OpenCustomer(one.customer, names.get(one.row, ""), one.agent, one.attempts, one.last_at)


def _median(spans: "array[int]") -> int | None:
    ordered = sorted(spans)
    middle = len(ordered) // 2
    if not ordered:
        return None
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2
