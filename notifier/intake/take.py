"""What happens to calls within one transaction: stored, decided on, enqueued, the watermark moved."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from notifier.config.instants import start_instant
from notifier.config.values import DAY
from notifier.model import Alert, Call, Reject
from notifier.recount import LATENESS, Counts
from notifier.rules import AlertChange, CompiledRule, Outcome, Reason, decide, match_all, wakes_at
from notifier.store import alerts, calls, sources
from notifier.store.database import Connection
from notifier.store.sources import Source
from notifier.telecmi import new_watermark
from notifier.tell import Tell


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What new calls are decided by, for all accounts together."""

    rules: tuple[CompiledRule, ...]
    counts: Counts
    tell: Tell
    accounts: Collection[str]


@dataclass(frozen=True, slots=True)
class Reach:
    """What a read, or a part of one, covers. Times are UTC ms."""

    since: int  # what was asked for begins here
    began: int  # by our clock
    date: int | None  # likewise by TeleCMI's
    upto: int | None  # where the watermark may go at the most; None: as far as the clocks allow
    is_complete: bool  # does the watermark move at all?


@dataclass(frozen=True)
class Take:
    """One transaction, to be run once; what it led to is in its lists."""

    book: Rulebook
    source: Source
    records: Sequence[Call | Reject]
    start_from: str
    reach: Reach
    now: int  # UTC ms
    rejected: list[Reject] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    watermarks: list[int] = field(default_factory=list)

    def write(self, connection: Connection) -> int:
        """All of it, or nothing where anything fails; returns how many calls were new."""
        # Read anew: only this transaction knows what is true now.
        source = sources.source(connection, self.source.account, self.source.endpoint)
        rejects = [one for one in self.records if isinstance(one, Reject)]
        self.rejected.extend(calls.insert_rejects(connection, source, rejects, self.now))
        count = self._take_calls(connection, source)
        reach = self.reach
        if reach.is_complete:
            watermark = new_watermark(source.watermark, reach.began, reach.date, reach.upto)
            sources.advance(connection, source.id, watermark, self.now)
        oldest = sources.oldest_watermark(connection, self.book.accounts)
        if oldest is not None:
            self.watermarks.append(oldest)
        return count

    def after(self) -> None:
        """It was committed: the windows in memory follow."""
        for outcome in self.outcomes:
            outcome.windows.apply()
        if self.reach.upto is None:
            for oldest in self.watermarks:
                self.book.counts.prune(oldest, self.reach.began)

    def tally(self) -> dict[str, int]:
        """How often each reason was given."""
        tally: dict[Reason, int] = {}
        for outcome in self.outcomes:
            for decision in outcome.decisions:
                tally[decision.reason] = tally.get(decision.reason, 0) + 1
        return {str(reason): count for reason, count in tally.items()}

    def _take_calls(self, connection: Connection, source: Source) -> int:
        started_at = self._started_at(connection, source)
        read = [one for one in self.records if isinstance(one, Call)]
        calls.learn_ids(connection, source.id, read)
        fresh = calls.new_calls(connection, source.id, read)
        if not fresh:
            return 0
        # Before the calls are stored: a rebuild would count them twice.
        # Calls from long before what was asked for don't make it read the whole history.
        oldest = max(min(call.placed_at for call in fresh), self.reach.since - LATENESS)
        windows = self.book.counts.covering(connection, oldest)
        stored = calls.insert_calls(connection, source, fresh, started_at, self.now)
        matched = match_all(stored, self.book.rules)
        active = alerts.active(connection, [(one.rule.name, one.key) for one in matched])
        outcome = decide(matched, active, windows, self.now)
        self._store(connection, outcome)
        self.outcomes.append(outcome)
        return len(fresh)

    def _started_at(self, connection: Connection, source: Source) -> int:
        assert source.started_at is not None, "noted when the source was first looked at"
        date = self.reach.date
        if source.watermark is not None or date is None:
            return source.started_at
        # A clock of ours that runs ahead must not make calls of the next minutes baseline; one that is days
        # behind, or a server's that is, must not have us tell of what is long over.
        by_server = start_instant(self.start_from, date)
        lag = by_server - source.started_at
        started_at = (
            by_server if lag > DAY else min(source.started_at, max(by_server, source.started_at - DAY))
        )
        sources.start(connection, source.id, started_at)
        return started_at

    def _store(self, connection: Connection, outcome: Outcome) -> None:
        changed = [change for change in outcome.changes if change.alert.id]
        alerts.update_alerts(connection, [(change.alert, self._wakes_at(change.alert)) for change in changed])
        ids = [self._store_alert(connection, change) for change in outcome.changes]
        alerts.join_calls(
            connection,
            [(ids[at], row) for at, change in enumerate(outcome.changes) for row in change.joined],
        )
        alerts.insert_decisions(
            connection,
            [
                (row, rule, reason, ids[at] if at >= 0 else None)
                for row, rule, reason, at in outcome.decisions
            ],
            self.now,
        )

    def _store_alert(self, connection: Connection, change: AlertChange) -> int:
        """Store the alert where it is new, and whom it is told; returns its id."""
        alert = change.alert
        if not alert.id:
            alert = alerts.insert_alert(connection, alert, uuid.uuid4().hex, self._wakes_at(alert))
        if change.telling is not None:
            self.book.tell.enqueue(connection, alert, change.telling, self.now)
        return alert.id

    def _wakes_at(self, alert: Alert) -> int | None:
        return wakes_at(alert, self.book.tell.rules[alert.rule])
