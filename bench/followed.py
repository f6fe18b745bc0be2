"""Missed and answered calls of the same customers, as a team that tries again brings them about.

Nobody picks up; the customer is tried again after 20 minutes, and after 40. An hour after the first try they
are spoken with, or ring back. Every tenth one is spoken with at the third try, at another place that rang:
that miss is but a leg.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from bench.events import APP_ID, BATCH, CALLS, FIRST, STEP, customer, extension, ident
from notifier.model import Endpoint

MINUTE = 60_000  # ms
TRIES = (0, 20 * MINUTE, 40 * MINUTE)
"""ms after the first, of calls that nobody took."""

REACHED = 60 * MINUTE
ELSEWHERE = 40 * MINUTE + 10_000
OUR_NUMBER = 918_000_000_000


class Batch(NamedTuple):
    """What one read brings."""

    endpoint: Endpoint
    records: list[dict[str, object]]  # as TeleCMI reports them
    since: int  # UTC ms, when the first was placed
    until: int  # UTC ms, when the last was


class _Placed(NamedTuple):
    at: int  # UTC ms
    n: int
    who: int  # whom it was to, or came from
    endpoint: Endpoint


def followed(count: int = CALLS) -> list[Batch]:
    """So many calls, 1,000 of one list at a time, in the order in which they could be read."""
    calls = sorted(_placed(count))
    batches = []
    for endpoint, these in groupby(sorted(calls, key=attrgetter("endpoint")), attrgetter("endpoint")):
        of_list = list(these)
        for at in range(0, len(of_list), BATCH):
            part = of_list[at : at + BATCH]
            batches.append(Batch(endpoint, [_record(one) for one in part], part[0].at, part[-1].at))
    return sorted(batches, key=attrgetter("until"))


def _placed(count: int) -> Iterator[_Placed]:
    each = len(TRIES) + 1
    for who in range(count // each):
        first, n = FIRST + who * each * STEP, who * each
        for number, after in enumerate(TRIES):
            yield _Placed(first + after, n + number, who, Endpoint.OUT_MISSED)
        after = REACHED if who % 10 else ELSEWHERE
        endpoint = Endpoint.IN_ANSWERED if who % 4 == 1 else Endpoint.OUT_ANSWERED
        yield _Placed(first + after, n + len(TRIES), who, endpoint)


def _record(one: _Placed) -> dict[str, object]:
    number, agent = int("91" + customer(one.who)), f"{extension(one.n)}_{APP_ID}"
    ends = {"to": number, "from": agent}
    if one.endpoint is Endpoint.IN_ANSWERED:
        ends = {"from": number, "to": OUR_NUMBER, "agent": agent}
    return {
        "_id": ident(one.n),
        "time": one.at,
        "billedsec": 60 if one.endpoint.is_answered else 0,
        "rate": "0.0000",
        "name": "unknown",
        **ends,
    }
