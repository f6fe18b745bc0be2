"""A channel that does as it is told, and a journal of all that reached anybody."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from notifier.model import Alert, Kind, Notification
from tests.support.clock import FakeClock


@dataclass(frozen=True)
class Message:
    """What arrived at an address."""

    receiver: str
    address: str
    kind: Kind
    delivery_id: str
    alert: Alert
    names: tuple[str, ...]  # of the calls, oldest first
    plain: bool
    at: int  # UTC ms
    edits: bool = False  # it changed one that was there


@dataclass(frozen=True)
class AfterAccepting:
    """The remote side takes the message, and then this happens."""

    error: BaseException


Step = BaseException | AfterAccepting | None


@dataclass
class ScriptedChannel:
    """A `Channel`. What is planned happens to the next sends, edits and looks, one after another."""

    receiver: str
    clock: FakeClock
    journal: list[Message]
    can_edit: bool = True
    confirms: bool = True
    pace: float = 0.0
    sends: deque[Step] = field(default_factory=deque)
    edits: deque[Step] = field(default_factory=deque)
    looks: deque[BaseException] = field(default_factory=deque)
    always: BaseException | None = None  # every send
    never_edits: BaseException | None = None  # every edit
    gate: asyncio.Event | None = None  # nothing is sent before it is set
    tries: int = 0
    looked: list[tuple[str, str, int]] = field(default_factory=list)
    on_send: Callable[[Notification], None] | None = None
    name_lane: Callable[[str], str] = "lane {}".format
    closed: bool = False

    def lane(self, address: str) -> str:
        return self.name_lane(address)

    async def send(self, address: str, notification: Notification, *, plain: bool = False) -> str:
        self.tries += 1
        if self.on_send is not None:
            self.on_send(notification)
        if self.gate is not None:
            await self.gate.wait()
        step = self.sends.popleft() if self.sends else self.always
        if step is not None and not isinstance(step, AfterAccepting):
            raise step
        self._arrive(address, notification, plain=plain)
        if isinstance(step, AfterAccepting):
            raise step.error
        return f"{address}/{len(self.journal) - 1}"

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:
        self.tries += 1
        step = self.edits.popleft() if self.edits else self.never_edits
        if isinstance(step, BaseException):
            raise step
        self._arrive(receipt.rpartition("/")[0], notification, plain=plain, edits=True)

    async def confirm(self, address: str, delivery_id: str, since: int) -> str | None:
        self.looked.append((address, delivery_id, since))
        if self.looks:
            raise self.looks.popleft()
        if not self.confirms:
            return None
        found = [n for n, one in enumerate(self.journal) if one.delivery_id == delivery_id]
        return f"{address}/{found[0]}" if found else None

    async def aclose(self) -> None:
        self.closed = True

    def _arrive(self, address: str, notification: Notification, *, plain: bool, edits: bool = False) -> None:
        self.journal.append(
            Message(
                receiver=self.receiver,
                address=address,
                kind=notification.kind,
                delivery_id=notification.delivery_id,
                alert=notification.alert,
                names=tuple(call.name for call in notification.calls),
                plain=plain,
                at=self.clock.now(),
                edits=edits,
            )
        )
