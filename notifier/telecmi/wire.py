"""HTTP as TeleCMI is spoken to: the shared client, and reading bodies and headers that nobody vouches for."""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version

import httpx

from notifier.errors import NotifierError, SourceTransient
from notifier.telecmi.record import EARLIEST, LATEST

LARGEST = 16 * 1024 * 1024  # bytes of an answer, decompressed
LONGEST_WAIT = 3600.0  # seconds; a `Retry-After` beyond is cut

_LONGEST_INT = 40  # digits; longer numbers are read as text, so that they spoil their own record only

Http = httpx.AsyncClient


def http_client(timeout_s: float, *, transport: httpx.AsyncBaseTransport | None = None) -> Http:
    """The pooled client that all accounts share. Proxies and CA come from the usual environment variables.

    Args:
        timeout_s: seconds for connecting, and between two pieces of an answer.
        transport: instead of the network, for tests.

    Raises:
        NotifierError: what the environment says of proxies or certificates can't be used.
    """
    try:
        return _http_client(timeout_s, transport)
    except (ImportError, OSError, ValueError) as error:  # ImportError: a SOCKS proxy
        raise NotifierError(
            "the environment's proxy or certificates can't be used; look at SSL_CERT_FILE, SSL_CERT_DIR, "
            f"HTTP_PROXY, HTTPS_PROXY and ALL_PROXY ({type(error).__name__})"
        ) from None


def _http_client(timeout_s: float, transport: httpx.AsyncBaseTransport | None) -> Http:
    return httpx.AsyncClient(
        timeout=timeout_s,
        transport=transport,
        follow_redirects=False,  # a redirect would carry the secret elsewhere
        # As many as there are sources, each with one request under way: none waits for another's answer.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=60),
        # Accounts share this client, but not sessions.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={
            "User-Agent": f"notifier/{version('notifier')}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # pages are small; nothing to gain but decompression bombs
        },
    )


async def read_body(response: httpx.Response) -> bytes:
    """The body, decompressed.

    Raises:
        SourceTransient: it is larger than 16 MB; the rest is not read.
        httpx.HTTPError: the connection broke, or the body is not what its encoding says.
    """
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise SourceTransient("TeleCMI's answer is larger than 16 MB")
    return bytes(body)


def decode(body: bytes) -> object:
    """The JSON of a body; bytes that are no UTF-8 are replaced, since a broken name is no broken answer.

    Raises:
        SourceTransient: it is not JSON, or nested absurdly deep.
    """
    text = body.decode("utf-8-sig", "replace")
    try:
        return json.loads(text, strict=False, parse_int=_int)
    except RecursionError:
        raise SourceTransient("TeleCMI's answer is nested too deep") from None
    except ValueError:
        what = "HTML" if text.lstrip()[:1] == "<" else "not JSON"
        raise SourceTransient(f"TeleCMI's answer is {what}") from None


def _int(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INT else digits


def server_date(headers: Mapping[str, str]) -> int | None:
    """When the server thinks it is, in UTC ms; None where it does not say, or says nonsense."""
    date = _date(headers.get("date", ""))
    return date if date is not None and EARLIEST <= date < LATEST else None


def retry_after(headers: Mapping[str, str], now: int) -> float | None:
    """How long TeleCMI asks to wait, in seconds, at most an hour; None where it does not, or says nonsense.

    Args:
        headers: of the response.
        now: UTC ms by our clock; the server's own `Date` is preferred where it comes as an instant.
    """
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        until = _date(text)
        if until is None:
            return None
        seconds = (until - (server_date(headers) or now)) / 1000
    return min(max(0.0, seconds), LONGEST_WAIT) if math.isfinite(seconds) else None


def _date(text: str) -> int | None:
    try:
        date: datetime = parsedate_to_datetime(text)
        return int(date.timestamp() * 1000) if date.tzinfo else None
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
