"""One SMTP connection for the whole configuration, used by one message at a time."""

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import Awaitable, Callable

from aiosmtplib import SMTP, SMTPException

from notifier.channels.mail.faults import Step, meaning
from notifier.clock import Clock
from notifier.config.schema import EmailSettings
from notifier.errors import CredentialsBroken, DeliveryError, NotifierError

_IDLE = 5.0  # seconds; a batch comes faster than that, and servers drop what is idle for minutes
_STEPS = 4  # timeouts that one delivery may cost: a server that answers each command late must end, too
_FAREWELL = 1.0  # seconds that a server has for its good-bye
_HOST_NAME = re.compile(r"[A-Za-z0-9.-]{1,253}")


class Postman:
    """Delivers messages one by one over a connection that is kept for a batch and dropped after a failure.

    Args:
        settings: the server, and how to log in.
        clock: tells how long the connection was idle.
        timeout: seconds for each answer of the server.
        tls: instead of the default context, which reads SSL_CERT_FILE.
    """

    def __init__(
        self,
        settings: EmailSettings,
        clock: Clock,
        *,
        timeout: float = 15.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._timeout = timeout
        self._tls = tls
        self._lock = asyncio.Lock()
        self._client: SMTP | None = None
        self._used_at = 0.0
        self._step = Step.CONNECT
        self._outages = 0
        self._outage: DeliveryError | None = None

    async def deliver(self, sender: str, recipient: str, message: bytes) -> None:
        """Hand one message to the server.

        Args:
            sender: of the envelope, one address.
            recipient: of the envelope, one address.
            message: the e-mail, 7 bits.

        Raises:
            DeliveryError: one of its subclasses, as the table in `faults` says.
        """
        outages = self._outages
        async with self._lock:
            if self._outage is not None and self._outages != outages:
                # The server could not be reached while this one queued: do not wait as long once more.
                raise type(self._outage)(str(self._outage))
            fault = await self._attempt(lambda client: self._transact(client, sender, recipient, message))
            if fault is not None:
                # Raised out of any `except`: as its context, the original error would carry addresses.
                raise self._noted(fault)
            self._used_at = self._clock.monotonic()

    async def log_in(self) -> None:
        """Connect and log in as for a message, and send none.

        Raises:
            DeliveryError: one of its subclasses, as the table in `faults` says.
        """
        async with self._lock:
            fault = await self._attempt(_nothing)
            if fault is not None:
                raise self._noted(fault)
            self._used_at = self._clock.monotonic()

    async def aclose(self) -> None:
        """Say good-bye to the server, if it is still there. A later delivery connects again."""
        if self._lock.locked():
            self._drop()  # a delivery that was not cancelled must not keep us: its server may be silent
            return
        async with self._lock:
            await self._leave()

    async def _attempt(self, work: Callable[[SMTP], Awaitable[None]]) -> DeliveryError | None:
        delivered = False
        try:
            async with asyncio.timeout(_STEPS * self._timeout):
                await work(await self._connected())
            delivered = True
        except (SMTPException, OSError, UnicodeError) as error:
            return meaning(error, self._step)
        finally:
            if not delivered:
                self._drop()
        return None

    async def _connected(self) -> SMTP:
        self._step = Step.CONNECT
        client = self._client
        if client is not None and client.is_connected and self._clock.monotonic() - self._used_at <= _IDLE:
            return client
        await self._leave()
        settings = self._settings
        client = self._client = SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=_host_name(),
            timeout=self._timeout,
            use_tls=settings.security == "tls",
            start_tls=False,  # done below, as a step of its own; never "if the server offers it"
            tls_context=self._tls,
        )
        await client.connect()
        if settings.security == "starttls":
            self._step = Step.TLS
            await client.starttls()
        if settings.username:
            self._step = Step.LOGIN
            await client.login(settings.username, settings.password.get() if settings.password else "")
        return client

    async def _transact(self, client: SMTP, sender: str, recipient: str, message: bytes) -> None:
        self._step = Step.SENDER
        await client.mail(sender)
        self._step = Step.RECIPIENT
        await client.rcpt(recipient)
        self._step = Step.MESSAGE
        await client.data(message)

    async def _leave(self) -> None:
        if self._client is not None and self._client.is_connected:
            with contextlib.suppress(SMTPException, OSError):
                await self._client.quit(timeout=_FAREWELL)
        self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _noted(self, error: DeliveryError) -> DeliveryError:
        if self._step in {Step.CONNECT, Step.TLS, Step.LOGIN}:
            self._outages += 1
            self._outage = error
        if isinstance(error, CredentialsBroken) and self._settings.password is not None:
            # The next try takes a password that was replaced in its file; if that fails, the old one stays.
            with contextlib.suppress(OSError, ValueError, NotifierError):
                self._settings.password.reread()
        return error


async def _nothing(_: SMTP) -> None:
    """To be connected is all."""


def _host_name() -> str:
    """What we call ourselves in EHLO. The library's default would ask the DNS, in a thread."""
    name = socket.gethostname()
    return name if _HOST_NAME.fullmatch(name) else "localhost"
