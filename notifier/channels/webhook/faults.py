"""What the answers of a webhook's receiver, and its silence, mean for a delivery. Pure.

| what                                                | it means                                            |
|-----------------------------------------------------|-----------------------------------------------------|
| 2xx                                                 | accepted, whatever the answer's body says           |
| could not connect; a proxy's 407; 408, 421, 425     | transient: nothing was taken                        |
| 429                                                 | rate limited; 30 s, where it names no time          |
| 503 with a `Retry-After`                            | rate limited                                        |
| other 5xx; lost or silent after the request         | transient, and uncertain                            |
| 401, 403; certificate refused; no valid URL         | credentials broken: URL and secret are read again   |
| 400, 409, 413, 415, 422, 431                        | payload broken                                      |
| 404, 405, 410, every other 4xx, every redirect      | target broken: the URL is read again                |

A broken payload is sent once more and then given up, as anywhere; there is no simpler form of a document, so
that one try more finds out whether it was meant.
"""

import math
import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import httpx

from notifier.channels.unreached import why
from notifier.errors import (
    CredentialsBroken,
    DeliveryError,
    DeliveryTransient,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)

PAUSE = 30.0  # seconds, where we are limited and not told for how long
LONGEST_PAUSE = 3600.0  # seconds; a Retry-After beyond it is not believed

_NOT_TAKEN = frozenset({407, 408, 421, 425})
_CREDENTIALS = frozenset({401, 403})
_PAYLOAD = frozenset({400, 409, 413, 415, 422, 431})
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


def refused(status: int, headers: Mapping[str, str], now: int) -> DeliveryError | None:
    """What an answer means; None where the document was accepted.

    Args:
        status: of HTTP.
        headers: of the answer.
        now: UTC ms; a `Retry-After` may be a date.
    """
    what = f"webhook: HTTP {status}"
    if 200 <= status <= 299:
        return None
    pause = retry_after(headers, now)
    if status == 429 or (status == 503 and pause is not None):
        return RateLimited(what, PAUSE if pause is None else pause)
    if 300 <= status <= 399:
        return TargetBroken(f"{what}, a redirect, which is not followed; set the URL that it leads to")
    if 400 <= status <= 499:
        return _refusal(status, what)
    return DeliveryTransient(what, uncertain=True)


def retry_after(headers: Mapping[str, str], now: int) -> float | None:
    """Seconds to wait, at least 1 and at most an hour; None where the answer does not say it readably."""
    said = headers.get("Retry-After", "")
    try:
        seconds = float(said) if said.strip()[:1].isdigit() else _until(said, now)
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 1.0), LONGEST_PAUSE) if math.isfinite(seconds) else None


def lost(error: Exception) -> DeliveryError:
    """What it means that there was no answer. The error's own text may hold the URL, so it is not used."""
    certificate = _certificate(error)
    if certificate is not None:
        return CredentialsBroken(
            f"webhook: its server's certificate is not trusted: {certificate.verify_message}; "
            "check the URL, the server's certificate, and SSL_CERT_FILE for a CA of your own"
        )
    name = type(error).__name__
    match error:
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() | UnicodeError():
            return CredentialsBroken("webhook: its URL is not a valid http(s) URL")
        case _ if isinstance(error, _UNSENT):
            return DeliveryTransient(f"webhook: could not connect ({why(error)})")
        case TimeoutError() | httpx.TimeoutException():
            return DeliveryTransient("webhook: no answer in time", uncertain=True)
        case _:
            return DeliveryTransient(f"webhook: the connection was lost ({name})", uncertain=True)


def _refusal(status: int, what: str) -> DeliveryError:
    if status in _NOT_TAKEN:
        return DeliveryTransient(what)
    if status in _CREDENTIALS:
        return CredentialsBroken(f"{what}; do both sides have the same secret, and is its clock right?")
    if status in _PAYLOAD:
        return PayloadBroken(f"{what}; see what the receiver logs of it")
    return TargetBroken(f"{what}; is the URL right, and does it take POST?")


def _until(date: str, now: int) -> float:
    return parsedate_to_datetime(date).timestamp() - now / 1000


def _certificate(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """The refused certificate among an error's causes."""
    cause: BaseException | None = error
    for _ in range(10):
        if cause is None or isinstance(cause, ssl.SSLCertVerificationError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None
