"""What the answers of an SMTP server, and its silence, mean for a delivery.

| where                | what                                  | it means                              |
|----------------------|---------------------------------------|---------------------------------------|
| anywhere             | 421, any 4xx (grey-listing, full)     | transient                             |
| anywhere             | 530, 534, 535, 538                    | credentials broken                    |
| connection           | refused, unresolved, lost, timed out  | transient: nothing was sent           |
| connection           | certificate or TLS version refused    | credentials broken (configuration)    |
| greeting, STARTTLS, login, sender | other 5xx, not offered   | credentials broken (configuration)    |
| recipient            | other 5xx                             | target broken                         |
| message (DATA)       | other 5xx                             | payload broken                        |
| message (DATA)       | lost, timed out, not understood       | transient, and uncertain              |

The server's own words are left out of every error: they repeat addresses. Its code and enhanced status
(RFC 3463) are kept.
"""

import re
import socket
import ssl
from enum import StrEnum

from aiosmtplib import SMTPException, SMTPResponseException

from notifier.errors import CredentialsBroken, DeliveryError, DeliveryTransient, PayloadBroken, TargetBroken


class Step(StrEnum):
    """How far a delivery had come."""

    CONNECT = "connecting"
    TLS = "STARTTLS"
    LOGIN = "login"
    SENDER = "the sender's address"
    RECIPIENT = "the recipient's address"
    MESSAGE = "the message"


_CREDENTIALS = frozenset({530, 534, 535, 538})
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_FAILS_LATER = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, ssl.SSLWantReadError)


def meaning(error: Exception, step: Step) -> DeliveryError:
    """Translate what went wrong at a step into what is to be done about it."""
    tls = _tls_error(error)
    if tls is not None:
        return tls
    if isinstance(error, SMTPResponseException):
        return _refusal(error.code, error.message, step)
    return _without_answer(error, step)


def _tls_error(error: Exception) -> DeliveryError | None:
    """TLS itself failed. aiosmtplib hands that on bare from STARTTLS, and as a cause from a connection."""
    fault = error if isinstance(error, ssl.SSLError) else error.__cause__
    match fault:
        case ssl.SSLCertVerificationError():
            return CredentialsBroken(
                f"the SMTP server's certificate is not trusted: {fault.verify_message}; "
                "check email.host, the server's certificate, and SSL_CERT_FILE for a CA of your own"
            )
        case ssl.SSLError() if not isinstance(fault, _FAILS_LATER):
            return CredentialsBroken(
                f"no TLS with the SMTP server ({fault.reason}); check email.security against email.port"
            )
        case _:
            return None


def _refusal(code: int, said: str, step: Step) -> DeliveryError:
    status = _ENHANCED.match(said)
    what = f"SMTP {code}{f' {status[0]}' if status else ''} at {step}"
    if 400 <= code <= 499:
        return DeliveryTransient(what)
    if not 500 <= code <= 599:
        return DeliveryTransient(f"unreadable SMTP answer at {step}", uncertain=step is Step.MESSAGE)
    if code in _CREDENTIALS:
        return CredentialsBroken(f"{what}: check email.username and email.password")
    match step:
        case Step.RECIPIENT:
            return TargetBroken(what)
        case Step.MESSAGE:
            return PayloadBroken(what)
        case _:
            return CredentialsBroken(f"{what}: the server refuses us as configured")


def _without_answer(error: Exception, step: Step) -> DeliveryError:
    if type(error) is SMTPException and step in {Step.TLS, Step.LOGIN}:
        return CredentialsBroken(
            f"the SMTP server does not offer {step}; check email.security and email.port"
        )
    if isinstance(error, UnicodeError):
        return CredentialsBroken("email.host can't be the name of a server")
    match error.__cause__ if step is Step.CONNECT else None:
        case socket.gaierror():
            return DeliveryTransient("the SMTP server's name can't be resolved; check email.host")
        case ConnectionRefusedError():
            return DeliveryTransient(
                "the SMTP server refused the connection: nothing listens there; "
                "check email.host and email.port"
            )
    silent = isinstance(error, TimeoutError)
    return DeliveryTransient(
        f"SMTP server {'silent' if silent else 'unreachable or gone'} at {step}",
        uncertain=step is Step.MESSAGE,
    )
