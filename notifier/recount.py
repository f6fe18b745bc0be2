"""The windows in memory, and how they are rebuilt from stored calls."""

from collections.abc import Iterable, Sequence

from notifier.config import Config
from notifier.model import StoredCall
from notifier.rules import CompiledRule, Overlay, Windows
from notifier.store.database import Connection
from notifier.store.history import calls_since, joined_since

LATENESS = 2 * 3_600_000
"""ms; calls that appear later than this after others cost a rebuild, so rare that it does not matter."""

REACH = 24 * 3_600_000
"""ms; a source that is further behind than this does not keep the windows of the others in memory."""


def reach(config: Config, counts: "Counts") -> int:
    """How far behind the watermark a read of any kind, or the windows, may still look, ms."""
    telecmi = config.telecmi
    overlaps = [telecmi.poll.overlap_of(endpoint) for endpoint in telecmi.endpoints]
    return max(*overlaps, telecmi.reconcile.window) + counts.reach


class Counts:
    """Sliding windows for the rules that count. Used only within the store's write thread."""

    def __init__(self, rules: Sequence[CompiledRule]) -> None:
        self.rules = tuple(rule for rule in rules if rule.within)
        self.widest = max((rule.within for rule in self.rules), default=0)
        self._windows: Windows | None = None

    @property
    def reach(self) -> int:
        """How far behind what was asked for last the windows may look, ms."""
        # A rebuild reaches twice the lateness back, and pruning may lag behind by one more.
        return self.widest + 4 * LATENESS

    def covering(self, connection: Connection, oldest: int) -> Windows:
        """Windows that are complete for calls placed at `oldest` (UTC ms) and later, not counting them.

        Args:
            connection: to the store, before the new calls are stored.
            oldest: of the calls to be decided.
        """
        if not self.rules:
            return Windows(oldest)
        needed = oldest - self.widest
        windows = self._windows
        if windows is None or needed < windows.horizon:
            windows = self._windows = self._rebuilt(connection, needed - LATENESS)
        return windows

    def without(self, legs: Iterable[StoredCall]) -> Overlay:
        """The windows in memory without calls that turned out to be legs of answered ones.

        To be applied once it is committed that they are; a rebuild leaves them out, too.
        """
        overlay = Overlay(self._windows or Windows(0))
        for stored in legs:
            for rule in self.rules:
                overlay.drop((rule.name, rule.key(stored.call)), stored.call.placed_at, stored.row)
        return overlay

    def forget(self) -> None:
        """Rebuild at the next use: what is in memory may not be what is stored. From any thread."""
        self._windows = None

    def prune(self, watermark: int, newest: int) -> None:
        """Let go of what no window needs any more.

        Args:
            watermark: UTC ms; up to here every source was read.
            newest: UTC ms of the newest read.
        """
        windows = self._windows
        if windows is None:
            return
        horizon = max(watermark, newest - REACH) - LATENESS - self.widest
        if horizon - windows.horizon > LATENESS:
            windows.prune(horizon)

    def _rebuilt(self, connection: Connection, horizon: int) -> Windows:
        windows = Windows(horizon)
        joined = joined_since(connection, horizon)
        for stored in calls_since(connection, horizon):
            for rule in self.rules:
                if not rule.about(stored):
                    continue
                still_active = joined.get((rule.name, stored.row))
                # Calls of an alert that has ended do not count again.
                if still_active is not False:
                    windows.add((rule.name, rule.key(stored.call)), stored, taken=still_active is True)
        return windows
