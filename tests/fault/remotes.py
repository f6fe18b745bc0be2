"""The look-alikes, remembering when they accepted what."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from notifier.clock import Clock, SystemClock
from tests.fault.ledger import Telling
from tests.fault.setting import PROGRAM
from tests.support.hook import FakeHook
from tests.support.slack import FakeSlack
from tests.support.slack_faults import Pace
from tests.support.slack_state import Posted, Workspace
from tests.support.smtp import MailServer, text_of

CALLED = re.compile(r"Customer \d{5}")
_CLOCK = SystemClock()
_LOOK_EVERY = 0.1  # seconds
_BURST = 3  # messages that Slack takes at once; then one a second


@dataclass
class TimedWorkspace(Workspace):
    """Knows when each message was accepted."""

    accepted: dict[tuple[str, str], int] = field(default_factory=dict)  # by channel and ts: UTC ms

    def keep(self, channel: str, message: Mapping[str, Any]) -> Posted:
        kept = super().keep(channel, message)
        self.accepted[kept.channel, kept.ts] = self.now()
        return kept


class PartlySilentSlack(FakeSlack):
    """Can fall silent for single channels."""

    silent: frozenset[str] = frozenset()

    async def _respond(
        self, request: web.Request, method: str, asked: dict[str, Any], answer: Callable[[], web.Response]
    ) -> web.StreamResponse:
        if asked.get("channel") in self.silent:
            while True:
                await _CLOCK.sleep(_LOOK_EVERY)
                if request.transport is None or asked.get("channel") not in self.silent:
                    raise ConnectionResetError
        return await super()._respond(request, method, asked, answer)


def timed_slack(token: str, clock: Clock) -> tuple[PartlySilentSlack, TimedWorkspace]:
    """A Slack that takes one message a second and channel, as the real one does."""
    slack = PartlySilentSlack(token=token)
    workspace = TimedWorkspace(clock.now, Pace(clock.monotonic, burst=_BURST))
    slack.workspace = workspace
    return slack, workspace


class TimedMail(MailServer):
    """Knows when each message was accepted, by recipient."""

    def __init__(self, clock: Clock, *, password: str | None, security: Any = "none") -> None:
        super().__init__(security, password=password)
        self._clock = clock
        self.accepted: list[int] = []  # UTC ms, as long as `received`

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its
        answer = await super().handle_DATA(server, session, envelope)
        self.accepted += [self._clock.now()] * (len(self.received) - len(self.accepted))
        return answer


class TimedHook(FakeHook):
    """Knows when each document was accepted."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.times: list[int] = []  # UTC ms, as long as `accepted`

    @property
    def port(self) -> int:
        return self._port

    async def _take(self, request: web.Request) -> web.StreamResponse:
        answer = await super()._take(request)
        self.times += [self._clock.now()] * (len(self.accepted) - len(self.times))
        return answer


def said_in_slack(workspace: TimedWorkspace) -> Iterator[str]:
    """Every message, with all that it ever said."""
    for message in workspace.posted:
        for one in (message, *message.edits):
            yield f"{one.text} {json.dumps([one.blocks, one.metadata], ensure_ascii=False)}"


def said_by_mail(mail: TimedMail) -> Iterator[str]:
    """Every e-mail, headers and all."""
    for recipient, message in mail.received:
        yield f"{recipient}\n{message.as_string()}"


def said_to(hook: FakeHook) -> Iterator[str]:
    """Every document, headers and all."""
    for one in hook.accepted:
        yield f"{one.headers} {one.body.decode()}"


@dataclass
class Heard:
    """What the remote sides accepted, call by call. Each message is read once, and again once edited."""

    workspace: TimedWorkspace
    mail: TimedMail
    hook: TimedHook
    _slack: dict[tuple[str, str, int], list[Telling]] = field(default_factory=dict)
    _mail: list[Telling] = field(default_factory=list)
    _mails: int = 0

    def tellings(self) -> Iterator[Telling]:
        """All of them, in no order."""
        for message in self.workspace.posted:
            if message.is_quiet:
                continue
            key = (message.channel, message.ts, len(message.edits))
            if key not in self._slack:
                self._slack[key] = self._told_in(message)
            yield from self._slack[key]
        for recipient, mail in self.mail.received[self._mails :]:
            at = self.mail.accepted[self._mails]
            self._mails += 1
            called = {*CALLED.findall(text_of(mail))}
            self._mail += [Telling(call, recipient, at, f"mail {self._mails}") for call in called]
        yield from self._mail
        for number, (document, at) in enumerate(zip(self.hook.accepted, self.hook.times, strict=False)):
            called = {*CALLED.findall(document.body.decode())}
            yield from (Telling(call, PROGRAM, at, f"document {number}") for call in called)

    def _told_in(self, message: Posted) -> list[Telling]:
        # What it named before it was edited counts, too.
        said = " ".join(
            f"{one.text} {json.dumps(one.blocks, ensure_ascii=False)}" for one in (message, *message.edits)
        )
        at = self.workspace.accepted[message.channel, message.ts]
        return [Telling(call, message.channel, at, message.ts) for call in {*CALLED.findall(said)}]
