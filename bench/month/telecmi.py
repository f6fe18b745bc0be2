"""TeleCMI in memory, behind httpx's transport: both regions and accounts, paged, counted, down for a while.

A call is listed from when it is over. That it is listed late, or that nobody answers, is the month's doing.
"""

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.utils import formatdate
from typing import Any

import httpx

from bench.month.office import APP_IDS, MAIN, WEST
from bench.month.traffic import Fact
from notifier.model import Endpoint

SECRET = "secret-of-the-month"
OUR_NUMBER = "914440000000"

_MAIN = {"outmissed": Endpoint.OUT_MISSED, "outanswered": Endpoint.OUT_ANSWERED}
_WEST = {"out_missed": Endpoint.OUT_MISSED, "out_answered": Endpoint.OUT_ANSWERED}
_PLACES = {
    **{("v1", path): (MAIN, endpoint) for path, endpoint in _MAIN.items()},
    **{("v2", path): (WEST, endpoint) for path, endpoint in _WEST.items()},
    ("v1", "answered"): (MAIN, Endpoint.IN_ANSWERED),
    ("v2", "answered"): (WEST, Endpoint.IN_ANSWERED),
}


class Telecmi(httpx.AsyncBaseTransport):
    """Answers every list of both accounts.

    Args:
        facts: all calls that there will be, in the order in which they were placed.
        now: UTC ms, by its own clock.
        down: from when to when nobody answers, UTC ms.
    """

    def __init__(self, facts: Iterable[Fact], now: Callable[[], int], down: tuple[int, int]) -> None:
        self._now = now
        self._down = down
        self._lists: dict[tuple[str, Endpoint], list[Fact]] = defaultdict(list)
        for fact in facts:
            self._lists[fact.account, fact.endpoint].append(fact)
        self._times = {place: [one.placed_at for one in these] for place, these in self._lists.items()}
        self.requests = 0

    def is_down(self) -> bool:
        """Does nobody answer now?"""
        return self._down[0] <= self._now() < self._down[1]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self.is_down():
            raise httpx.ConnectError("nobody answers")
        _, version, path = request.url.path.split("/")
        account, endpoint = _PLACES[version, path]
        asked = json.loads(await request.aread())
        assert SECRET in {asked.get("token"), asked.get("secret")}, "who is that?"
        assert asked["appid"] == APP_IDS[account]
        body = self._answer((account, endpoint), asked)
        date = formatdate(self._now() / 1000, usegmt=True)
        return httpx.Response(200, headers={"Date": date}, content=json.dumps(body))

    def _answer(self, place: tuple[str, Endpoint], asked: Mapping[str, Any]) -> dict[str, object]:
        now, times = self._now(), self._times.get(place, [])
        begin, end = bisect_left(times, asked["start_date"]), bisect_right(times, asked["end_date"])
        # What lies ahead can't be listed: looked through as far as may be.
        end = min(end, bisect_right(times, now))
        found = [one for one in self._lists[place][begin:end] if one.listed_at <= now]
        first = len(found) - asked["page"] * asked["limit"]
        shown: Sequence[Fact] = found[max(0, first) : max(0, first + asked["limit"])][::-1]
        return {"count": len(found), "cdr": [_record(one) for one in shown], "code": "200"}


def _record(fact: Fact) -> dict[str, object]:
    agent = f"{fact.extension}_{APP_IDS[fact.account]}"
    customer = int(fact.customer[1:])
    told: dict[str, object] = {"time": fact.placed_at, "name": "unknown", "billedsec": 0}
    if fact.account == MAIN:
        told |= {"_id": fact.id, "from": agent, "to": customer}
    else:
        told |= {"cmiuid": fact.id, "agent": agent, "from": OUR_NUMBER, "to": customer}
    if fact.endpoint is Endpoint.IN_ANSWERED:
        told |= {"agent": agent, "from": customer, "to": int(OUR_NUMBER)}
    return told
