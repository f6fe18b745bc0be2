"""One HTTP connection of somebody we don't trust: bounded, brief, silent about what serves it."""

import asyncio
from http import HTTPStatus

import structlog
from aiohttp.http_exceptions import HttpProcessingError

# Not `aiohttp.web`: what it has for whole applications is a megabyte more.
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import Response, StreamResponse
from aiohttp.web_server import Server

_log = structlog.get_logger("notifier.web")

_LINE_LIMIT = 2_048  # bytes
_HEADER_LIMIT = 4_096  # bytes
_HEADERS_LIMIT = 50
_IDLE_LIMIT = 15.0  # seconds without a whole request


class Connection(RequestHandler):
    """aiohttp's, but it logs no requests, reads no bodies, and an error page tells nothing.

    Args:
        manager: whose connection it is.
        loop: the running one.
    """

    __slots__ = ()

    def __init__(self, manager: Server, *, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            manager,
            loop=loop,
            keepalive_timeout=_IDLE_LIMIT,
            access_log=None,  # type: ignore[arg-type] # its annotation forgets None, which its code accepts
            max_line_size=_LINE_LIMIT,
            max_field_size=_HEADER_LIMIT,
            max_headers=_HEADERS_LIMIT,
            lingering_time=0.0,
            auto_decompress=False,
        )

    def handle_error(
        self,
        request: BaseRequest,  # noqa: ARG002 - the inherited signature
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - the inherited signature
    ) -> StreamResponse:
        """Answer what was no HTTP with 400, quietly; a fault of ours is logged and answered with 500."""
        if isinstance(exc, HttpProcessingError):
            status = HTTPStatus.BAD_REQUEST
        else:
            _log.error("a page failed", status=status, exc_info=exc)
        response = answer(HTTPStatus(status), f"{HTTPStatus(status).phrase}\n")
        response.force_close()
        return response


def answer(
    status: HTTPStatus, text: str, *, content_type: str = "text/plain", allow: str | None = None
) -> Response:
    """A response whose headers name no software, and that nobody may keep."""
    headers = {"Server": "notifier", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if allow is not None:
        headers["Allow"] = allow
    return Response(status=status, text=text, content_type=content_type, headers=headers)
