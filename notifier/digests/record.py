"""One transaction: what fell due is written down, and what is not to be sent any more is done with."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import structlog

from notifier.config.digests import Digest
from notifier.config.values import duration_text
from notifier.digests.plan import LATE, Planned, plan
from notifier.model import Target
from notifier.rules import Directory
from notifier.rules.digest import Schedule
from notifier.store import digests
from notifier.store.database import Connection
from notifier.store.digests import DigestRow
from notifier.store.outbox import RowState
from notifier.store.sources import Source, all_sources

log = structlog.get_logger("notifier.digests")

TOO_LATE = f"more than {duration_text(LATE)} late"
NOT_THE_LATEST = "a later one was due"
DRY_RUN = "dry_run"
REMOVED = "it was removed from the configuration"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A report that one target is not sent."""

    name: str  # of the digest
    target: Target
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand after it."""

    waiting: tuple[DigestRow, ...]  # to be sent, the oldest report first
    sources: Mapping[str, Source]  # that were ever read
    dropped: tuple[Dropped, ...]  # only now


@dataclass(frozen=True)
class Record:
    """Writes for one configuration.

    Args:
        digests: by name.
        schedules: of each of them.
        directory: of the configuration.
        boot_at: UTC ms, when the process began: before, another may have sent what we know nothing of.
        dry_run: is nothing to be sent?
    """

    digests: Mapping[str, Digest]
    schedules: Mapping[str, Schedule]
    directory: Directory
    boot_at: int
    dry_run: bool

    def write(self, connection: Connection, now: int) -> Standing:
        """Write it down; doing it twice changes nothing."""
        stored = digests.plans(connection)
        dropped: list[Dropped] = []
        for name, schedule in self.schedules.items():
            planned = plan(schedule, stored.get(name), now)
            if planned.stored != stored.get(name):
                digests.put_plan(connection, name, planned.stored)
            dropped += self._enqueued(connection, name, planned, now)
        gone = stored.keys() - self.schedules.keys()
        if gone:
            digests.forget_plans(connection, gone)
        waiting = [row for row in digests.unfinished(connection) if row.state is RowState.WAITING]
        void = self._void(waiting, digests.latest(connection, now), now)
        for row_id, (state, reason) in void.items():
            digests.finish(connection, [row_id], state, reason, now)
        dropped += [Dropped(row.name, row.target, void[row.id][1]) for row in waiting if row.id in void]
        return Standing(
            waiting=tuple(row for row in waiting if row.id not in void),
            sources={source.name: source for source in all_sources(connection)},
            dropped=tuple(dropped),
        )

    def audience(self, name: str, now: int) -> tuple[Target, ...]:
        """Whom a digest is sent to."""
        return self.directory.targets(self.digests[name].notify, "", now)

    def _enqueued(self, connection: Connection, name: str, planned: Planned, now: int) -> Iterator[Dropped]:
        """Write down what fell due; what of it is not sent."""
        if planned.latest is None:
            return
        targets = self.audience(name, now)
        state, reason = (RowState.DRY_RUN, DRY_RUN) if self.dry_run else (RowState.WAITING, "")
        may_be_told = planned.latest if planned.latest < self.boot_at else None
        new = digests.enqueue(
            connection,
            name,
            planned.latest,
            targets,
            now,
            state=state,
            reason=reason,
            uncertain_since=may_be_told,
        )
        if new and self.dry_run:
            log.info("would send a digest", digest=name, targets=[str(target) for target in new])
        for due_at in planned.older:
            for target in digests.enqueue(
                connection, name, due_at, targets, now, state=RowState.DROPPED, reason=NOT_THE_LATEST
            ):
                yield Dropped(name, target, NOT_THE_LATEST)

    def _void(
        self, waiting: Iterable[DigestRow], latest: Mapping[str, int], now: int
    ) -> dict[int, tuple[RowState, str]]:
        """Which of the rows are not to be sent any more, and why."""
        found: dict[int, tuple[RowState, str]] = {}
        for row in waiting:
            if row.name not in self.digests:
                found[row.id] = RowState.DROPPED, REMOVED
            elif self.dry_run:
                found[row.id] = RowState.DRY_RUN, DRY_RUN
            elif row.due_at < latest.get(row.name, 0):
                found[row.id] = RowState.DROPPED, NOT_THE_LATEST
            elif row.attempts == 0 and now - self._since(row, now) > LATE:
                found[row.id] = RowState.DROPPED, TOO_LATE
        return found

    def _since(self, row: DigestRow, now: int) -> int:
        """Since when it could have been sent: to ops, since others could not be told."""
        return row.due_at if row.target in self.audience(row.name, now) else row.created_at
