"""What people do in a whole life, in any order."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from notifier import actions
from notifier.actions import Actions
from notifier.model import AlertState, Silence
from notifier.rules.act import Action, Order
from tests.whole.facts import Deed, Mute, Record, customer
from tests.whole.history import History
from tests.whole.plain import HOUR, MINUTE, SETUPS

ORDERS = ("pfts", "fpts", "ptsf", "ts", "p", "f", "s", "tpsf", "")
NOTHING: dict[str, Any] = dict.fromkeys(("rule", "account", "extension", "team", "customer"))
ABOUT: tuple[dict[str, str], ...] = (
    {},
    {"rule": "care"},
    {"rule": "many"},
    {"extension": "209"},
    {"team": "support"},
    {"customer": customer(0)},
    {"customer": customer(1), "rule": "each"},
)

agents = st.sampled_from(["209", "210"])
numbers = st.sampled_from([0, 0, 0, 1, 2])
soon = st.sampled_from([0, 1, 3, 3, 12, 40])  # minutes
any_alert = st.integers(0, 5)


class Happenings(RuleBasedStateMachine):
    """What people do: calls, alerts, silences."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.calls = 0
        self.is_over = False
        self.history: History = self.runs(self._begun())

    async def _begun(self) -> History:
        history = History(Path(self.folder.name), SETUPS[0])
        await history.world.restart()
        return history

    def runs(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run it to its end; what fails is not tidied up after."""
        try:
            return self.runner.run(work)
        except BaseException:
            self.is_over = True
            raise

    @property
    def now(self) -> int:
        """UTC ms, by our clock."""
        return self.history.world.clock.now()

    @initialize(
        before=st.lists(st.tuples(numbers, agents, st.booleans()), max_size=2),
        first=st.lists(st.tuples(numbers, agents), min_size=1, max_size=3),
        hours=st.sampled_from([0, 1, 4, 11]),
    )
    def watch(self, before: list[tuple[int, str, bool]], first: list[tuple[int, str]], hours: int) -> None:
        """Calls from before count, and open nothing; the first ones after that are told."""
        for number, extension, is_answered in before:
            if is_answered:
                self._answer(number, extension, 1, is_incoming=False)
            else:
                self._miss(number, extension, 5)
        self.runs(self.history.go("pfts"))
        self.history.world.clock.advance(hours * HOUR + MINUTE)
        for number, extension in first:
            self._miss(number, extension, 0)
        self.runs(self.history.go("pfts"))

    @rule(
        number=numbers,
        extension=agents,
        after=soon,
        ago=st.sampled_from([0, 0, 0, 1, 3, 9, 40, 180, 600]),
        times=st.sampled_from([1, 1, 1, 2]),
        order=st.sampled_from(ORDERS),
    )
    def misses(self, number: int, extension: str, after: int, ago: int, times: int, order: str) -> None:
        """Some minutes later it is listed, maybe twice, that somebody did not pick up so long ago."""
        self.history.world.clock.advance(after * MINUTE)
        record = self._miss(number, extension, ago)
        if times == 2:
            self.history.world.exchange.records.append(record)
        self.runs(self.history.go(order))

    @rule(number=numbers, extension=agents, count=st.integers(2, 5), order=st.sampled_from(ORDERS))
    def misses_many(self, number: int, extension: str, count: int, order: str) -> None:
        """Several, one a minute."""
        for one in range(count):
            self._miss(number + one, extension, count - one)
        self.runs(self.history.go(order))

    @rule(
        number=numbers,
        extension=agents,
        after=soon,
        ago=st.sampled_from([0, 0, 0, 1, 2, 3, 5, 12, 60, 300]),
        path=st.sampled_from(["/outanswered", "/answered"]),
        order=st.sampled_from(ORDERS),
    )
    def is_answered(self, number: int, extension: str, after: int, ago: int, path: str, order: str) -> None:
        """Some minutes later it is listed that somebody spoke with a customer."""
        self.history.world.clock.advance(after * MINUTE)
        self._answer(number, extension, ago, is_incoming=path == "/answered")
        self.runs(self.history.go(order))

    def _miss(self, number: int, extension: str, ago: int) -> dict[str, Any]:
        self.calls += 1
        name, at = f"m{self.calls}", self._true_now - ago * MINUTE
        self.history.facts.missed[name] = Record(name, customer(number), extension, at, is_late=ago > 10)
        return self.history.world.exchange.call(at, extension=extension, to=customer(number)[1:], name=name)

    def _answer(self, number: int, extension: str, ago: int, *, is_incoming: bool) -> None:
        self.calls += 1
        name, at, whom = f"a{self.calls}", self._true_now - ago * MINUTE, customer(number)
        self.history.facts.answered[name] = Record(name, whom, extension, at, is_late=ago > 100)
        world = self.history.world
        if is_incoming:
            world.incoming.incoming(at, extension=extension, caller=whom[1:], name=name)
        else:
            world.answered.call(at, extension=extension, to=whom[1:], name=name)

    @property
    def _true_now(self) -> int:
        return self.now - self.history.skew

    @rule(
        which=any_alert,
        action=st.sampled_from(list(Action)),
        minutes=st.sampled_from([5, 30, 90, 400]),
        order=st.sampled_from(ORDERS),
    )
    def acts(self, which: int, action: Action, minutes: int, order: str) -> None:
        """A person does something to one of the newest alerts, most often to one that has not ended."""

        async def act() -> None:
            world, facts = self.history.world, self.history.facts
            lives = sorted(facts.lives.values(), key=lambda life: life.state is not AlertState.ENDED)
            if not lives:
                return
            life = lives[-1 - which % len(lives)]
            until = self.now + minutes * MINUTE if action is Action.SNOOZE else None
            doing = Actions(world.database, world.tell.rules)
            facts.turn += 1
            acted = await doing.carry_out(life.number, Order(action, "Asha", until=until), self.now)
            assert acted is not None
            if acted.is_done:
                facts.deeds.append(Deed(facts.turn, life.uid, action, self.now, until))
            self.history.observe(self.now)
            await self.history.go(order)

        self.runs(act())

    @rule(
        about=st.sampled_from(ABOUT),
        begins=st.sampled_from([0, 0, 0, 30]),
        lasts=st.sampled_from([None, 20, 120, 1000]),
        order=st.sampled_from(ORDERS),
    )
    def silences(self, about: dict[str, str], begins: int, lasts: int | None, order: str) -> None:
        """Somebody wants to hear nothing of some alerts: at once, or from an instant on."""

        async def silence() -> None:
            world, now = self.history.world, self.now
            starts = now + begins * MINUTE
            ends = None if lasts is None else starts + lasts * MINUTE
            new = Silence(
                0, **NOTHING | about, starts_at=starts, ends_at=ends, reason="", author="Asha", created_at=now
            )
            made = await actions.silence(world.database, world.config.agents, new, now)
            number = made.silence.id
            self.history.facts.mutes[number] = Mute(number, about, starts, ends)
            await self.history.go(order)

        self.runs(silence())

    @rule(which=st.integers(0, 3), order=st.sampled_from(ORDERS))
    def ends_silence(self, which: int, order: str) -> None:
        """Somebody wants to hear again."""

        async def end() -> None:
            numbers = [*self.history.facts.mutes]
            if numbers:
                await self.history.end_silence(numbers[which % len(numbers)])
            await self.history.go(order)

        self.runs(end())
