"""TeleCMI behind a mock transport: a list of records, paged and counted, that can be told to lie or fail."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any

import httpx

from tests.support.clock import FakeClock

APP_ID = 1111113
SECRET = "exchange-secret"

Record = dict[str, Any]


class Killed(BaseException):
    """The process ends here, as with SIGKILL: nothing that comes after it happens."""


class Exchange:
    """Answers for one list of one account.

    Args:
        clock: what passes between its answers; it is TeleCMI's own time, too.
    """

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.records: list[Record] = []
        self.secret = SECRET
        self.asked: list[dict[str, int]] = []  # every request: start_date, end_date, page, limit
        self.dates: deque[int | None] = deque()  # `Date` of the next answers; None: without one
        self.date_ahead = 0  # ms, of every other answer
        self.lie = 0  # added to every count
        self.counts = True  # does it say how many calls there are?
        self.ignores_times = False
        self.is_endless = False  # every page brings ids that were never seen
        self.failures: deque[httpx.Response | BaseException] = deque()
        self.die_at: int | None = None  # the request (from 1) at which we are killed
        self.on_request: Callable[[], None] | None = None
        self._ids = 0

    def call(
        self, at: int, *, extension: str = "209", to: str = "919812345678", name: str = "", **more: Any
    ) -> Record:
        """Somebody called a customer and nobody picked up, at an instant, UTC ms."""
        self._ids += 1
        record = {
            "_id": f"{self._ids:024x}",
            "to": to,
            "time": at,
            "from": f"{extension}_{APP_ID}",
            "name": name,
            **more,
        }
        self.records.append(record)
        return record

    def incoming(
        self, at: int, *, extension: str = "209", caller: str = "919812345678", **more: Any
    ) -> Record:
        """A customer called, and somebody answered, at an instant, UTC ms."""
        return self.call(
            at, to="914400000000", **{"from": int(caller), "agent": f"{extension}_{APP_ID}", **more}
        )

    def requests(self) -> int:
        """How many there were since this was asked last."""
        count = len(self.asked)
        self.asked.clear()
        return count

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        self.asked.append({key: value for key, value in asked.items() if key != "token"})
        if self.on_request is not None:
            self.on_request()
        if self.die_at is not None and len(self.asked) >= self.die_at:
            raise Killed
        if self.failures:
            failure = self.failures.popleft()
            if isinstance(failure, BaseException):
                raise failure
            return failure
        if asked["token"] != self.secret:
            return httpx.Response(404, json={"code": 404, "msg": "authentication failed"})
        return httpx.Response(200, json=self._answer(asked), headers=self._headers())

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        start, end, page, limit = (asked[key] for key in ("start_date", "end_date", "page", "limit"))
        if self.is_endless:
            made = [self.call(start + 1) for _ in range(limit)]
            return {"cdr": made, "code": "200"}
        # What has no readable time is told for every interval.
        found = [
            one
            for one in self.records
            if self.ignores_times or not isinstance(one["time"], int) or start <= one["time"] <= end
        ]
        found.sort(key=lambda one: -one["time"] if isinstance(one["time"], int) else 0)
        shown = found[(page - 1) * limit : page * limit]
        counted = {"total": len(found) + self.lie} if self.counts else {}
        return {**counted, "cdr": shown, "code": "200"}

    def _headers(self) -> dict[str, str]:
        date = self.dates.popleft() if self.dates else self.clock.now() + self.date_ahead
        return {} if date is None else {"Date": formatdate(date / 1000, usegmt=True)}


class Lists:
    """The lists of one account, each at its path; one that is not there is answered with 404."""

    def __init__(self, lists: Mapping[str, Exchange]) -> None:
        self.lists = dict(lists)  # by path: "/outmissed"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        found = self.lists.get(request.url.path.removeprefix("/v1"))
        return found(request) if found else httpx.Response(404, text="Not Found")
