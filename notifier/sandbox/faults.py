"""What can go wrong on demand, and how often."""

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from notifier.model import Endpoint


class Fault(StrEnum):
    """One way in which the look-alike misbehaves."""

    # instead of an answer
    HTTP_500 = "http-500"
    HTTP_429 = "http-429"  # with Retry-After
    HTML = "html"  # a page instead of JSON, with status 200
    BODY_502 = "body-502"  # status 200, an error of theirs in the body
    BODY_404 = "body-404"  # status 200, an error of ours in the body
    REFUSE = "refuse"  # as a wrong secret
    ABSENT = "absent"  # as if there were no such list: HTTP 404, and no JSON
    HANG = "hang"  # no answer until the client goes
    # a false answer
    SHORT_PAGES = "short-pages"  # half of what was asked for; with a chance, records fall between pages
    SHUFFLED = "shuffled"  # not by time
    REPEAT_PAGE = "repeat-page"  # every page is page 1
    LYING_COUNT = "lying-count"  # one more than there are
    DUPLICATE_IDS = "duplicate-ids"  # the first half of a page comes again at its end
    GARBAGE_RECORD = "garbage-record"  # beside every record, one with wrong types; they are counted
    HUGE_NAME = "huge-name"  # 10^6 characters, in the first record of each page
    # a true answer that arrives badly
    TRUNCATED = "truncated"  # JSON that is cut off, but complete as HTTP
    SLOW = "slow"  # a few bytes at a time
    DROP = "drop"  # the connection closes in mid-answer


@dataclass(frozen=True, slots=True)
class Chance:
    """A fault and how often it strikes: on every n-th request, or on some of them."""

    fault: Fault
    every: int = 1
    probability: float = 1.0
    endpoint: Endpoint | None = None  # the list that it is about; None: all of them

    def strikes(self, nth: int, rng: random.Random) -> bool:
        """Does it strike on the n-th request (from 1)?"""
        return nth % self.every == 0 and rng.random() < self.probability


def striking(
    chances: Iterable[Chance], nth: int, rng: random.Random, endpoint: Endpoint = Endpoint.OUT_MISSED
) -> frozenset[Fault]:
    """The faults that strike on the n-th request (from 1) of a list."""
    about = (chance for chance in chances if chance.endpoint in {None, endpoint})
    return frozenset(chance.fault for chance in about if chance.strikes(nth, rng))


_SYNTAX = re.compile(r"(?:([^:/]+)/)?([^:/]+)(?::(?:(0?\.\d{1,9})|([1-9]\d{0,8})))?")


def parse_faults(text: str) -> tuple[Chance, ...]:
    """Read "http-500:0.2,html:3,short-pages": one in five, every third, always. "" is no fault.

    "in_answered/absent" is about one list only, of those that `Endpoint` names.

    Raises:
        ValueError: an unknown fault or list, or an impossible chance; the text names the known ones.
    """
    return tuple(_chance(part.strip()) for part in text.split(",") if part.strip())


def _chance(part: str) -> Chance:
    match = _SYNTAX.fullmatch(part)
    if match is None:
        raise ValueError(f"{part!r}: write NAME, NAME:0.2 (one in five) or NAME:5 (every fifth); {_known()}")
    endpoint, name, probability, every = match.groups()
    if name not in set(Fault):
        raise ValueError(f"{name!r} is not a fault; {_known()}")
    if endpoint is not None and endpoint not in set(Endpoint):
        raise ValueError(f"{endpoint!r} is not a list of calls: write {', '.join(Endpoint)}; {_known()}")
    return Chance(
        Fault(name),
        int(every or 1),
        float(probability or 1),
        None if endpoint is None else Endpoint(endpoint),
    )


def _known() -> str:
    return "known faults: " + ", ".join(Fault)
