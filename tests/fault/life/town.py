"""Customers who are missed, and what becomes of each: reached early or late, seen to by a person, neither."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle

from notifier.model import Endpoint
from tests.fault.life.customers import FATES, Customer, Fate
from tests.fault.life.facts import Life, Said, Span
from tests.fault.life.heard import said_of_customers
from tests.fault.life.ledger import Reckoning, reckon
from tests.fault.life.people import People
from tests.fault.life.setting import HELD, HUSHED, LIFETIME, PLAIN, WAIT
from tests.fault.life.stored import Stored
from tests.fault.processes import HOUR
from tests.fault.world import Audit, World

PATIENCE = 180.0
"""Seconds until a customer's whole life was told, on a busy machine."""


class Town:
    """All customers of one scenario.

    Args:
        world: that they are in; its daemon reads answered calls from its next start on.
        prompt: ms within which what is due must be told; None where the daemon is down at times.
        hours: of the calendar of some; always open where none are given.
        digest_at: a time of the day; no digest where none is given.
        has_right_clock: the daemon's clock is not off by hours at times.
    """

    def __init__(
        self,
        world: World,
        prompt: int | None = None,
        *,
        hours: str = "",
        digest_at: str = "",
        has_right_clock: bool = True,
    ) -> None:
        self.world = world
        self.prompt = prompt
        self.has_right_clock = has_right_clock
        self.customers: list[Customer] = []
        self.closed: list[Span] = []  # when the calendar is
        self.stored = Stored(lambda: world.store)
        self.people = People(world, self.stored)
        world.follow_up(hours, digest_at)
        world.auditors.append(self.audit)

    def miss(self, fate: Fate, extension: str = PLAIN, *, ago: float | None = None) -> Customer:
        """Somebody is missed; nothing else happens yet.

        Args:
            fate: theirs.
            extension: who called them.
            ago: seconds since then; by chance just now, or so long that a later answer is of another call.
        """
        rng, now = self.world.rng, self.world.clock.now()
        ago = rng.choice((2.0, 2.0, 150.0)) if ago is None else ago
        name = self.world.call(extension, ago=ago)
        missed_at = now - round(ago * 1000)
        customer = Customer(name, extension, fate, missed_at, max(missed_at + WAIT, now))
        self.customers.append(customer)
        return customer

    def answer(self, customer: Customer, shows_in: float = 0.0) -> None:
        """Somebody reaches them: they pick up, or call back.

        Args:
            customer: who is reached.
            shows_in: seconds until TeleCMI lists the call.
        """
        rng, now = self.world.rng, self.world.clock.now()
        customer.answered_at = now + round(shows_in * 1000)
        self.world.sides.sandbox.book.add(
            extension=rng.choice((customer.extension, "201")),
            customer=self.world.number(customer.name)[3:],
            placed_at=rng.randint(customer.missed_at, customer.answered_at),
            visible_at=customer.answered_at,
            name=customer.name,
            endpoint=rng.choice((Endpoint.OUT_ANSWERED, Endpoint.IN_ANSWERED)),
            seconds=30,
        )

    async def see_to(self, customer: Customer, action: Fate) -> None:
        """A person does something about a customer, where there is an alert."""
        deed = await self.people.act(action, customer.name)
        customer.deeds += [deed] if deed else []

    @asynccontextmanager
    async def living(
        self,
        pause: tuple[float, float] = (1.0, 2.5),
        *,
        fates: Sequence[Fate] = FATES,
        extensions: Sequence[str] = (PLAIN,),
        most: int = 60,
    ) -> AsyncIterator[None]:
        """Customers without end, while this is open.

        Args:
            pause: seconds between two of them, least and most.
            fates: that they may have.
            extensions: that call them.
            most: of them who were not seen to the end yet.
        """
        async with asyncio.TaskGroup() as lives:

            async def go_on() -> None:
                while True:
                    if len(self.untold()) < most:
                        customer = self.miss(self.world.rng.choice(fates), self.world.rng.choice(extensions))
                        lives.create_task(self._live(customer))
                    await self.world.clock.sleep(self.world.rng.uniform(*pause))

            task = lives.create_task(go_on())
            try:
                yield
            finally:
                task.cancel()

    @asynccontextmanager
    async def silencing(
        self, lasts: tuple[float, float] = (15.0, 30.0), pause: tuple[float, float] = (20.0, 30.0)
    ) -> AsyncIterator[None]:
        """One silence of an extension after another, while this is open; every other one is ended by hand.

        Args:
            lasts: seconds of a silence, least and most.
            pause: seconds between two of them, likewise.
        """
        rng, sleep = self.world.rng, self.world.clock.sleep

        async def go_on() -> None:
            for is_ended in cycle((False, True)):
                seconds = rng.uniform(*lasts)
                number = await self.people.silence(HUSHED, f"{seconds:.0f}s")
                if number is not None and is_ended:
                    await sleep(seconds * 0.6)
                    await self.people.end_silence(number)
                else:
                    await sleep(seconds)
                await sleep(rng.uniform(*pause))

        async with asyncio.TaskGroup() as silences:
            task = silences.create_task(go_on())
            try:
                yield
            finally:
                task.cancel()

    async def _live(self, customer: Customer) -> None:
        rng = self.world.rng
        match customer.fate:
            case Fate.EARLY:
                self.answer(customer, rng.uniform(0.0, 7.0))
            case Fate.LATER:
                self.answer(customer, rng.uniform(8.0, 80.0))
            case Fate.ACK | Fate.RESOLVE | Fate.SNOOZE:
                await self.world.clock.sleep(rng.uniform(3.0, 60.0))
                await self.see_to(customer, customer.fate)

    def said(self) -> list[Said]:
        """All that was said so far."""
        return [*said_of_customers(self.world.sides.workspace, self.world.sides.mail)]

    def lives(self) -> list[Life]:
        """What became of everybody, as the store knows it."""
        known, done = self.stored.answered(), self.stored.done()
        # By a wrong clock a silence is over when that clock says so.
        silences = self.stored.silences() if self.has_right_clock else {}
        hushed = {**silences, HELD: self.closed}
        return [
            Life(
                customer.name,
                customer.due_at,
                self._true(known.get(customer.name), customer.answered_at),
                tuple(self.people.seen_to(deed, done) for deed in customer.deeds),
                tuple(hushed.get(customer.extension, ())),
            )
            for customer in self.customers
        ]

    def _true(self, at: int | None, near: int | None) -> int | None:
        """An instant that was written down by a clock that may have been off by whole hours."""
        if at is None or near is None or self.has_right_clock:
            return at
        hour = round(HOUR * 1000)
        return at - round((at - near) / hour) * hour

    def reckon(self) -> Reckoning:
        """Close the books, as far as they go."""
        return reckon(self.lives(), self.said(), self.prompt)

    def untold(self) -> tuple[str, ...]:
        """Who is still owed something, or whose messages are not true yet."""
        found = self.reckon()
        return (*(customer for customer, *_ in found.lost), *found.complaints, *self.unread())

    def unread(self) -> list[str]:
        """Who was reached, and the daemon does not know it yet."""
        known = self.stored.answered()
        reached = (one.name for one in self.customers if one.answered_at is not None)
        return [name for name in reached if name not in known]

    async def drain(self) -> None:
        """Wait until every life was told to its end."""
        try:
            await self.world.wait(lambda: not self.untold(), "every life is told", PATIENCE + LIFETIME / 1000)
        except AssertionError:
            return  # the audit says what is missing
        await self.world.clock.sleep(3.0)

    def audit(self) -> Audit:
        """What is wrong at the end."""
        found = self.reckon()
        most = {target: allowed() for target, allowed in self.world.may_double.items()}
        again = Counter(target for _, target, _ in found.doubled)
        beyond = [one for one in found.doubled if again[one[1]] > most.get(one[1], 0)]
        return Audit(
            due=found.owed,
            lost=len(found.lost),
            doubled=len(found.doubled),
            allowed=len(found.doubled) - len(beyond),
            complaints=(
                *(f"lost: {customer} at {target}, {kind}" for customer, target, kind in found.lost),
                *(f"doubled: {customer} at {target}, {kind}" for customer, target, kind in beyond),
                *found.complaints,
                *self.stored.complaints(),
                *self.people.complaints(self.stored.done()),
            ),
        )

    def note(self) -> None:
        """Say in the table how much there was."""
        found = self.reckon()
        said, people = len(self.said()), self.people
        self.world.notes.append(
            f"{len(self.customers)} customers, {sum(one.answered_at is not None for one in self.customers)}"
            f" reached; {said} messages, {found.owed} of them owed in any case; {len(people.deeds)} commands,"
            f" {people.died} of them killed"
        )
