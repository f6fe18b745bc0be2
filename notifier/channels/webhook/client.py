"""The HTTP client that all webhooks share."""

from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version

import httpx

from notifier.errors import NotifierError

_CONNECT = 10.0  # seconds of a request's time to connect


def webhook_client(timeout: float, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A pooled client. Proxies and CA come from the usual environment variables.

    Args:
        timeout: seconds between two pieces of an answer, and at most 10 of them to connect.
        transport: instead of the network, for tests.

    Raises:
        NotifierError: what the environment says of proxies or certificates can't be used.
    """
    try:
        return httpx.AsyncClient(
            timeout=httpx.Timeout(timeout, connect=min(_CONNECT, timeout)),
            transport=transport,
            follow_redirects=False,  # a redirect would carry customers' numbers elsewhere
            limits=httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=15),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"User-Agent": f"notifier/{version('notifier')}", "Accept-Encoding": "identity"},
        )
    except (ImportError, OSError, ValueError) as error:  # ImportError: a SOCKS proxy
        raise NotifierError(
            "the environment's proxy or certificates can't be used; look at SSL_CERT_FILE, SSL_CERT_DIR, "
            f"HTTP_PROXY, HTTPS_PROXY and ALL_PROXY ({type(error).__name__})"
        ) from None
