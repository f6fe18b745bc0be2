"""One world for each scenario: the daemon, its remote sides, the calls, and the books about them."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from tests.fault.books import complaints
from tests.fault.ledger import Ledger, Telling
from tests.fault.life.setting import ROOMS, TARGETS, with_life
from tests.fault.processes import PATIENCE, Processes
from tests.fault.remotes import Heard
from tests.fault.setting import ARRIVES, COUNT, COUNTED, COUNTED_EXTENSION, HEARD, OPS, TELLS_EACH
from tests.fault.sides import Sides

BACKLOG = 40  # tellings that may be owed; every channel takes one message a second
_LOOK_EVERY = 0.05  # seconds
_WITH_BOOKS_OF_THEIR_OWN = frozenset({COUNTED, *TARGETS, *ROOMS.values()})


@dataclass(frozen=True, slots=True)
class Audit:
    """What books of their own came to."""

    due: int  # tellings that were owed
    lost: int
    doubled: int
    allowed: int  # of the doubled ones
    complaints: tuple[str, ...] = ()


class Skipped(Exception):
    """This scenario can't run here; the text says why."""


class World(Processes):
    """Everything that one scenario needs.

    Args:
        folder: of this scenario alone.
        sides: what the daemon talks to.
        rng: where all chance comes from.
        quick: for a shorter run.
    """

    follows_up = False  # are answered calls read, too?
    hours = ""  # of the calendar, then; always open where none are given
    digest_at = ""  # likewise; no digest where no time of the day is given

    def __init__(self, folder: Path, sides: Sides, rng: random.Random, *, quick: bool) -> None:
        super().__init__(folder, sides)
        self.rng = rng
        self.quick = quick
        self.ledger = Ledger(dict.fromkeys(TELLS_EACH, (OPS,)))
        self.calls: dict[str, str] = {}  # name → extension
        self.tries = 0  # how often something was broken
        self.is_over = False
        self.complaints: list[str] = []  # about the store
        self.notes: list[str] = []  # for the table
        self.may_double: dict[str, Callable[[], int]] = {}  # target → messages at the most
        self.in_time: dict[str, int] = {}  # target → ms at the most
        self.auditors: list[Callable[[], Audit]] = []  # of books of their own
        self.audits: list[Audit] = []  # what they found in the end
        self._heard = Heard(sides.workspace, sides.mail, sides.hook)

    def seconds(self, full: float, quick: float) -> float:
        """How long something lasts, in a full run and in a quick one."""
        return quick if self.quick else full

    def skip(self, why: str) -> NoReturn:
        """This can't be played here.

        Raises:
            Skipped: always.
        """
        raise Skipped(why)

    def follow_up(self, hours: str = "", digest_at: str = "") -> None:
        """Read answered calls, too, and tell who stays unreached; arguments as those of `with_life`."""
        self.follows_up, self.hours, self.digest_at = True, hours, digest_at
        self.watch_since(600.0)

    def sections(self) -> dict[str, Any]:
        usual = super().sections()
        return with_life(usual, self.hours, self.digest_at) if self.follows_up else usual

    def call(self, extension: str, *, ago: float = 0.0, shows_in: float = 0.0) -> str:
        """A call that nobody took.

        Args:
            extension: who made it.
            ago: seconds since it was placed.
            shows_in: seconds until TeleCMI lists it.

        Returns:
            The customer's name, which only this call has.
        """
        name = f"Customer {len(self.calls) + 1:05}"
        self.calls[name] = extension
        now = self.clock.now()
        shows_at = now + round(shows_in * 1000)
        self.sides.sandbox.book.add(
            extension=extension,
            customer=self.number(name)[3:],
            placed_at=now - round(ago * 1000),
            visible_at=shows_at,
            name=name,
        )
        targets = [target for receiver in HEARD.get(extension, ()) for target in ARRIVES[receiver]]
        self.ledger.owe(name, targets, shows_at)
        return name

    @staticmethod
    def number(name: str) -> str:
        """The number of a customer that `call` made up, E.164."""
        return f"+9198120{name[-5:]}"

    @asynccontextmanager
    async def load(
        self,
        pause: tuple[float, float] = (0.15, 0.5),
        *,
        extensions: Sequence[str] = (*HEARD, COUNTED_EXTENSION),
        backlog: int = BACKLOG,
    ) -> AsyncIterator[None]:
        """Calls without end, while this is open.

        Args:
            pause: seconds between two of them, least and most.
            extensions: that make them.
            backlog: tellings that may be owed before there are no more for a while.
        """
        task = asyncio.create_task(self._call(pause, extensions, backlog))
        try:
            yield
            if task.done():
                await task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _call(self, pause: tuple[float, float], extensions: Sequence[str], backlog: int) -> None:
        while True:
            self.call(self.rng.choice(extensions))
            await self.clock.sleep(self.rng.uniform(*pause))
            while len(self.untold()) > backlog:
                await self.clock.sleep(0.2)

    def tellings(self) -> Iterator[Telling]:
        """Everything that was told so far."""
        return (one for one in self._heard.tellings() if one.target not in _WITH_BOOKS_OF_THEIR_OWN)

    def untold(self) -> set[tuple[str, str]]:
        """What is still owed."""
        return self.ledger.untold(self.tellings())

    async def some_told(self, count: int = 3, targets: Collection[str] = TELLS_EACH) -> None:
        """Wait until so many more were told to any of these targets: then it works."""

        def told() -> int:
            return sum(1 for one in self.tellings() if one.target in targets)

        before = told()
        await self.wait(lambda: told() >= before + count, f"{count} tellings")

    async def wait(self, condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
        """Wait for it while the daemon runs.

        Args:
            condition: looked at again and again.
            what: is awaited, for whoever reads the failure.
            seconds: to wait at the most.
        """
        ends = self.clock.monotonic() + seconds
        while not condition():
            assert not self.is_gone, f"the daemon has ended before: {what}"
            assert self.clock.monotonic() < ends, f"not within {seconds:g} s: {what}"
            await self.clock.sleep(_LOOK_EVERY)

    def expect_in_time(self, most: int, targets: Collection[str]) -> None:
        """These targets are to be told within so many ms, whatever happens to others."""
        self.in_time.update(dict.fromkeys(targets, most))

    async def drain(self, seconds: float = PATIENCE) -> None:
        """Wait until everybody was told everything."""
        try:
            await self.wait(lambda: self._is_counted() and not self.untold(), "everybody is told", seconds)
        except AssertionError:
            return  # the ledger says what is missing
        # An edit may be on its way.
        await self.clock.sleep(3.0)

    async def see_to_the_end(self) -> None:
        """Everybody is told; then it ends, and what is left to be sent would be sent now. Done only once."""
        if self.is_over:
            return
        if not self.is_gone:
            await self.drain()
            if not self.untold():
                await self.becomes(200)
            await self.down()
        await self.start("once")
        await self.ended(0)
        self.is_over = True
        self.check_books(self.store)

    def check_books(self, store: Path) -> None:
        """Look whether a store says what it should; nobody writes it now."""
        counted = [name for name, extension in self.calls.items() if extension == COUNTED_EXTENSION]
        self.complaints += complaints(store, self.calls, counted)
        self.audits = [audit() for audit in self.auditors]

    def _is_counted(self) -> bool:
        calls = list(self.calls.values()).count(COUNTED_EXTENSION)
        return calls < COUNT or any(message.channel == COUNTED for message in self.sides.slack.posted)

    def counted_messages(self) -> Counter[str]:
        """How often each message about the threshold was posted, by its delivery id."""
        return Counter(str(one.delivery_id) for one in self.sides.slack.posted if one.channel == COUNTED)
