"""A whole answer: how many calls TeleCMI counts, and the records of this page."""

from dataclasses import dataclass

from notifier.errors import SourceTransient
from notifier.model import Call, Endpoint, Reject
from notifier.telecmi.faults import body_fault, said, worded_fault
from notifier.telecmi.record import read_record

MOST_RECORDS = 5_000  # of one page are read; a server that sends all at once has its interval halved


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of an interval."""

    count: int | None  # calls in the whole interval, as TeleCMI counts them; None where it does not say
    records: tuple[Call | Reject, ...]  # in the order of the answer; may repeat
    shown: int  # records that the page held; more than `records` where it held too many to read


def read_answer(body: object, account: str, endpoint: Endpoint, country: str, secret: str = "") -> Answer:
    """Read a decoded JSON answer that came with a good HTTP status.

    Args:
        body: whatever JSON it was.
        account: the account's name in the configuration.
        endpoint: the list that was asked for.
        country: ISO 3166 code for numbers without a country code; "" where none is known.
        secret: what no error's text may hold.

    Raises:
        SourceTransient: it is no list of calls, or an error that passes by itself.
        SourceRefused: it is a refusal.
    """
    if not isinstance(body, dict):
        raise SourceTransient("TeleCMI's answer is not a JSON object")
    if fault := body_fault(body, secret):
        raise fault
    count = _count(body)
    cdr = body.get("cdr")
    if cdr is None and count == 0:
        cdr = []
    if not isinstance(cdr, list):
        raise worded_fault("no list of calls in the answer", said(body, secret))
    records = tuple(read_record(record, account, endpoint, country) for record in cdr[:MOST_RECORDS])
    return Answer(count, records, len(cdr))


def _count(body: dict[str, object]) -> int | None:
    counts = [count for key in ("total", "count") if (count := _whole(body.get(key))) is not None]
    # Where both are given and differ, the larger one: rather read a page too many than one too few.
    return max(counts, default=None)


def _whole(value: object) -> int | None:
    if isinstance(value, str) and len(value) <= 15 and value.isascii() and value.isdigit():
        return int(value)
    return value if type(value) is int and value >= 0 else None
