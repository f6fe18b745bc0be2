"""One pooled HTTP session to one host, with what a sender of messages must not leave to chance."""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from notifier.channels.slack.errors import Redirected

TIMEOUT: Final = 20.0  # seconds for one request, all in all
_CONNECT: Final = 10.0  # seconds of it to connect
_MOST: Final = (
    8 * 1024 * 1024
)  # bytes of one answer; a page of a channel's history is the largest that we ask for


class _Bounded(aiohttp.ClientResponse):
    async def read(self) -> bytes:
        """The whole body, unless it is too large."""
        if self._body is None:
            parts, size = [], 0
            async for part in self.content.iter_any():
                parts.append(part)
                size += len(part)
                if size > _MOST:
                    self.close()
                    raise aiohttp.ClientPayloadError("the answer is too large")
            self._body = b"".join(parts)
        return await super().read()


async def _unmoved(
    request: aiohttp.ClientRequest,
    send: Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]],
) -> aiohttp.ClientResponse:
    response = await send(request)
    if 300 <= response.status < 400:
        response.close()
        raise Redirected
    return response


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for this URL, `NO_PROXY` included.

    The SDK's own reading of the environment ignores `NO_PROXY`. aiohttp's reads ~/.netrc as well, and where
    that has an entry, a request with a token of its own fails.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None  # no URL at all; aiohttp says so, in a way that is known
    if parts.hostname is None or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)


class Connection:
    """A session that is made when it is first used, since aiohttp needs a running loop.

    Args:
        timeout: seconds for one request, from connecting to the last byte.
    """

    def __init__(self, timeout: float = TIMEOUT) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=min(_CONNECT, timeout))
        self._session: aiohttp.ClientSession | None = None

    def session(self, url: str) -> aiohttp.ClientSession:
        """The session; the URL decides at first use which proxy it goes through."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                proxy=proxy_for(url),
                cookie_jar=aiohttp.DummyCookieJar(),
                response_class=_Bounded,
                middlewares=(_unmoved,),
            )
        return self._session

    async def aclose(self) -> None:
        """Close the connections. Doing it twice does no harm."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
