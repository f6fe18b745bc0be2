"""From an envelope of Slack's to what is done: acknowledged at once, done in its turn, answered apart."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from notifier.buttons import words
from notifier.buttons.answer import Answer, Answers
from notifier.buttons.handle import Handle, Outcome
from notifier.buttons.lane import Lane
from notifier.buttons.listener import Listener
from notifier.buttons.press import Press, PressId, press_of
from notifier.clock import Clock
from notifier.host.metrics import OTHER, Metrics, Pressed
from notifier.loop import Wakes

log = structlog.get_logger("notifier.buttons")

NAME: Final = "buttons"
WAITING: Final = 100  # presses that may wait; likewise forms to be shown, and answers
REMEMBERED: Final = 1_000  # presses, of which Slack may hand on one twice
FORMS_AT_ONCE: Final = 4  # none may wait for another: each must be shown within 3 s
ANSWERS_AT_ONCE: Final = 4
GOODBYE: Final = 0.5  # seconds in which whoever is cut off may be told so


@dataclass(frozen=True, slots=True)
class _Taken:
    press: Press
    since: float  # seconds of the clock's `monotonic`


@dataclass
class Buttons:
    """Sees to what is pressed.

    Args:
        make_listener: makes what hears of it, and hands it on to the function that it is given.
        handle: carries it out.
        answers: says what became of it.
        clock: tells when.
        metrics: told of it.
        wakes: wakes the loops that have something to do then.
        close: lets go of connections.
    """

    make_listener: Callable[[Callable[[Mapping[str, object]], None]], Listener]
    handle: Handle
    answers: Answers
    clock: Clock
    metrics: Metrics
    wakes: Wakes
    close: Callable[[], Awaitable[None]]
    name: str = NAME
    _seen: OrderedDict[PressId, None] = field(default_factory=OrderedDict, init=False)

    def __post_init__(self) -> None:
        self.listener = self.make_listener(self.receive)
        # One after another: what a person presses first is done first.
        self._acts = Lane("a press", self._act, workers=1, size=WAITING)
        self._forms = Lane("a form", self._show_form, workers=FORMS_AT_ONCE, size=WAITING)
        self._said = Lane("an answer", self.answers.give, workers=ANSWERS_AT_ONCE, size=WAITING)

    def begin(self) -> None:
        """Messages have buttons from now on, unless it turns out that we do not hear of them."""
        self.listener.shown.are_heard = True

    async def step(self) -> float:
        """Keep the connection; returns how many seconds to wait at the most until the next."""
        seconds = await self.listener.step()
        if self.listener.is_connected:
            # Known before somebody presses: a form must be shown within 3 s.
            await self.handle.who.prepare()
        return seconds

    def receive(self, message: Mapping[str, object]) -> None:
        """Take what Slack handed on, and was told that we have it; nothing is waited for."""
        press = press_of(message.get("payload")) if message.get("type") == "interactive" else None
        if press is None:
            return
        if self._is_known(press):
            self._count(press, Pressed.REPEATED)
            return
        taken = _Taken(press, self.clock.monotonic())
        if not (self._forms if press.opens_form else self._acts).offer(taken):
            self._count(press, Pressed.DROPPED)
            self._say(press, words.TOO_MANY)

    async def drain(self) -> None:
        """Wait until all that was pressed is seen to, and answered."""
        for lane in (self._acts, self._forms, self._said):
            await lane.drain()

    async def settle(self, seconds: float, hurry: asyncio.Event) -> None:
        """Hear nothing more; let what is under way end, for so long or until there is a hurry."""
        closing = asyncio.create_task(self.listener.aclose(), name="close buttons")
        ended = asyncio.create_task(self._drain(closing), name="drain buttons")
        hurried = asyncio.create_task(hurry.wait(), name="hurry buttons")
        await asyncio.wait({ended, hurried}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in (ended, hurried):
            task.cancel()
        await asyncio.gather(ended, hurried, return_exceptions=True)
        await closing

    async def aclose(self, seconds: float) -> None:
        """Hear nothing more; what is under way may end within so many seconds."""
        await self.settle(seconds, asyncio.Event())
        left = await self._acts.aclose() + await self._forms.aclose()
        if left:
            log.warning("presses of buttons were not seen to before the end", presses=len(left))
            for taken in left:
                self._say(taken.press, words.STOPPED)
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE):
                    await self._said.drain()
        await self._said.aclose()
        await self.close()

    async def _drain(self, closing: asyncio.Task[None]) -> None:
        await asyncio.wait({closing})  # before that, more may come
        await self.drain()

    def _is_known(self, press: Press) -> bool:
        if press.id in self._seen:
            return True
        self._seen[press.id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return False

    async def _act(self, taken: _Taken) -> None:
        press = taken.press
        await self._follow(
            press, self.handle.carry_out(press, taken.since, lambda text: self._say(press, text))
        )

    async def _show_form(self, taken: _Taken) -> None:
        await self._follow(taken.press, self.handle.show_form(taken.press))

    async def _follow(self, press: Press, doing: Awaitable[Outcome]) -> None:
        try:
            outcome = await doing
        except Exception:
            self._count(press, Pressed.FAILED)
            self._say(press, words.BROKEN)
            raise
        self._count(press, outcome.pressed)
        value = press.value
        log.info(
            "a button was pressed",
            button=press.button or OTHER,
            alert=f"A{value.alert}" if value else None,
            user=press.user,
            outcome=outcome.pressed.value,
        )
        if outcome.changed:
            self.wakes.wake("lifecycle", "dispatch")
        if outcome.said:
            self._say(press, outcome.said)

    def _say(self, press: Press, text: str) -> None:
        if not self._said.offer(Answer(press.user, press.place, text)):
            log.warning("somebody can't be answered: too many wait for an answer")

    def _count(self, press: Press, outcome: Pressed) -> None:
        self.metrics.pressed(press.button or OTHER, outcome)
