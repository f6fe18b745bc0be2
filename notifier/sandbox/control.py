"""Steering the look-alike from another process: adding calls, switching faults, asking what was requested."""

from collections.abc import Callable

from aiohttp import web

from notifier.model import Endpoint
from notifier.sandbox.calls import UNKNOWN, Book, SandboxCall
from notifier.sandbox.faults import Chance, parse_faults


def control_routes(
    book: Book, switch: Callable[[tuple[Chance, ...]], None], requests: Callable[[], dict[str, int]]
) -> list[web.RouteDef]:
    """The routes below /sandbox. They ask for no secret: for loopback and tests only.

    Args:
        book: gets the calls that are added.
        switch: is told the faults from now on.
        requests: says how often each path was requested.
    """

    async def add_calls(request: web.Request) -> web.Response:
        """Take `[{"extension", "to", "time", "name", "visible_at", "endpoint", "seconds"}, …]`: all, or none.

        `endpoint` is out_missed, out_answered or in_answered, the first where none is given; of the last,
        `to` is who called. `seconds` is how long they spoke.
        """
        try:
            added = [_call(book, entry) for entry in await request.json()]
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            return _bad(f"a list of calls with extension, to, time (UTC ms) is needed: {error!r}")
        for call in added:
            book.keep(call)
        return web.json_response([{"_id": call.id, "cmiuid": call.cmiuid} for call in added])

    async def set_faults(request: web.Request) -> web.Response:
        """Take `{"fail": "http-500:0.2"}`; an empty text ends all faults."""
        try:
            switch(parse_faults((await request.json())["fail"]))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return _bad(f'{{"fail": "NAME,NAME:0.2"}} is needed: {error}')
        return web.json_response({})

    async def stats(request: web.Request) -> web.Response:
        del request
        return web.json_response({"requests": requests(), "calls": len(book)})

    return [
        web.post("/sandbox/calls", add_calls),
        web.post("/sandbox/faults", set_faults),
        web.get("/sandbox/stats", stats),
    ]


def _call(book: Book, entry: dict[str, str | int]) -> SandboxCall:
    placed_at = int(entry["time"])
    return book.make(
        extension=str(entry["extension"]),
        customer=str(entry["to"]),
        placed_at=placed_at,
        name=str(entry.get("name", UNKNOWN)),
        visible_at=int(entry["visible_at"]) if "visible_at" in entry else None,
        endpoint=Endpoint(str(entry.get("endpoint", Endpoint.OUT_MISSED))),
        seconds=int(entry.get("seconds", 0)),
    )


def _bad(message: str) -> web.Response:
    return web.json_response({"error": message}, status=400)
