"""One message: render what is true now, look whether it arrived before, send it, record the result."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.config.receivers import Agent
from notifier.config.schema import Delivery
from notifier.dispatch import looking
from notifier.dispatch.edits import Edits
from notifier.dispatch.gatekeeper import Gatekeeper
from notifier.dispatch.part import Part, letter, message
from notifier.dispatch.present import Present
from notifier.dispatch.results import Results
from notifier.dispatch.threads import Threads
from notifier.dispatch.verdict import Outcome, attempt
from notifier.errors import DeliveryError, DeliveryTransient
from notifier.host.metrics import Letter, Metrics, Sent
from notifier.model import Gathered, Notification
from notifier.rules import REPLIES, Drop, Hold, Pass
from notifier.sending.patience import PatientStore
from notifier.sending.verdict import Blame, Next, verdict
from notifier.store import doubts
from notifier.store.database import Database
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.outbox_claims import Claim
from notifier.tell import Tell

log = structlog.get_logger("notifier.dispatch")

T = TypeVar("T")

SEND_LIMIT = 30.0
"""Seconds for one message with all it needs; no channel may hold its queue up for longer."""

_OUTCOMES = {
    Next.RETRY: Sent.RETRIED,
    Next.APART: Sent.RETRIED,
    Next.REDIRECT: Sent.REDIRECTED,
    Next.DEAD: Sent.DEAD,
}


@dataclass
class Deliver:
    """Sends and records for the configuration it was made from."""

    database: Database
    clock: Clock
    delivery: Delivery
    agents: Mapping[str, Agent]
    zone: ZoneInfo
    country: str
    tell: Tell
    metrics: Metrics
    jitter: Callable[[], float]  # from 0 to 1
    stop: asyncio.Event  # give up on a store that can't be used: the process ends
    limit: float = SEND_LIMIT
    edits: Edits = field(init=False)
    threads: Threads = field(init=False)
    gatekeeper: Gatekeeper = field(init=False)

    def __post_init__(self) -> None:
        self._store = PatientStore(self.database, self.clock, self.stop, self.delivery.retry.first)
        masked = self.tell.directory.masked
        self._present = Present(self.clock, self.agents, self.zone, self.country, masked)
        self._results = Results(self._store, self.clock, self.delivery, self.tell)
        self.gatekeeper = Gatekeeper(self.clock, self.tell, self.agents)
        self.edits = Edits(
            store=self._store,
            clock=self.clock,
            delivery=self.delivery,
            present=self._present,
            tell=self.tell,
            metrics=self.metrics,
            jitter=self.jitter,
            limit=self.limit,
        )
        self.threads = Threads(
            store=self._store,
            clock=self.clock,
            delivery=self.delivery,
            present=self._present,
            tell=self.tell,
            metrics=self.metrics,
            jitter=self.jitter,
            limit=self.limit,
        )

    async def send(self, claim: Claim, channel: Channel, address: str, spend: Callable[[], None]) -> Outcome:
        """Send what was claimed, but for what is void, has arrived before, or may not be told now.

        Args:
            claim: what one message tells.
            channel: of its target.
            address: likewise.
            spend: called before a request is made: there is to be a pause after it.
        """
        parts = await self._parts(claim)
        if not parts:
            return Outcome()
        deadline = asyncio.get_running_loop().time() + self.limit
        has_arrived = False
        if claim.uncertain_since is not None and await self._may_wait(claim, parts):
            parts = await self._let_through(claim, parts)
            if not parts:
                return Outcome()
        if claim.uncertain_since is not None:
            spend()
            found = await self._find(claim, parts, channel, address, deadline)
            if isinstance(found, Exception):
                return await self._failed(parts, found)
            rest = await self._without(claim, parts, found, channel)
            has_arrived, parts = len(rest) < len(parts), rest
        parts = await self._let_through(claim, parts)
        if not parts:
            return Outcome(has_arrived=has_arrived)
        spend()
        return await self._sent(claim, parts, channel, address, deadline)

    async def _sent(
        self, claim: Claim, parts: Sequence[Part], channel: Channel, address: str, deadline: float
    ) -> Outcome:
        telling = message(claim, parts, self.zone, self.clock.now())
        plain = attempt([part.row for part in parts]).plain
        # A summary is about several alerts, and so no reply.
        first = await self._first([parts[0].row], channel) if len(parts) == 1 else {}
        reply_to = first.get(parts[0].row.alert_id, "")
        started, began = self.clock.now(), self.clock.monotonic()
        sending = channel.send(address, telling, plain=plain, reply_to=reply_to)
        receipt = await self._try(deadline, sending, uncertain=True)
        seconds = self.clock.monotonic() - began
        if isinstance(receipt, Exception):
            return await self._failed(parts, receipt, started, seconds)
        # A summary can't be edited for one of its alerts.
        receipt = receipt if isinstance(telling, Notification) else ""
        # With nothing left to reply to, it is the first message from now on, and is to look like that.
        is_known = reply_to in {"", receipt}
        has_story = len(claim.rows) == 1
        arrivals = [part.arrival(receipt, is_known=is_known, has_story=has_story) for part in parts]
        await self._results.sent(arrivals, channel)
        self._told(parts, claim, seconds)
        return Outcome(has_arrived=True)

    async def redirect(self, rows: Sequence[OutboxRow], reason: str, *, to_deputy: bool = False) -> None:
        """The target of claimed rows has no address, or is an agent who is away: tell others."""
        await self._results.redirected(rows, RowState.REDIRECTED, reason, to_deputy=to_deputy)
        for row in rows:
            self.metrics.sent(row.target.receiver, Letter.NOTIFICATION, Sent.REDIRECTED)

    async def _parts(self, claim: Claim) -> list[Part]:
        told = await self._store.read(lambda connection: self._present.of_rows(connection, claim.rows))
        parts = [Part(row, one) for row, one in zip(claim.rows, told, strict=True)]
        void = [part for part in parts if self._results.is_void(part.row, part.notification.alert)]
        if void:
            rows = [part.row for part in void]
            await self._results.dropped(rows, [part.notification.alert for part in void])
            for row in rows:
                self.metrics.sent(row.target.receiver, Letter.NOTIFICATION, Sent.DROPPED)
        return [part for part in parts if part not in void]

    async def _may_wait(self, claim: Claim, parts: Sequence[Part]) -> bool:
        """Was it held, and still is? Then nobody looks for it yet: to fail at that is no try to tell it."""
        rows = [part.row for part in parts]
        if any(row.attempts or row.gathered_as is not Gathered.HELD for row in rows):
            return False  # it may have been told, perhaps in a summary that is looked for with it
        found = await self._store.read(lambda connection: self.gatekeeper.judge(connection, claim, rows))
        return all(isinstance(one, Hold) for one in found.values())

    async def _let_through(self, claim: Claim, parts: list[Part]) -> list[Part]:
        """Those that may be told now; the others wait, or are dropped."""
        rows = [part.row for part in parts]
        if not rows:
            return parts
        found = await self._store.read(lambda connection: self.gatekeeper.judge(connection, claim, rows))
        if all(one == Pass() for one in found.values()):
            return parts
        away = await self._store.write(lambda connection: self.gatekeeper.turn_away(connection, claim, rows))
        for row in away:
            if isinstance(found[row.id], Drop):
                self.metrics.sent(row.target.receiver, Letter.NOTIFICATION, Sent.DROPPED)
        return [part for part in parts if part.row not in away]

    async def _find(
        self, claim: Claim, parts: Sequence[Part], channel: Channel, address: str, deadline: float
    ) -> Mapping[str, str] | Exception:
        """Which of these have arrived: delivery id → receipt."""
        others = await self._store.read(lambda connection: looking.others(connection, claim))
        asked = looking.question(claim, [part.row for part in parts], others, self.clock.now())
        first = await self._first([*(part.row for part in parts), *others], channel)
        threads = looking.threads([part.row for part in parts], first)
        answer = channel.confirm(address, asked.delivery_ids, asked.since, threads=threads)
        found = await self._try(deadline, answer, uncertain=False)
        if isinstance(found, Exception):
            return found
        absent = looking.absent(others, found, first)
        if absent:
            await self._store.write(lambda connection: doubts.believe(connection, absent))
        return looking.answer(claim, [part.row for part in parts], found)

    async def _first(self, rows: Sequence[OutboxRow], channel: Channel) -> Mapping[int, str]:
        """Receipts of what those of these rows reply to that are replies, by alert."""
        if not channel.can_edit or all(row.kind not in REPLIES for row in rows):
            return {}
        return await self._store.read(lambda connection: looking.first_messages(connection, rows))

    async def _without(
        self, claim: Claim, parts: Sequence[Part], found: Mapping[str, str], channel: Channel
    ) -> list[Part]:
        """Record what has arrived; returns the rest."""
        there = [part for part in parts if part.row.delivery_id in found]
        if there:
            await self._results.sent([part.found(found[part.row.delivery_id]) for part in there], channel)
            told = [f"A{part.row.alert_id}" for part in there]
            log.info("had arrived already", alerts=told, target=str(there[0].row.target), batch=claim.batch)
        return [part for part in parts if part not in there]

    async def _try(self, deadline: float, request: Awaitable[T], *, uncertain: bool) -> T | Exception:
        try:
            async with asyncio.timeout_at(deadline):
                return await request
        except TimeoutError:
            return DeliveryTransient("no answer in time", uncertain=uncertain)
        except Exception as error:  # noqa: BLE001 - whatever a channel does, the others go on
            return error

    async def _failed(
        self,
        parts: Sequence[Part],
        error: Exception,
        tried_at: int | None = None,
        seconds: float | None = None,
    ) -> Outcome:
        rows = [part.row for part in parts]
        judged = verdict(attempt(rows), error, self.clock.now(), self.delivery, self.jitter())
        unknown = None if isinstance(error, DeliveryError) else error
        what = "not sent; will try again" if judged.next in {Next.RETRY, Next.APART} else "not sent"
        # What a target or a service is to blame for is said once, by whoever holds it.
        (log.warning if judged.blame is Blame.NOTHING else log.debug)(
            what,
            alerts=[f"A{row.alert_id}" for row in rows],
            target=str(rows[0].target),
            next=judged.next.name.lower(),
            reason=judged.reason,
            exc_info=unknown,
        )
        await self._results.failed(rows, judged, tried_at)
        self.metrics.sent(rows[0].target.receiver, letter(parts), _OUTCOMES[judged.next], seconds)
        return Outcome(failure=judged)

    def _told(self, parts: Sequence[Part], claim: Claim, seconds: float) -> None:
        now = self.clock.now()
        first = parts[0]
        target = first.row.target
        self.metrics.sent(target.receiver, letter(parts), Sent.SENT, seconds)
        for part in parts:
            placed = part.notification.alert.last_call_at
            self.metrics.told((now - part.row.created_at) / 1000, (now - placed) / 1000)
        if len(parts) == 1:
            alert, row = first.notification.alert, first.row
            log.info(
                "told", alert=f"A{alert.id}", rule=alert.rule, kind=row.kind, target=str(target), via=row.via
            )
            return
        told = [f"A{part.row.alert_id}" for part in parts]
        place = {"part": claim.part, "parts": claim.parts}
        log.info("told in a summary", alerts=told, target=str(target), gathered=claim.gathered, **place)
