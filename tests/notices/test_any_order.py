"""Whatever happens, in whatever order: what a target hears alternates, and ends in what is true."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.errors import CredentialsBroken, DeliveryTransient, RateLimited, TargetBroken
from notifier.model import NoticeKind
from tests.support.channel import AfterAccepting, Step
from tests.support.ops import MINUTE, RECEIVERS, Heard, OpsRoom

KEYS = [
    (NoticeKind.DISK, "store"),
    (NoticeKind.DEAD_LETTERS, "outbox"),
    (NoticeKind.TARGET_BROKEN, "room:#ops"),
]

ROOM_IS_BROKEN = 2  # of those

FAULTS: list[Callable[[], Step]] = [
    lambda: DeliveryTransient("down"),
    lambda: DeliveryTransient("lost", uncertain=True),
    lambda: AfterAccepting(DeliveryTransient("lost", uncertain=True)),
    lambda: AfterAccepting(asyncio.CancelledError()),  # killed before the result was written down
    lambda: RateLimited("slowly", 90),
    lambda: TargetBroken("archived"),
    lambda: CredentialsBroken("revoked"),
]

OPERATIONS = st.one_of(
    st.tuples(st.just("turn"), st.integers(0, len(KEYS) - 1)),  # raise it, or clear it
    st.tuples(st.just("fail"), st.integers(0, len(FAULTS) - 1)),
    st.tuples(st.just("pass"), st.sampled_from([0, 1, 4, 6, 12])),  # minutes
    st.tuples(st.sampled_from(["kill", "kill in flight", "reload", "break", "mend"]), st.just(0)),
)


class Story:
    """What is true, and what the loop makes of it."""

    def __init__(self, ops: OpsRoom) -> None:
        self.ops = ops
        self.true: set[int] = set()

    def find_again(self) -> None:
        """Every loop says what it finds at each of its passes, also after a restart."""
        room = self.ops.channels["room"]
        room.always = TargetBroken("archived") if ROOM_IS_BROKEN in self.true else None
        if room.always is not None:
            room.sends.clear()  # nothing gets through
        for number, key in enumerate(KEYS):
            if number in self.true:
                self.ops.raise_(*key)
            else:
                self.ops.clear(*key)

    async def happen(self, what: str, which: int) -> None:
        match what:
            case "turn":
                self.true ^= {which}
                self.find_again()
            case "fail":
                self.ops.channels["room"].sends.append(FAULTS[which]())
            case "pass":
                self.ops.clock.advance(which * MINUTE)
                await self.go()
            case "kill":
                await self.restart()
            case "kill in flight":
                await self.killed_in_flight()
            case "reload":
                self.ops.mend_store()
                await self.ops.reload()
            case "break":
                self.ops.break_store()
            case _:
                self.ops.mend_store()

    async def go(self) -> None:
        """The loop as it goes round: a store that can't be used is tried again later."""
        self.find_again()
        try:
            await self.ops.go()
        except Exception as error:
            if "read-only" not in str(error):
                raise
        if any(task.cancelled() for task in self.ops.notices._workers._tasks.values()):
            raise AssertionError("a worker stays")

    async def killed_in_flight(self) -> None:
        room = self.ops.channels["room"]
        room.gate = asyncio.Event()
        self.ops.mend_store()
        await self.ops.notices.step()
        await asyncio.sleep(0)  # noqa: TID251 - gives way, waits for nothing
        room.gate = None
        await self.restart()

    async def restart(self) -> None:
        self.ops.mend_store()
        await self.ops.restart()
        self.find_again()

    async def end(self) -> None:
        """Everything works, and time passes."""
        self.ops.mend_store()
        self.ops.channels["room"].sends.clear()
        await self.restart()
        for _ in range(8):
            await self.happen("pass", 12)


def check(heard: Sequence[Heard], *, is_true: bool) -> None:
    """Raised and cleared alternate; a message that tells both may stand wherever nothing is known."""
    knows_raised = False
    for one in heard:
        tells_both = len(one.delivery_id) > 32
        if tells_both or one.what == "raised":
            assert not knows_raised, "raised twice"
        else:
            assert knows_raised, "cleared, and never raised"
        knows_raised = one.what == "raised"
    assert knows_raised == is_true


@given(st.lists(OPERATIONS, max_size=25))
@settings(max_examples=60, deadline=None)
def test_what_is_heard_alternates_and_ends_in_what_is_true(operations: list[tuple[str, int]]) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            ops = OpsRoom(Path(folder), RECEIVERS, ("room", "leads"))
            ops.channels["leads"].confirms = True  # else a kill may double what it sends, as promised
            await ops.notices.adopt()
            story = Story(ops)
            for operation in operations:
                await story.happen(*operation)
            await story.end()
            for number, (kind, subject) in enumerate(KEYS):
                for address in ("#ops", "lead@example.com"):
                    about = [
                        one
                        for one in ops.heard
                        if (one.kind, one.subject, one.address) == (kind, subject, address)
                    ]
                    if address == "#ops" and ROOM_IS_BROKEN in story.true:
                        continue  # nothing gets through
                    check(about, is_true=number in story.true)
            await ops.close()

    asyncio.run(play())
