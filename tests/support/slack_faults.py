"""How a look-alike of a remote service fails: what it answers, or how it falls silent."""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True)
class Raw:
    """Any answer: what a proxy, an outage page or a broken server would send."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> web.Response:
        headers = self.headers | {"Content-Type": self.content_type}
        return web.Response(status=self.status, body=self.body, headers=headers)


@dataclass
class Pace:
    """Slack's limit for one channel: so many messages a second, with a burst allowed.

    `clock` tells seconds.
    """

    clock: Callable[[], float]
    per_second: float = 1.0
    burst: int = 1
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)  # by channel: messages, at

    def wait(self, channel: str) -> int:
        """0 where this message is taken; else the whole seconds that Slack would name."""
        now = self.clock()
        left, at = self._left.get(channel, (float(self.burst), now))
        left = min(self.burst, left + (now - at) * self.per_second)
        taken = left >= 1
        self._left[channel] = (left - taken, now)
        return 0 if taken else max(1, math.ceil((1 - left) / self.per_second))


class Faults:
    """The failures that are planned, by method."""

    def __init__(self) -> None:
        self._planned: dict[str, deque[str | int | Raw]] = {}
        self.stopped = asyncio.Event()

    def plan(self, method: str, failure: str | int | Raw, times: int) -> None:
        self._planned.setdefault(method, deque()).extend([failure] * times)

    def clear(self) -> None:
        self._planned.clear()

    def take(self, method: str) -> str | int | Raw | None:
        planned = self._planned.get(method)
        return planned.popleft() if planned else None

    async def respond(self, request: web.Request, failure: str | int | Raw) -> web.Response | None:
        """Fail like this; None for what is an error code."""
        match failure:
            case Raw():
                return failure.response()
            case int():
                return web.Response(status=failure, text="<html>error</html>", content_type="text/html")
            case "hang" | "hang-after-accept":
                await self.stopped.wait()
                return _drop(request)
            case "drop-before-accept" | "drop-after-accept":
                return _drop(request)
            case _:
                return None


def _drop(request: web.Request) -> web.Response:
    """Cut the connection; what is answered then reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
