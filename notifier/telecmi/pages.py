"""When a read of one interval is complete. Pure: the store's count comes in as an argument.

TeleCMI promises little: a page may be short without being the last, records may repeat or move to another
page while we read, and the count may be wrong. So neither pages nor their sizes are counted, but ids.
"""

from enum import StrEnum

from notifier.model import Call, Reject
from notifier.telecmi.interval import Interval
from notifier.telecmi.parse import Answer

MOST_CALLS = 1_000  # in an interval, before it is halved
MOST_READ = 5_000  # records in one part, before we stop believing that its pages end


class Verdict(StrEnum):
    """Why a read is over."""

    AGREES = "agrees"  # we hold as many as TeleCMI counts
    KNOWN_GAP = "known_gap"  # the count is off by as much as an earlier full read found
    EXHAUSTED = "exhausted"  # all pages were read, and the count did not fit
    ENDLESS = "endless"  # the pages did not end: what was read is good, but there is more

    @property
    def is_complete(self) -> bool:
        """The watermark may move."""
        return self is not Verdict.ENDLESS


class Pages:
    """One part's read.

    Use: `add` each answer as it comes; then ask `verdict` with what the store holds; where it is None, ask
    for page `next_page`. `records` are what to commit, also after ENDLESS. After EXHAUSTED remember
    ``gap(held)`` as the known gap of this account and endpoint, if `is_steady`; after AGREES forget it.
    """

    def __init__(self, known_gap: int | None = None) -> None:
        """Begin a read.

        Args:
            known_gap: what `gap` said after an earlier full read of this account and endpoint; None where
                none is known, or to have all pages read again.
        """
        self._known_gap = known_gap
        self._seen: set[str] = set()
        self._records: list[Call | Reject] = []
        self._is_cut = False
        self._is_over = False
        self._shown = 0
        self._counts: set[int | None] = set()
        self.count: int | None = None  # as the last page told it: calls come in while we read
        self.next_page = 1

    @property
    def records(self) -> tuple[Call | Reject, ...]:
        """What was read so far, each once, in the order of the answers."""
        return tuple(self._records)

    @property
    def has_too_many(self) -> bool:
        """So many calls are in the interval that it should be halved.

        The last page's count tells, or the page itself; and where neither does, what was read so far.
        """
        return self._shown > 0 and max(self.count or 0, self._shown, len(self._records)) > MOST_CALLS

    @property
    def is_steady(self) -> bool:
        """Was the count the same on every page? Else a call that came in may have moved out of our sight."""
        return len(self._counts) <= 1

    def keeps_to(self, part: Interval) -> bool:
        """Is anything that was read from within the part? Else its times were ignored."""
        times = [record.placed_at for record in self._records if record.placed_at is not None]
        return not times or any(part.start <= time <= part.end for time in times)

    def add(self, answer: Answer) -> None:
        """Take in the page that was asked for last."""
        new = [record for record in answer.records if self._is_new(record)]
        self._records += new
        self._is_over = not new
        self._is_cut = self._is_cut or answer.shown > len(answer.records)
        self._shown = answer.shown
        self.count = answer.count
        self._counts.add(answer.count)
        self.next_page += 1

    def verdict(self, held: int) -> Verdict | None:
        """Is the read over? None: ask for the next page.

        Args:
            held: how many ids (calls and rejects) the store would hold for exactly this interval once
                `records` are committed; rejects without a readable time count where this read saw them.
        """
        gap = self.gap(held)
        if gap == 0:
            return Verdict.AGREES
        if gap is not None and gap == self._known_gap:
            return Verdict.KNOWN_GAP
        if self._is_over:
            return Verdict.ENDLESS if self._is_cut else Verdict.EXHAUSTED
        return Verdict.ENDLESS if len(self._records) >= MOST_READ else None

    def gap(self, held: int) -> int | None:
        """By how many we hold more (or less, negative) than TeleCMI counts; None where it does not count."""
        return None if self.count is None else held - self.count

    def _is_new(self, record: Call | Reject) -> bool:
        ids = {record.digest} if isinstance(record, Reject) else {record.id, record.alias or record.id}
        is_new = self._seen.isdisjoint(ids)
        self._seen |= ids
        return is_new
