"""SMTP servers on loopback: a real one (aiosmtpd), and one that answers what a test tells it to."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from notifier.config.schema import EmailSettings
from notifier.config.values import Secret

CERTIFICATE = Path(__file__).parents[1] / "channels" / "mail" / "data" / "localhost.crt"

Security = Literal["none", "starttls", "tls"]


def trusting() -> ssl.SSLContext:
    """A client's context that trusts the test certificate, as strict as the newest Python's default."""
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def _serving() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_suffix(".key"))
    return context


def text_of(message: EmailMessage) -> str:
    """The text part, what goes on below on one line again."""
    body = message.get_body(("plain",))
    assert body is not None
    said: str = body.get_content()
    return said.replace("\r\n", "\n").replace("\n  ", " ")


class Listener:
    """A server whose connections all end with it."""

    security: Security = "none"

    def __init__(self) -> None:
        self.sessions = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._transports: list[asyncio.Transport] = []

    def protocol(self) -> asyncio.Protocol:
        raise NotImplementedError

    def opened(self, transport: asyncio.BaseTransport) -> None:
        self._transports.append(cast("asyncio.Transport", transport))

    async def __aenter__(self) -> Self:
        tls = _serving() if self.security == "tls" else None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._counted, "127.0.0.1", self.port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.hang_up()
        await self._server.wait_closed()

    def hang_up(self) -> None:
        """End every connection, at once."""
        for transport in self._transports:
            transport.abort()
        self._transports.clear()

    def settings(self, **over: Any) -> EmailSettings:
        """The configuration that leads here."""
        given = {
            "host": "127.0.0.1",
            "port": self.port or 25,
            "security": self.security,
            "sender": "Missed calls <calls@example.com>",
        }
        return EmailSettings.model_validate(given | over)

    def _counted(self) -> asyncio.Protocol:
        self.sessions += 1
        return self.protocol()


class MailServer(Listener):
    """A real SMTP server that keeps what it accepts.

    Args:
        security: what it speaks.
        password: where given, user "u" has to log in with it.
        answers: by recipient, by "MAIL" or by "DATA", what it says instead of 250.
    """

    def __init__(
        self,
        security: Security = "none",
        *,
        password: str | None = None,
        answers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.security = security
        self.received: list[tuple[str, EmailMessage]] = []  # the envelope's recipient, the message
        self.logins: list[bool] = []
        self.answers = dict(answers or {})
        self.password = password

    def protocol(self) -> asyncio.Protocol:
        server = self

        class Connection(SMTP):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                server.opened(transport)
                super().connection_made(transport)

        return Connection(
            self,
            hostname="localhost",
            tls_context=_serving() if self.security == "starttls" else None,
            require_starttls=self.security == "starttls",
            authenticator=self._login,
            auth_required=self.password is not None,
        )

    def _login(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = (data.login, data.password) == (b"u", (self.password or "").encode())
        self.logins.append(right)
        return AuthResult(success=right, handled=False)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get(address, "250 OK")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        assert isinstance(envelope.content, bytes)
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.received += [(recipient, message) for recipient in envelope.rcpt_tos]
        return answer


class ScriptedServer(Listener):
    """Answers each line as it is told to; hangs up or stays silent where it is told that.

    Args:
        reply: gets a line in capitals ("GREETING" for the connection itself, "BODY" for the end of a
            message) and returns an answer, "" to stay silent, or None to hang up.
        delay: seconds before each answer.
    """

    def __init__(self, reply: Callable[[str], str | None], *, delay: float = 0) -> None:
        super().__init__()
        self.reply = reply
        self.delay = delay

    def protocol(self) -> asyncio.Protocol:
        return _Scripted(self)


class _Scripted(asyncio.Protocol):
    def __init__(self, server: ScriptedServer) -> None:
        self._server = server
        self._rest = b""
        self._in_body = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._server.opened(transport)
        self._transport = cast("asyncio.Transport", transport)
        self._answer("GREETING")

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\r\n")
        for line in lines:
            if self._in_body and line != b".":
                continue
            self._answer("BODY" if self._in_body else line.decode().upper())

    def _answer(self, line: str) -> None:
        assert self._transport is not None
        said = self._server.reply(line)
        self._in_body = said is not None and said.startswith("354")
        if said is None:
            self._transport.abort()
        elif said:
            loop = asyncio.get_running_loop()
            loop.call_later(self._server.delay, self._transport.write, said.encode() + b"\r\n")


def healthy(line: str) -> str:
    """What a server says when all is well."""
    return {"GREETING": "220 hello", "DATA": "354 go on", "QUIT": "221 bye"}.get(line, "250 ok")


def password(value: str) -> Secret:
    """A password as the configuration holds it."""
    return Secret(value)
