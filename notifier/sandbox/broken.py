"""Answers that go wrong below JSON: refused by HTTP, never sent, cut off, dripping, dropped."""

import asyncio
import contextlib
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from aiohttp import web

from notifier.sandbox.faults import Fault
from notifier.sandbox.queries import authentication_failed

_RETRY_AFTER = 1  # seconds
_DRIP = 16  # bytes at a time


def _refused() -> web.Response:
    refusal = authentication_failed()
    return web.json_response(refusal.body, status=refusal.status)


_INSTEAD: dict[Fault, Callable[[], web.Response]] = {
    Fault.HTTP_500: lambda: web.Response(status=500, text="Internal Server Error"),
    Fault.HTTP_429: lambda: web.Response(
        status=429, text="Too Many Requests", headers={"Retry-After": str(_RETRY_AFTER)}
    ),
    Fault.HTML: lambda: web.Response(
        text="<!doctype html><title>Maintenance</title>", content_type="text/html"
    ),
    Fault.BODY_502: lambda: web.json_response({"code": 502, "msg": "Internal Server Error"}),
    Fault.BODY_404: lambda: web.json_response({"code": 404, "msg": {"reason": "Not found"}}),
    Fault.REFUSE: _refused,
    Fault.ABSENT: lambda: web.Response(status=404, text="Cannot POST"),
}


def instead(faults: AbstractSet[Fault]) -> web.Response | None:
    """What is answered instead of calls, None where no such fault strikes; of several the first above."""
    return next((make() for fault, make in _INSTEAD.items() if fault in faults), None)


async def deliver(
    request: web.Request, body: bytes, faults: AbstractSet[Fault], stopping: asyncio.Event, pause: float
) -> web.StreamResponse:
    """Send a JSON answer, as badly as the faults ask for.

    Args:
        request: what is answered.
        body: the whole answer.
        faults: those that strike.
        stopping: set when the server goes; ends a slow answer.
        pause: seconds between the bytes of a slow answer.
    """
    if Fault.TRUNCATED in faults:
        body = body[: len(body) // 2]
    if not faults & {Fault.SLOW, Fault.DROP}:
        return web.Response(body=body, content_type="application/json")
    response = web.StreamResponse(
        headers={"Content-Type": "application/json", "Content-Length": str(len(body))}
    )
    await response.prepare(request)
    if Fault.DROP in faults:
        response.force_close()  # after half of the length that was promised
        await response.write(body[: len(body) // 2])
        return response
    for first in range(0, len(body), _DRIP):
        await response.write(body[first : first + _DRIP])
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), pause)
    return response
