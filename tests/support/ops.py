"""Ops, their channels, and the loop that tells them, stepped by hand around a real store."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier.channels.base import Channel
from notifier.config.receivers import Receiver
from notifier.config.schema import Delivery
from notifier.host.disk import StoreFile
from notifier.host.health import Health
from notifier.loop import Wakes
from notifier.model import History, Message, Notice, NoticeKind, Notification
from notifier.notices import Lookout, Notices, Teller
from notifier.rules import ALWAYS, Directory, Hours
from notifier.store.database import Database
from tests.support.channel import AfterAccepting, Step
from tests.support.clock import FakeClock
from tests.support.writing import pragma

SECOND = 1_000  # ms
MINUTE = 60 * SECOND
SOURCE = "main/out_missed"
RECEIVERS: Mapping[str, Mapping[str, object]] = {
    "room": {"slack": {"to": "#ops"}},
    "hall": {"slack": {"to": "#hall"}},
    "leads": {"email": {"to": ["lead@example.com"]}},
}


@dataclass(frozen=True)
class Heard:
    """What ops read."""

    address: str
    kind: NoticeKind
    subject: str
    reason: str
    raised_at: int
    cleared_at: int | None
    delivery_id: str
    uid: str
    plain: bool
    at: int

    @property
    def what(self) -> str:
        """In a word: it is in trouble, it works again; a message that tells both is the latter."""
        return "raised" if self.cleared_at is None else "cleared"


@dataclass
class OpsChannel:
    """A `Channel` for notices that does as it is told."""

    clock: FakeClock
    journal: list[Heard]
    service: str = "slack"
    confirms: bool = True
    can_edit: bool = True
    has_threads: bool = False
    pace: float = 1.0
    summary_size: int = 20
    sends: deque[Step] = field(default_factory=deque)
    always: BaseException | None = None  # every send
    looks: deque[BaseException] = field(default_factory=deque)
    gate: asyncio.Event | None = None  # nothing is sent before it is set
    tries: int = 0
    looked: list[tuple[str, tuple[str, ...], int]] = field(default_factory=list)

    def lane(self, address: str) -> str:
        return address

    async def send(self, address: str, message: Message, *, plain: bool = False, reply_to: str = "") -> str:
        assert isinstance(message, Notice)
        assert not reply_to
        self.tries += 1
        if self.gate is not None:
            await self.gate.wait()
        step = self.sends.popleft() if self.sends else self.always
        if step is not None and not isinstance(step, AfterAccepting):
            raise step
        self.journal.append(
            Heard(
                address=address,
                kind=message.kind,
                subject=message.subject,
                reason=message.reason,
                raised_at=message.raised_at,
                cleared_at=message.cleared_at,
                delivery_id=message.delivery_id,
                uid=message.uid,
                plain=plain,
                at=self.clock.now(),
            )
        )
        if isinstance(step, AfterAccepting):
            raise step.error
        return "receipt"

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:
        raise AssertionError("a notice is never edited")

    async def confirm(
        self, address: str, delivery_ids: Collection[str], since: int, *, threads: Collection[str] = ()
    ) -> Mapping[str, str]:
        assert not threads
        self.looked.append((address, tuple(delivery_ids), since))
        if self.looks:
            raise self.looks.popleft()
        there = {one.delivery_id for one in self.journal if one.address == address}
        return {one: "receipt" for one in delivery_ids if self.confirms and one in there}

    async def reply(self, receipt: str, history: History, *, plain: bool = False) -> None:
        raise AssertionError("nothing is said below a notice")

    async def has_reply(self, receipt: str, delivery_id: str, since: int) -> bool:
        raise AssertionError("nothing is looked for below a notice")

    async def aclose(self) -> None:
        pass


class OpsRoom:
    """A receiver for each of the channels; ops are told through those named in `ops`.

    Args:
        folder: for the store.
        receivers: the configuration's, by name.
        ops: whom to tell.
    """

    def __init__(
        self,
        folder: Path,
        receivers: Mapping[str, Mapping[str, object]],
        ops: tuple[str, ...],
        delivery: Mapping[str, object] | None = None,
    ) -> None:
        self.path = folder / "notifier.db"
        self.clock = FakeClock()
        self.heard: list[Heard] = []
        self.receivers = {name: Receiver.model_validate(one) for name, one in receivers.items()}
        self.ops = ops
        self.delivery = Delivery.model_validate(delivery or {})
        self.channels = {
            name: OpsChannel(
                self.clock,
                self.heard,
                service="slack" if one.slack else "email",
                confirms=one.slack is not None,
            )
            for name, one in self.receivers.items()
        }
        self.quiet_after: int | None = None
        self.hours: Hours = ALWAYS
        self.sources = [SOURCE]
        self.dry_run = False
        self.database = Database.open(self.path, busy_ms=50)
        pragma(self.database, "synchronous=OFF")  # these tests kill no process
        self.file = StoreFile(self.path)
        self.health = Health(self.clock)
        self.build()

    def build(self) -> None:
        """As for a configuration that takes over."""
        self.stop = asyncio.Event()
        self.wakes = Wakes(events={"notices": self.health.troubles.changed})
        directory = Directory(self.receivers, {}, self.ops, ZoneInfo("Asia/Kolkata"))
        channels: Mapping[str, Channel] = self.channels
        self.lookout = Lookout(
            database=self.database,
            file=self.file,
            clock=self.clock,
            troubles=self.health.troubles,
            sources=self.sources,
            quiet_after=self.quiet_after,
            hours=self.hours,
        )
        self.teller = Teller(
            database=self.database,
            clock=self.clock,
            delivery=self.delivery,
            zone=ZoneInfo("Asia/Kolkata"),
            metrics=self.health.metrics,
            jitter=lambda: 1.0,
            stop=self.stop,
        )
        self.notices = Notices(
            database=self.database,
            clock=self.clock,
            health=self.health,
            wakes=self.wakes,
            channels=channels,
            directory=directory,
            audience=() if self.dry_run else directory.targets(self.ops, "", self.clock.now()),
            lookout=self.lookout,
            teller=self.teller,
            stop=self.stop,
        )

    def raise_(
        self, kind: NoticeKind = NoticeKind.REJECTS, subject: str = SOURCE, reason: str = "why"
    ) -> bool:
        """Something is in trouble."""
        return self.health.troubles.raise_(kind, subject, reason)

    def clear(self, kind: NoticeKind = NoticeKind.REJECTS, subject: str = SOURCE) -> bool:
        """It works again."""
        return self.health.troubles.clear(kind, subject)

    async def go(self) -> None:
        """One pass of the loop, and what it sends; and so on while anything is due at once."""
        for _ in range(50):
            due = await self.notices.step()
            if self.notices.is_working:
                await self.notices.drain()
            elif due is None or due > self.clock.now():
                return
        raise AssertionError("it never comes to rest")

    async def pass_time(self, ms: int) -> None:
        """Let time pass in steps of what is due."""
        until = self.clock.ms + ms
        while True:
            await self.go()
            due = await self.notices.step()
            if self.notices.is_working:
                await self.notices.drain()
                continue
            if due is None or due > until:
                self.clock.advance(until - self.clock.ms)
                await self.go()
                return
            self.clock.advance(max(1, due - self.clock.ms))

    async def reload(self) -> None:
        """The loop of another configuration takes over; what was under way is cut off."""
        await self.notices.aclose(0)
        self.build()
        await self.notices.adopt()

    async def restart(self) -> None:
        """As after a crash: only the store is left."""
        await self.notices.aclose(0)
        self.health = Health(self.clock)
        self.build()
        await self.notices.adopt()

    def told(self, address: str = "") -> list[str]:
        """What ops heard at this address, or anywhere, in words."""
        return [one.what for one in self.heard if address in {"", one.address}]

    def break_store(self) -> None:
        """From now on nothing can be written."""
        pragma(self.database, "query_only=ON")

    def mend_store(self) -> None:
        """It can be written again."""
        pragma(self.database, "query_only=OFF")

    async def close(self) -> None:
        """Let go of everything."""
        await self.notices.aclose(0)
        self.database.close()


OpenRoom = Callable[..., Awaitable[OpsRoom]]
