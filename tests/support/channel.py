"""A channel that does as it is told, and a journal of all that reached anybody."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from notifier import model
from notifier.model import Alert, DigestReport, Gathered, Kind, Notification, Summary
from tests.support.clock import FakeClock


@dataclass(frozen=True)
class Message:
    """What arrived at an address: a message, or a summary's line about one alert."""

    receiver: str
    address: str
    kind: Kind
    delivery_id: str
    alert: Alert
    names: tuple[str, ...]  # of the calls, oldest first
    plain: bool
    at: int  # UTC ms
    edits: bool = False  # it changed one that was there
    batch: str | None = None  # the delivery id of the summary that it is a line of
    gathered: Gathered | None = None
    place: tuple[int, int] = (1, 1)  # which part of how many
    joined: int | None = None  # of an update: calls that are new
    stands_anew: bool = False  # likewise


@dataclass(frozen=True)
class SentDigest:
    """A digest that arrived at an address."""

    address: str
    report: DigestReport
    plain: bool
    at: int  # UTC ms


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
    summary_size: int = 20
    service: str = ""  # the receiver's own where none is given
    sends: deque[Step] = field(default_factory=deque)
    edits: deque[Step] = field(default_factory=deque)
    looks: deque[BaseException] = field(default_factory=deque)
    always: BaseException | None = None  # every send
    never_edits: BaseException | None = None  # every edit
    gate: asyncio.Event | None = None  # nothing is sent before it is set
    tries: int = 0
    looked: list[tuple[str, str, int]] = field(default_factory=list)  # address, the only or last id, since
    asked: list[set[str]] = field(default_factory=list)  # all ids of each look
    on_send: Callable[[model.Message], object] | None = None
    name_lane: Callable[[str], str] = "lane {}".format
    closed: bool = False
    digests: list[SentDigest] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # delivery ids that arrived, and nobody learned of it

    def __post_init__(self) -> None:
        self.service = self.service or f"service of {self.receiver}"

    def lane(self, address: str) -> str:
        return self.name_lane(address)

    async def send(self, address: str, message: model.Message, *, plain: bool = False) -> str:
        self.tries += 1
        if self.on_send is not None:
            self.on_send(message)
        if self.gate is not None:
            await self.gate.wait()
        step = self.sends.popleft() if self.sends else self.always
        if step is not None and not isinstance(step, AfterAccepting):
            raise step
        before = len(self.journal)
        self._take(address, message, plain=plain)
        if isinstance(step, AfterAccepting):
            self.lost.extend(one.delivery_id for one in self.journal[before:])
            raise step.error
        return f"{address}/{len(self.journal) - 1}"

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:
        self.tries += 1
        step = self.edits.popleft() if self.edits else self.never_edits
        if isinstance(step, BaseException):
            raise step
        self._arrive(receipt.rpartition("/")[0], notification, plain=plain, edits=True)

    async def confirm(self, address: str, delivery_ids: Collection[str], since: int) -> Mapping[str, str]:
        self.looked.append((address, next(iter(delivery_ids)), since))
        self.asked.append(set(delivery_ids))
        if self.looks:
            raise self.looks.popleft()
        if not self.confirms:
            return {}
        found: dict[str, str] = {}
        for n, one in enumerate(self.journal):
            if one.address == address and not one.edits:
                found.setdefault(one.delivery_id, "" if one.batch else f"{address}/{n}")
                found.setdefault(one.batch or "", f"{address}/{n}")
        found |= {
            one.report.delivery_id: f"{address}/digest" for one in self.digests if one.address == address
        }
        return {one: receipt for one, receipt in found.items() if one in delivery_ids}

    async def aclose(self) -> None:
        self.closed = True

    def _take(self, address: str, message: model.Message, *, plain: bool) -> None:
        match message:
            case Summary():
                assert 2 <= len(message.notifications) <= self.summary_size
                for one in message.notifications:
                    self._arrive(address, one, plain=plain, summary=message)
            case Notification():
                self._arrive(address, message, plain=plain)
            case DigestReport():
                self.digests.append(SentDigest(address, message, plain, self.clock.now()))

    def _arrive(
        self,
        address: str,
        notification: Notification,
        *,
        plain: bool,
        edits: bool = False,
        summary: Summary | None = None,
    ) -> None:
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
                batch=summary.delivery_id if summary else None,
                gathered=summary.gathered if summary else None,
                place=(summary.part, summary.parts) if summary else (1, 1),
                joined=notification.joined,
                stands_anew=notification.stands_anew,
            )
        )
