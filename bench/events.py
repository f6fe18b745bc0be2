"""The fixed data set. It needs nothing but Python, so that a peer sees the same events.

One call a second, from 50 extensions to 50,000 customers: more customers than notifier remembers in memory,
each called again and again.
"""

import gc
from collections.abc import Iterable

CALLS = 200_000
BATCH = 1_000
"""Calls that are taken in at a time."""

EXTENSIONS = 50
CUSTOMERS = 50_000

COUNT = 5
WITHIN = 30 * 60_000
"""ms; the rule is: five calls of one extension in thirty minutes."""

STEP = 1_000
"""ms between two calls."""

FIRST = 1_790_000_000_000
"""UTC ms; the first call."""

APP_ID = 1111113


def scattered(n: int) -> int:
    """A whole number that looks drawn by chance, and is the same everywhere; SQL can work it out too."""
    return (n * 2_654_435_761 & 0xFFFF_FFFF) >> 8


SCATTERED_SQL = "(((n * 2654435761) & 4294967295) >> 8)"


def extension(n: int) -> str:
    """Who placed the n-th call."""
    return str(200 + scattered(n) % EXTENSIONS)


def customer(n: int) -> str:
    """Whom it went to: an Indian mobile number without its country code."""
    return str(9_810_000_000 + scattered(n) % CUSTOMERS)


def ident(n: int) -> str:
    """Its id: rising with time, like TeleCMI's."""
    return f"{n:024x}"


def batches(count: int = CALLS) -> Iterable[range]:
    """The numbers of the calls, so many as are taken in at a time."""
    return (range(at, min(at + BATCH, count)) for at in range(0, count, BATCH))


def record(n: int, first: int = FIRST) -> dict[str, object]:
    """The n-th call as TeleCMI reports it.

    Args:
        n: from 0.
        first: UTC ms, when call 0 was placed.
    """
    return {
        "_id": ident(n),
        "to": int("91" + customer(n)),
        "time": first + n * STEP,
        "from": f"{extension(n)}_{APP_ID}",
        "billedsec": 0,
        "rate": "0.0000",
        "name": "unknown",
    }


def settle() -> None:
    """Never look through what was loaded so far for garbage again; so does the daemon when it is ready."""
    gc.collect()
    gc.freeze()
