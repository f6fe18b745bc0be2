"""Remote sides that fail once, in one way, and are healthy before and after; each with the channel to it."""

from abc import ABC, abstractmethod
from contextlib import AsyncExitStack

from notifier.channels.base import Channel
from notifier.channels.mail import Mail, Postman
from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.bot import SlackBot
from notifier.channels.slack.people import People
from notifier.channels.slack.rooms import Rooms
from notifier.channels.slack.webhook import SlackWebhook
from notifier.channels.webhook import Webhook
from notifier.channels.webhook.client import webhook_client
from notifier.clock import Clock
from notifier.config.receivers import WebhookReceiver
from notifier.config.values import Secret
from tests.support.error_classes import UNREACHABLE, Row
from tests.support.hook import SECRET, FakeHook
from tests.support.slack import TOKEN, FakeSlack
from tests.support.slack_faults import Raw
from tests.support.smtp import MailServer, ScriptedServer, healthy, password, trusting

PATIENCE = 0.3  # seconds, where no answer will come
PERSON = "agent209@example.com"


class Side(ABC):
    """One remote side.

    Args:
        row: how its next request fails.
        clock: the world's.
    """

    looks = False
    """Can be asked what arrived."""

    def __init__(self, row: Row, clock: Clock) -> None:
        self.row = row
        self.clock = clock

    @staticmethod
    def address_of(row: Row) -> str:
        """Whom a receiver names that meets this failure."""
        return PERSON if row.where == "users.lookupByEmail" else "#room"

    @abstractmethod
    async def start(self) -> Channel:
        """Listen, and fail next; returns what sends to it."""

    @abstractmethod
    async def heal(self) -> None:
        """Listen, where it did not."""

    @abstractmethod
    async def stop(self) -> None:
        """Listen no more."""

    @abstractmethod
    def copies(self) -> int:
        """Messages that it accepted."""

    @property
    def patience(self) -> float:
        """Seconds to wait for an answer."""
        return PATIENCE if str(self.row.fault).startswith("hang") or self.row.fault == "" else 30.0

    @property
    def fault(self) -> str | int | Raw:
        """As the look-alikes on HTTP are told."""
        assert self.row.fault is not None
        return self.row.fault


class Slack(Side):
    """The bot."""

    looks = True

    def __init__(self, row: Row, clock: Clock) -> None:
        super().__init__(row, clock)
        self.far = FakeSlack(now=clock.now)
        self.far.add_channel("room", "C1")
        self.far.add_user("U1", PERSON)

    async def start(self) -> Channel:
        self._port = await self.far.start()
        if self.row.fault == UNREACHABLE:
            await self.far.stop()
        else:
            self.far.fail_next(self.row.where, self.fault)
        return self.channel()

    def channel(self) -> Channel:
        """What sends to it."""
        api = SdkApi(Secret(TOKEN), self.far.api_url, timeout=self.patience)
        return SlackBot(api, People(api, self.clock), Rooms(api))

    async def heal(self) -> None:
        if self.row.fault == UNREACHABLE:
            await self.far.start(self._port)

    async def stop(self) -> None:
        await self.far.stop()

    def copies(self) -> int:
        return len(self.far.posted)


class SlackHook(Slack):
    """An incoming webhook."""

    looks = False

    def channel(self) -> Channel:
        return SlackWebhook("room", Secret(self.far.webhook_url), timeout=self.patience)


class Program(Side):
    """A webhook's receiver."""

    def __init__(self, row: Row, clock: Clock) -> None:
        super().__init__(row, clock)
        self.far = FakeHook()

    async def start(self) -> Channel:
        await self.far.start()
        if self.row.fault == UNREACHABLE:
            await self.far.stop()
        else:
            self.far.fail_next(self.fault)
        settings = WebhookReceiver(url=Secret(self.far.url), secret=Secret(SECRET))
        return Webhook("room", settings, webhook_client(30.0), self.clock, timeout=self.patience)

    async def heal(self) -> None:
        if self.row.fault == UNREACHABLE:
            await self.far.start()

    async def stop(self) -> None:
        await self.far.stop()

    def copies(self) -> int:
        return len(self.far.accepted)


class Mailing(Side):
    """An SMTP server; a real one, once it is healed, unless it wants a password."""

    @staticmethod
    def address_of(row: Row) -> str:
        return PERSON

    def __init__(self, row: Row, clock: Clock) -> None:
        super().__init__(row, clock)
        self._login = {"username": "u", "password": password("p")} if row.where == "AUTH" else {}
        self._first = ScriptedServer(self._reply)
        self._real = MailServer("starttls" if row.where == "STARTTLS" else "none")
        self._running = AsyncExitStack()
        self._has_failed = False
        self._bodies = 0

    async def start(self) -> Channel:
        await self._running.enter_async_context(self._first)
        settings = self._first.settings(security=self._real.security, **self._login)
        if self.row.fault == UNREACHABLE:
            await self._running.aclose()
        postman = Postman(settings, self.clock, timeout=self.patience, tls=trusting())
        return Mail(postman, settings.sender)

    async def heal(self) -> None:
        if self._login:
            return  # the real one takes no password without TLS
        await self._running.aclose()
        self._real.port = self._first.port
        await self._running.enter_async_context(self._real)

    async def stop(self) -> None:
        await self._running.aclose()

    def copies(self) -> int:
        return self._bodies + len(self._real.received)

    def _reply(self, line: str) -> str | None:
        word = line.split(maxsplit=1)[0] if line else line
        if word == self.row.where and not self._has_failed:
            self._has_failed = True
            assert self.row.fault is None or isinstance(self.row.fault, str)
            return self.row.fault
        self._bodies += word == "BODY"
        usual = {"EHLO": "250-localhost\r\n250-STARTTLS\r\n250 AUTH PLAIN", "AUTH": "235 2.7.0 welcome"}
        return usual.get(word, healthy(line))
