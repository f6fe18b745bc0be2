"""A channel that does as it is told, and a journal of all that reached anybody."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from notifier import model
from notifier.errors import EditRefused
from notifier.model import Alert, DigestReport, Gathered, History, Kind, Notification, Summary
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
    reply_to: str = ""  # receipt of the message that it is a reply to


@dataclass(frozen=True)
class SentDigest:
    """A digest that arrived at an address."""

    address: str
    report: DigestReport
    plain: bool
    at: int  # UTC ms


@dataclass(frozen=True)
class Replied:
    """What was said below a message about what happened since."""

    receipt: str  # of that message
    history: History
    plain: bool
    at: int  # UTC ms

    @property
    def said(self) -> list[str]:
        """What people did and what became of it, and who was called."""
        raised = [f"level {self.history.raised.level}"] if self.history.raised else []
        return [*(one.kind for one in self.history.events), *raised, *(c.name for c in self.history.calls)]


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
    has_threads: bool = False
    confirms: bool = True
    pace: float = 0.0
    summary_size: int = 20
    service: str = ""  # the receiver's own where none is given
    sends: deque[Step] = field(default_factory=deque)
    edits: deque[Step] = field(default_factory=deque)
    looks: deque[BaseException] = field(default_factory=deque)  # for messages, or below one
    replies: deque[Step] = field(default_factory=deque)
    said: list[Replied] = field(default_factory=list)
    looked_below: list[tuple[str, str, int]] = field(default_factory=list)  # receipt, id, since
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
    deleted: set[str] = field(default_factory=set)  # receipts of messages that are gone

    def __post_init__(self) -> None:
        self.service = self.service or f"service of {self.receiver}"

    def lane(self, address: str) -> str:
        return self.name_lane(address)

    async def send(
        self, address: str, message: model.Message, *, plain: bool = False, reply_to: str = ""
    ) -> str:
        self.tries += 1
        if self.on_send is not None:
            self.on_send(message)
        if self.gate is not None:
            await self.gate.wait()
        step = self.sends.popleft() if self.sends else self.always
        if step is not None and not isinstance(step, AfterAccepting):
            raise step
        before = len(self.journal)
        first = reply_to if self.can_edit and reply_to not in self.deleted else ""
        self._take(address, message, plain=plain, reply_to=first)
        if isinstance(step, AfterAccepting):
            self.lost.extend(one.delivery_id for one in self.journal[before:])
            raise step.error
        return first or f"{address}/{len(self.journal) - 1}"

    async def edit(self, receipt: str, notification: Notification, *, plain: bool = False) -> None:
        self.tries += 1
        step = self.edits.popleft() if self.edits else self.never_edits
        if isinstance(step, BaseException):
            raise step
        if receipt in self.deleted:
            raise EditRefused("message_not_found")
        self._arrive(receipt.rpartition("/")[0], notification, plain=plain, edits=True)

    async def confirm(
        self, address: str, delivery_ids: Collection[str], since: int, *, threads: Collection[str] = ()
    ) -> Mapping[str, str]:
        self.looked.append((address, next(iter(delivery_ids)), since))
        self.asked.append(set(delivery_ids))
        if self.looks:
            raise self.looks.popleft()
        if not self.confirms:
            return {}
        found: dict[str, str] = {}
        for n, one in enumerate(self.journal):
            if one.address == address and not one.edits and one.reply_to in {"", *threads}:
                receipt = one.reply_to or f"{address}/{n}"
                found.setdefault(one.delivery_id, "" if one.batch else receipt)
                found.setdefault(one.batch or "", receipt)
        found |= {
            one.report.delivery_id: f"{address}/digest" for one in self.digests if one.address == address
        }
        return {one: receipt for one, receipt in found.items() if one in delivery_ids}

    async def reply(self, receipt: str, history: History, *, plain: bool = False) -> None:
        assert self.has_threads
        self.tries += 1
        step = self.replies.popleft() if self.replies else None
        if isinstance(step, BaseException):
            raise step
        if receipt in self.deleted:
            raise EditRefused("thread_not_found")
        self.said.append(Replied(receipt, history, plain, self.clock.now()))
        if isinstance(step, AfterAccepting):
            raise step.error

    async def has_reply(self, receipt: str, delivery_id: str, since: int) -> bool:
        assert self.has_threads
        self.looked_below.append((receipt, delivery_id, since))
        if self.looks:
            raise self.looks.popleft()
        return self.confirms and any(
            (one.receipt, one.history.delivery_id) == (receipt, delivery_id) for one in self.said
        )

    async def aclose(self) -> None:
        self.closed = True

    def _take(self, address: str, message: model.Message, *, plain: bool, reply_to: str) -> None:
        match message:
            case Summary():
                assert 2 <= len(message.notifications) <= self.summary_size
                for one in message.notifications:
                    self._arrive(address, one, plain=plain, summary=message)
            case Notification():
                self._arrive(address, message, plain=plain, reply_to=reply_to)
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
        reply_to: str = "",
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
                reply_to=reply_to,
            )
        )
