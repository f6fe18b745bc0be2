"""A TeleCMI that answers as told, and a client that asks it."""

import json
from typing import Any

import httpx

from notifier.config.schema import Account, Poll
from notifier.model import Endpoint
from notifier.telecmi import Client, Interval, Page, http_client
from tests.support.clock import FakeClock

SECRET = "92924bb6-very-secret"
WHOLE = Interval(1_789_999_000_000, 1_790_000_300_000)
RECORD = {"_id": "a", "to": 9812345678, "time": 1790000000000, "from": "209_1111113"}
GOOD = httpx.Response(200, json={"count": 1, "cdr": [RECORD], "code": "200"})

Reply = httpx.Response | Exception


class Telecmi:
    """Answers with what it was given, one after another; the last for ever."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]


def account(**changes: Any) -> Account:
    return Account.model_validate(
        {"name": "main", "region": "india", "app_id": 1111113, "secret": SECRET} | changes
    )


def client(
    server: Telecmi,
    clock: FakeClock | None = None,
    *,
    poll: Poll | None = None,
    deadline_s: float = 30.0,
    **changes: Any,
) -> Client:
    http = http_client(1.0, transport=httpx.MockTransport(server))
    clock = clock or FakeClock()
    return Client(account(**changes), poll or Poll(), http, clock, country="IN", deadline_s=deadline_s)


async def page(of: Client, number: int = 1) -> Page:
    return await of.page(Endpoint.OUT_MISSED, WHOLE, number)
