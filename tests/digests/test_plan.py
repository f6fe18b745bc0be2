"""How long a report waits for TeleCMI to be read."""

from dataclasses import replace

import pytest

from notifier.digests.plan import PATIENCE, waits_until
from notifier.model import Endpoint
from notifier.store.sources import Source
from tests.support.clock import START

MINUTE = 60_000  # ms
DUE = START
UNREAD = Source(1, "main", Endpoint.OUT_MISSED, None, None, None, None, None, None, None)
NAME = UNREAD.name


@pytest.mark.parametrize(
    ("source", "began_at", "now", "expected"),
    [
        (None, 0, DUE, DUE + PATIENCE),
        (UNREAD, 0, DUE, DUE + PATIENCE),
        (replace(UNREAD, watermark=DUE - 1), 0, DUE + MINUTE, DUE + PATIENCE),
        (replace(UNREAD, watermark=DUE), 0, DUE + MINUTE, DUE),
        (replace(UNREAD, watermark=DUE - 1, last_error_at=DUE - 1), 0, DUE, DUE + PATIENCE),
        (replace(UNREAD, watermark=DUE - 1, last_error_at=DUE + 1), 0, DUE + MINUTE, DUE),
        # Before we began, nobody read: what failed then says nothing.
        (
            replace(UNREAD, watermark=DUE - 1, last_error_at=DUE + 1),
            DUE + 30 * MINUTE,
            DUE + 31 * MINUTE,
            DUE + 30 * MINUTE + PATIENCE,
        ),
        (replace(UNREAD, watermark=DUE), DUE + 30 * MINUTE, DUE + 31 * MINUTE, DUE + 30 * MINUTE),
    ],
    ids=[
        *("never heard of", "never read", "read before", "read after", "failed before", "failed after"),
        *("failed before we began", "read before we began"),
    ],
)
def test_it_waits_until_it_was_read_or_can_not_be(
    source: Source | None, began_at: int, now: int, expected: int
) -> None:
    sources = {} if source is None else {NAME: source}
    assert waits_until(DUE, began_at, [NAME], sources, now) == expected


def test_it_waits_for_all_that_is_read_and_nothing_else() -> None:
    other = replace(UNREAD, endpoint=Endpoint.IN_ANSWERED)
    sources = {NAME: replace(UNREAD, watermark=DUE), other.name: other}
    assert waits_until(DUE, 0, [NAME], sources, DUE) == DUE
    assert waits_until(DUE, 0, [NAME, other.name], sources, DUE) == DUE + PATIENCE
