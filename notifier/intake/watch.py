"""What ops are told of how reading one source goes."""

from collections.abc import Callable
from dataclasses import dataclass

from notifier.clock import Clock
from notifier.config.values import MINUTE, SECOND, duration_text
from notifier.host.troubles import Troubles
from notifier.model import NoticeKind

MOST_SKEW = 5 * MINUTE
"""How far TeleCMI's clock and ours may differ."""

SHORTEST_PATIENCE = 600.0
"""Seconds for which a source may fail, at the least, before anybody hears of it."""

FAILED_POLLS = 5
"""So many polls without a good read, at the least."""


@dataclass
class Watch:
    """Raises and clears the troubles of one source; says whether that was news."""

    source: str  # its name
    account: str
    every: int  # ms between two polls
    troubles: Troubles
    clock: Clock
    others_work: Callable[[float], bool] | None = None
    """Was the account's other list read well since then (monotonic seconds)? What fails there as well is told
    of that one alone; None: it is told in any case."""
    failing_since: float | None = None  # monotonic seconds
    bad_since: float | None = None  # likewise, and refused counts as well
    skewed: int = 0  # reads in a row

    def good_read(self) -> bool:
        """A read was complete; did that end a trouble?"""
        self.failing_since = self.bad_since = None
        ended = [
            self.troubles.clear(kind, self.source)
            for kind in (NoticeKind.SOURCE_REFUSED, NoticeKind.SOURCE_FAILING)
        ]
        return any(ended)

    def clock_read(self, skew: int | None) -> None:
        """TeleCMI's clock is so many ms ahead of ours; None: it did not say."""
        if skew is None:
            return
        if abs(skew) <= MOST_SKEW:
            self.skewed = 0
            self.troubles.clear(NoticeKind.CLOCK_SKEW, self.account)
            return
        self.skewed += 1
        if self.skewed > 1:
            # One answer may have been held up on its way.
            way = "behind" if skew > 0 else "ahead of"
            self.troubles.raise_(
                NoticeKind.CLOCK_SKEW,
                self.account,
                f"this machine's clock is {duration_text(abs(skew))} {way} TeleCMI's; "
                "`timedatectl` says whether it is kept right",
            )

    def refused(self, reason: str) -> bool:
        """TeleCMI refuses what we ask; is that news?"""
        return self._raise(NoticeKind.SOURCE_REFUSED, reason)

    def failed(self, reason: str) -> bool:
        """It could not be read, of something that may pass; has that lasted too long just now?"""
        now = self.clock.monotonic()
        if self.failing_since is None:
            self.failing_since = now
        if now - self.failing_since < max(SHORTEST_PATIENCE, FAILED_POLLS * self.every / SECOND):
            return False
        return self._raise(NoticeKind.SOURCE_FAILING, reason)

    def _raise(self, kind: NoticeKind, reason: str) -> bool:
        if self.bad_since is None:
            self.bad_since = self.clock.monotonic()
        if self.others_work is not None and not self.others_work(self.bad_since):
            return False
        return self.troubles.raise_(kind, self.source, reason)

    def rejected(self, count: int, first: str) -> bool:
        """So many new records could not be read, the first for this reason; is that news?"""
        records = "1 record" if count == 1 else f"{count:,} records"
        return self.troubles.raise_(
            NoticeKind.REJECTS,
            self.source,
            f"{records} could not be read, and stay kept ({first}); `notifier rejects` shows them",
        )

    @property
    def has_rejects(self) -> bool:
        """Were ops told of rejects?"""
        return any(
            (trouble.kind, trouble.subject) == (NoticeKind.REJECTS, self.source)
            for trouble in self.troubles.active()
        )

    def no_more_rejects(self) -> None:
        """None was stored for a day, or they are gone."""
        self.troubles.clear(NoticeKind.REJECTS, self.source)
