"""What happens to calls within one transaction: stored, decided on, enqueued, the watermark moved."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from notifier.config.instants import start_instant
from notifier.config.values import DAY
from notifier.intake.follow import follow, standings_of
from notifier.model import Alert, Call, Reject, StoredCall
from notifier.recount import LATENESS, Counts
from notifier.rules import AlertChange, CompiledRule, Outcome, Overlay, Reason, decide, match_all
from notifier.store import alerts, calls, outbox, rejects, sources
from notifier.store.database import Connection
from notifier.store.outbox_held import hasten_held
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
    follow_up: bool = False  # are answered calls read as well?

    @property
    def looks_back(self) -> bool:
        """Does it matter what came before a call, and whether its customer was reached?"""
        return self.follow_up or any(rule.asks_attempts for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a read, or a part of one, covers. Times are UTC ms."""

    since: int  # what was asked for begins here
    began: int  # by our clock
    date: int | None  # likewise by TeleCMI's
    upto: int | None  # where the watermark may go at the most; None: as far as the clocks allow
    is_complete: bool  # does the watermark move at all?
    is_last: bool = True  # of its parts: what was kept back while a backlog was read may be told


@dataclass(frozen=True)
class Take:
    """One transaction, to be run once; what it led to is in its lists."""

    book: Rulebook
    source: Source
    records: Sequence[Call | Reject]
    start_from: str
    reach: Reach
    now: int  # UTC ms
    tried: Mapping[int, str | None] = field(default_factory=dict)  # as `rejects.settle` takes it
    rejected: list[Reject] = field(default_factory=list)
    stored: list[StoredCall] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    reached: list[Alert] = field(default_factory=list)
    windows: list[Overlay] = field(default_factory=list)
    watermarks: list[int] = field(default_factory=list)
    released: list[int] = field(default_factory=list)

    def write(self, connection: Connection) -> int:
        """All of it, or nothing where anything fails; returns how many calls were new."""
        # Read anew: only this transaction knows what is true now.
        source = sources.source(connection, self.source.account, self.source.endpoint)
        unreadable = [one for one in self.records if isinstance(one, Reject)]
        self.rejected.extend(calls.insert_rejects(connection, source, unreadable, self.now))
        self._take_calls(connection, source)
        rejects.settle(connection, self.tried)
        reach = self.reach
        if reach.is_complete:
            watermark = new_watermark(source.watermark, reach.began, reach.date, reach.upto)
            sources.advance(connection, source.id, watermark, self.now)
        if not source.endpoint.is_answered:
            self._go_on(connection, source)
        return len(self.stored)

    def after(self) -> None:
        """It was committed: the windows in memory follow."""
        for windows in self.windows:
            windows.apply()
        if self.reach.upto is None:
            for oldest in self.watermarks:
                self.book.counts.prune(oldest, self.reach.began)

    def tally(self) -> dict[str, int]:
        """How often each reason was given."""
        tally: dict[str, int] = {}
        for (_, reason), count in self.decided().items():
            tally[reason] = tally.get(reason, 0) + count
        return tally

    def decided(self) -> dict[tuple[str, str], int]:
        """How often each rule gave each reason."""
        decided: dict[tuple[str, str], int] = {}
        for outcome in self.outcomes:
            for decision in outcome.decisions:
                at = (decision.rule, str(decision.reason))
                decided[at] = decided.get(at, 0) + len(decision.rows)
        return decided

    def _take_calls(self, connection: Connection, source: Source) -> None:
        started_at = self._started_at(connection, source)
        read = [one for one in self.records if isinstance(one, Call)]
        calls.learn_ids(connection, source.id, read)
        fresh = calls.new_calls(connection, source.id, read)
        if fresh and source.endpoint.is_answered:
            self._follow(connection, source, fresh, started_at)
        elif fresh:
            self._decide(connection, source, fresh, started_at)

    @property
    def _today(self) -> int:
        """UTC ms, by whichever clock is ahead: ours may have been set back while we read."""
        return max(self.now, self.reach.date or self.now)

    def _follow(self, connection: Connection, source: Source, fresh: Sequence[Call], started_at: int) -> None:
        """Calls that were answered: alerts about their customers end."""
        self.stored.extend(calls.insert_calls(connection, source, fresh, started_at, self.now))
        reached = follow(connection, fresh, self.now, self._today)
        self.reached.extend(reached.ended)
        if reached.legs:
            self.windows.append(self.book.counts.without(reached.legs))

    def _decide(self, connection: Connection, source: Source, fresh: Sequence[Call], started_at: int) -> None:
        """Calls that were missed: every rule decides on them."""
        # Before the calls are stored: a rebuild would count them twice.
        # Calls from long before what was asked for don't make it read the whole history.
        oldest = max(min(call.placed_at for call in fresh), self.reach.since - LATENESS)
        windows = self.book.counts.covering(connection, oldest)
        standings = standings_of(connection, fresh, self._today) if self.book.looks_back else ()
        self.stored.extend(calls.insert_calls(connection, source, fresh, started_at, self.now, standings))
        matched = match_all(self.stored, self.book.rules)
        active = alerts.active(connection, [(one.rule.name, one.key) for one in matched])
        outcome = decide(matched, active, windows, self.now)
        self._store(connection, outcome)
        self._unmute(connection, active, outcome)
        self.outcomes.append(outcome)
        self.windows.append(outcome.windows)

    def _unmute(
        self, connection: Connection, before: Mapping[tuple[str, str], Alert], outcome: Outcome
    ) -> None:
        """Another agent has called: what waits for a silence of the one before is looked at now."""
        for change in outcome.changes:
            alert = change.alert
            if alert.id and before[alert.rule, alert.key].agent != alert.agent:
                hasten_held(connection, self.now, alert.id)

    def _go_on(self, connection: Connection, source: Source) -> None:
        """What waited for this read goes on, and what no window needs any more may be forgotten."""
        if self.reach.is_last:
            self.released.append(outbox.release(connection, source.id))
        oldest = sources.oldest_watermark(connection, self.book.accounts)
        if oldest is not None:
            self.watermarks.append(oldest)

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
        openers = self._openers(outcome)
        ids = [
            self._store_alert(connection, change, openers.get(at))
            for at, change in enumerate(outcome.changes)
        ]
        alerts.join_calls(
            connection,
            [(ids[at], row) for at, change in enumerate(outcome.changes) for row in change.joined],
        )
        alerts.insert_decisions(
            connection,
            [
                (row, rule, reason, ids[at] if at >= 0 else None)
                for rows, rule, reason, at in outcome.decisions
                for row in rows
            ],
            self.now,
        )

    def _openers(self, outcome: Outcome) -> dict[int, Call]:
        """By index of the change: the call that opened the alert."""
        opened = [one for one in outcome.decisions if one.reason is Reason.OPENED]
        rows = {one.rows[0] for one in opened}
        calls_of = {row: call for row, call, *_ in self.stored if row in rows} if rows else {}
        return {one.change: calls_of[one.rows[0]] for one in opened}

    def _store_alert(self, connection: Connection, change: AlertChange, opener: Call | None) -> int:
        """Store the alert where it is new, and whom it is told; returns its id."""
        alert = change.alert
        if not alert.id:
            assert opener is not None, "a new alert was opened by a call"
            alert = alerts.insert_alert(connection, alert, alert_uid(alert, opener), self._wakes_at(alert))
        if change.telling is not None:
            tell = self.book.tell
            backlog = None if self.reach.is_last else self.source.id
            gathered = tell.gathered(alert)
            tell.enqueue(connection, alert, change.telling, self.now, gathered=gathered, waits_for=backlog)
        return alert.id

    def _wakes_at(self, alert: Alert) -> int | None:
        return self.book.tell.wakes_at(alert)


def alert_uid(alert: Alert, opener: Call) -> str:
    """What an alert is known by for ever: a store that was restored from a copy makes the same again.

    Args:
        alert: that is new.
        opener: the call that opened it. It can open no other one of this rule, since it joins only once.
    """
    about = json.dumps([alert.rule, alert.key, opener.account, opener.endpoint, opener.id])
    return hashlib.sha256(about.encode()).hexdigest()[:32]
