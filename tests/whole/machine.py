"""Whatever may happen in a whole life, in any order; after each step all of it is compared with the model."""

from collections.abc import Callable

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import rule

from notifier.errors import (
    CredentialsBroken,
    DeliveryTransient,
    EditRefused,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)
from tests.support.channel import AfterAccepting, Step
from tests.support.doomed import Moment
from tests.support.exchange import Killed
from tests.whole.happenings import ORDERS, Happenings, numbers
from tests.whole.plain import MINUTE, SETUPS

SPANS = (0, 1, 4, 10, 11, 31, 46, 95, 200, 500, 1500)  # minutes

FAULTS: tuple[Callable[[], Step], ...] = (
    lambda: DeliveryTransient("down"),
    lambda: AfterAccepting(DeliveryTransient("lost", uncertain=True)),
    lambda: AfterAccepting(Killed()),
    Killed,
    lambda: RateLimited("slowly", 90),
    lambda: PayloadBroken("the form"),
    lambda: ValueError("nobody knows"),
)
LASTING: tuple[Callable[[], BaseException], ...] = (
    lambda: DeliveryTransient("down"),
    lambda: TargetBroken("archived"),
    lambda: CredentialsBroken("revoked"),
)
RECEIVERS = ("room", "agent", "hook", "leads")


class Whole(Happenings):
    """And what time, machines and networks do."""

    @rule(minutes=st.sampled_from(SPANS), order=st.sampled_from(ORDERS))
    def passes(self, minutes: int, order: str) -> None:
        """So much time does."""
        self.history.world.clock.advance(minutes * MINUTE)
        self.runs(self.history.go(order))

    @rule(off=st.sampled_from([-1, 0, 1, MINUTE]), order=st.sampled_from(ORDERS))
    def reaches_edge(self, off: int, order: str) -> None:
        """The calendar opens or closes just then, or a ms before or after."""
        edge = self.history.facts.setup.hours.next_edge(self.now)
        self.history.world.clock.advance(edge + off - self.now)
        self.runs(self.history.go(order))

    @rule(
        number=numbers,
        before=st.sampled_from(["", "p", "pf"]),
        lives_for=st.integers(0, 6),
        moment=st.sampled_from(list(Moment)),
        order=st.sampled_from(["pfts", "ts", "s", "fts"]),
    )
    def is_killed(self, number: int, before: str, lives_for: int, moment: Moment, order: str) -> None:
        """Somebody was missed, and the process dies around one of the next transactions."""
        self._miss(number, "209", 0)
        self.runs(self.history.go(before))
        self.history.database.doom(lives_for, moment)
        self.runs(self.history.go(order))
        self.history.database.revive()

    @rule(which=st.integers(0, len(SETUPS) - 1), restarts=st.booleans(), order=st.sampled_from(ORDERS))
    def loads(self, which: int, restarts: bool, order: str) -> None:  # noqa: FBT001 - drawn
        """Another configuration takes over, in this process or a new one."""
        self.runs(self.history.load(SETUPS[which], restarts=restarts))
        self.runs(self.history.go(order))

    @rule(by=st.sampled_from([-180, -31, -3, 3, 31, 180, 2880]), order=st.sampled_from(ORDERS))
    def clock_is_set(self, by: int, order: str) -> None:
        """By so many minutes; or right again, where it was not."""
        skew = self.history.skew
        self.history.set_clock(-skew if skew else by * MINUTE)
        self.runs(self.history.go(order))

    @rule(
        receiver=st.sampled_from(RECEIVERS),
        fault=st.sampled_from(range(len(FAULTS))),
        times=st.integers(1, 3),
        order=st.sampled_from(ORDERS),
    )
    def fails(self, receiver: str, fault: int, times: int, order: str) -> None:
        """The next messages to a receiver do, and there are some."""
        channel = self.history.world.channels.get(receiver)
        if channel is not None:
            self.history.facts.failing.add(receiver)
            channel.sends.extend(FAULTS[fault]() for _ in range(times))
            channel.replies.extend(FAULTS[fault]() for _ in range(times))
        self._miss(times, "210", 0)
        self.runs(self.history.go(order))

    @rule(
        receiver=st.sampled_from(RECEIVERS),
        fault=st.sampled_from(range(len(LASTING))),
        order=st.sampled_from(ORDERS),
    )
    def breaks(self, receiver: str, fault: int, order: str) -> None:
        """A receiver does, until it is mended."""
        channel = self.history.world.channels.get(receiver)
        if channel is not None:
            self.history.facts.failing.add(receiver)
            channel.always = LASTING[fault]()
            channel.never_edits = LASTING[fault]() if fault else EditRefused("gone")
        self.runs(self.history.go(order))

    @rule(
        path=st.sampled_from(["/outmissed", "/outanswered", "/answered"]),
        kind=st.sampled_from(["500", "cut", "kill"]),
    )
    def telecmi_fails(self, path: str, kind: str) -> None:
        """One of its next answers does, or we are killed waiting for it."""
        failures: dict[str, httpx.Response | BaseException] = {
            "500": httpx.Response(500),
            "cut": httpx.ReadTimeout("slow"),
            "kill": Killed(),
        }
        self.history.world.lists["main"].lists[path].failures.append(failures[kind])

    @rule()
    def settles(self) -> None:
        """Everything works, and gets time: nothing waits without a reason."""
        self.runs(self.history.settle())

    def teardown(self) -> None:
        """Days pass, and nothing is left undone."""
        try:
            if not self.is_over:
                self.runs(self.history.end())
        finally:
            self.runner.run(self.history.world.close())
            self.runner.close()
            self.folder.cleanup()
