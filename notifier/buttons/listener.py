"""Keeps a connection to Slack, over which we hear what is pressed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import structlog

from notifier.buttons.connection import Connection, Received
from notifier.channels.base import Buttons
from notifier.channels.slack import SlackApi
from notifier.clock import Clock
from notifier.errors import DeliveryError, DeliveryTransient, RateLimited
from notifier.host.troubles import BUTTONS, BUTTONS_LOST, Troubles

log = structlog.get_logger("notifier.buttons")

LOOK: Final = 30.0  # seconds between two looks at a connection that works; its end wakes us
LASTED: Final = 30.0  # seconds after which a connection counts as one that worked
FIRST: Final = 1.0  # seconds until the second try; each further one waits twice as long
LONGEST: Final = 60.0  # seconds, at the most
LOST: Final = 600.0  # seconds without a connection until ops are told, and messages have no buttons
REFUSED: Final = 300.0  # seconds until a token that was refused is tried again
HINT_LOST: Final = (
    "What is pressed is not heard, and messages are told without buttons until it is: let notifier connect to"
    " wss-primary.slack.com and wss-backup.slack.com, port 443"
)
HINT: Final = "Until then messages are told without buttons"


@dataclass
class Listener:
    """The connection, and what is to become of it.

    Args:
        api: calls methods with the app's own token.
        base_url: of Slack's Web API: where that is encrypted, the connection must be, too.
        clock: tells when.
        troubles: says to ops that the token is refused.
        received: takes what comes.
        over: called when a connection is over, to have `step` called.
        shown: whether messages have buttons.
    """

    api: SlackApi
    base_url: str
    clock: Clock
    troubles: Troubles
    received: Received
    over: Callable[[], None]
    shown: Buttons
    _connection: Connection | None = field(default=None, init=False)
    _opened_at: float | None = field(default=None, init=False)  # monotonic seconds; None: its end was seen
    _next_at: float = field(default=0.0, init=False)  # likewise, before which nothing is tried
    _failures: int = field(default=0, init=False)  # in a row
    _lost_at: float | None = field(default=None, init=False)  # monotonic seconds; None while we are connected

    @property
    def is_connected(self) -> bool:
        """Do we hear what is pressed?"""
        return self._connection is not None and not self._connection.is_over

    async def step(self) -> float:
        """Open a connection where there is none; returns seconds to wait at the most until the next."""
        if self.is_connected:
            return LOOK
        now = self.clock.monotonic()
        if self._opened_at is not None:
            # One that breaks again and again is no reason to hammer; one that was used for long is replaced.
            lasted = now - self._opened_at >= LASTED
            self._opened_at = None
            self._next_at = now if lasted else now + self._failed()
            self._failures = 0 if lasted else self._failures
        if now < self._next_at:
            return self._next_at - now
        wait = await self._connect()
        self._next_at = self.clock.monotonic() + wait
        return wait

    async def aclose(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.aclose()

    async def _connect(self) -> float:
        """Open another one before the old one is closed: what comes in between must find its way."""
        old = self._connection
        try:
            self._connection = await self._opened()
        except (DeliveryTransient, RateLimited) as error:
            return self._unreached(error)
        except DeliveryError as error:
            return self._refused(error)
        except Exception as error:  # noqa: BLE001 - the daemon goes on without buttons
            # Its text may hold the address, with its ticket.
            return self._unreached(DeliveryTransient(f"unexpected: {type(error).__name__}"))
        finally:
            if old is not None:
                await old.aclose()
                self._connection = None if self._connection is old else self._connection
        return self._works()

    async def _opened(self) -> Connection:
        answer = await self.api.call("apps.connections.open", {})
        connection = Connection(wss_in(answer, self.base_url), self.received, self.over)
        try:
            await connection.open()
        except BaseException:
            await connection.aclose()
            raise
        return connection

    def _works(self) -> float:
        self._opened_at = self.clock.monotonic()
        if self._lost_at is not None:
            self._lost_at = None
            log.info("what is pressed in Slack is heard again")
        self.troubles.clear(*BUTTONS)
        self.troubles.clear(*BUTTONS_LOST)
        self.shown.are_heard = True
        return LOOK

    def _unreached(self, error: DeliveryError) -> float:
        wait = self._failed()
        now = self.clock.monotonic()
        if self._lost_at is None:
            self._lost_at = now
            log.warning("what is pressed in Slack is not heard for now; trying again", reason=str(error))
        elif now - self._lost_at >= LOST:
            self.troubles.raise_(*BUTTONS_LOST, f"{error}. {HINT_LOST}")
            self.shown.are_heard = False
        return max(wait, error.retry_after) if isinstance(error, RateLimited) else wait

    def _failed(self) -> float:
        """Another time; returns seconds to wait until the next try."""
        self._failures += 1
        return min(FIRST * 2.0 ** min(self._failures - 1, 10), LONGEST)

    def _refused(self, error: DeliveryError) -> float:
        self._failures += 1
        self.troubles.raise_(*BUTTONS, f"{error.for_ops or error}. {HINT}")
        self.shown.are_heard = False
        return REFUSED


def wss_in(answer: Mapping[str, object], base_url: str) -> str:
    """The address in an answer of `apps.connections.open`.

    Args:
        answer: of Slack.
        base_url: that was asked.

    Raises:
        DeliveryTransient: there is none that may be used.
    """
    url = answer.get("url")
    schemes = {"wss", "ws"} if base_url.startswith("http://") else {"wss"}
    try:
        if isinstance(url, str) and urlsplit(url).scheme in schemes and urlsplit(url).hostname:
            return url
    except ValueError:
        pass
    raise DeliveryTransient("apps.connections.open: the answer names no address to connect to")
