"""What happened in the month: every call that TeleCMI will list, and when. Drawn by chance, and fixed."""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.month.office import VIP, Diary, Person, customers, staff
from bench.month.size import DAY, HOUR, MINUTE, Size
from notifier.model import Endpoint

SECOND = 1_000  # ms

MISSED, OUT, IN = Endpoint.OUT_MISSED, Endpoint.OUT_ANSWERED, Endpoint.IN_ANSWERED


class Fact(NamedTuple):
    """One call as it was. Times are UTC ms."""

    account: str
    endpoint: Endpoint
    id: str
    extension: str
    customer: str  # E.164
    placed_at: int
    listed_at: int  # when TeleCMI lists it: it is over then
    is_late: bool  # it lists it long after that

    @property
    def agent(self) -> str:
        """As notifier names them: "main/209"."""
        return f"{self.account}/{self.extension}"


def traffic(size: Size) -> list[Fact]:
    """All calls, in the order in which they were placed."""
    drawn: list[Fact] = []
    month = _Month(size)
    while len(drawn) < size.calls:
        drawn += (one for one in month.episode() if one.placed_at < size.end)
    drawn += month.bad_half_hours()
    return sorted(drawn, key=lambda one: (one.placed_at, one.id))


class _Month:
    def __init__(self, size: Size) -> None:
        self.size = size
        self.rng = random.Random(size.seed)
        self.diary = Diary(size, self.rng)
        self.weights = self.diary.weights()
        self.people = staff()
        self.phones = [one.phone for one in self.people if one.phone]
        self.customers = customers(size.customers)
        self.vips = [one for one in self.customers if one.startswith(VIP)]
        self.drawn = 0

    def episode(self) -> Iterator[Fact]:
        """What happens between an agent and a customer: mostly they speak with each other."""
        rng = self.rng
        person, customer = rng.choice(self.people), self._customer()
        at = self.diary.instant(self.weights)
        dice = rng.random()
        if dice < self.size.unreached:
            yield from self._not_reached(person, customer, at)
        elif dice > 0.998 and person.phone:
            yield self._missed(person, rng.choice(self.phones), at)
        else:
            yield self._answered(person, customer, at)
            if dice > 0.975:
                yield self._leg(person, customer, at)

    def bad_half_hours(self) -> Iterator[Fact]:
        """Some agents reach nobody for a while."""
        for _ in range(max(2, self.size.calls // 3_000)):
            begin = self.diary.instant(self.weights)
            person = self.rng.choice(self.people)
            for _ in range(self.rng.choice([7, 9, 10, 12, 16, 24])):
                at = begin + self.rng.randrange(25 * MINUTE)
                if at < self.size.end:
                    yield self._missed(person, self._customer(), at)

    def _not_reached(self, person: Person, customer: str, at: int) -> Iterator[Fact]:
        """Missed, perhaps again and again, and spoken with soon, later, by others, or never."""
        rng = self.rng
        yield self._missed(person, customer, at)
        for _ in range(rng.choices([0, 1, 2, 3, 5], [55, 22, 12, 7, 4])[0]):
            at += round(rng.expovariate(1 / (25 * MINUTE))) + 40 * SECOND
            yield self._missed(person, customer, at)
        dice = rng.random()
        if dice < 0.40:
            yield self._answered(person, customer, at + rng.randrange(1, 7) * MINUTE)
        elif dice < 0.72:
            other = person if rng.random() < 0.6 else rng.choice(self.people)
            later = at + rng.choice([30 * MINUTE, 2 * HOUR, 5 * HOUR, DAY, 2 * DAY])
            yield self._answered(other, customer, later + rng.randrange(30 * MINUTE))

    def _customer(self) -> str:
        rng = self.rng
        if rng.random() < 0.004:
            return rng.choice(self.vips)
        # Some are called much more often than others.
        return self.customers[int(len(self.customers) * rng.random() ** 1.6)]

    def _missed(self, person: Person, customer: str, at: int) -> Fact:
        rang = self.rng.randrange(15 * SECOND, 50 * SECOND)
        return self._fact(MISSED, person, customer, at, rang)

    def _answered(self, person: Person, customer: str, at: int) -> Fact:
        talked = min(45 * MINUTE, round(self.rng.expovariate(1 / (2.5 * MINUTE)))) + 10 * SECOND
        endpoint = IN if self.rng.random() < 0.3 else OUT
        return self._fact(endpoint, person, customer, at, talked)

    def _leg(self, person: Person, customer: str, at: int) -> Fact:
        """The same call rang elsewhere, too, and is listed as missed there."""
        around = self.rng.randrange(-90 * SECOND, 90 * SECOND)
        others: Sequence[Person] = [one for one in self.people if one.account == person.account]
        return self._missed(self.rng.choice(others), customer, at + around)

    def _fact(self, endpoint: Endpoint, person: Person, customer: str, at: int, lasted: int) -> Fact:
        rng = self.rng
        self.drawn += 1
        is_late = rng.random() < 0.002
        delay = rng.randrange(4 * HOUR) + 20 * MINUTE if is_late else rng.randrange(3 * SECOND, 20 * SECOND)
        ident = f"{self.drawn:08x}{rng.getrandbits(64):016x}"
        listed = at + lasted + delay
        return Fact(person.account, endpoint, ident, person.extension, customer, at, listed, is_late)
