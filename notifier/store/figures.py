"""What monitoring asks of the store: few, cheap questions whose cost does not grow with the history."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from notifier.model import AlertState, Gathered
from notifier.store.outbox import RowState
from notifier.store.schema import alerts, notice_tellings, outbox
from notifier.store.sources import Source, all_sources


@dataclass(frozen=True, slots=True)
class Queue:
    """What the outbox holds."""

    by_state: Mapping[RowState, int]  # that are not finished, and the dead
    gathered: Mapping[Gathered, int]  # unfinished ones that are to be told in a summary
    behind_backlog: int  # unfinished ones that wait until a source's backlog is read
    oldest: int | None  # UTC ms; when the oldest unfinished one was written down that waits for no backlog


@dataclass(frozen=True, slots=True)
class Figures:
    """One moment of the store."""

    sources: Mapping[str, Source]  # by name, those of earlier configurations too
    alerts: Mapping[AlertState, int]  # active ones
    queue: Queue
    notices: int  # messages about our own troubles that wait
    size: int  # bytes, with what SQLite keeps beside the file
    free: int  # bytes that we may still write to its file system


def figures(connection: Connection, path: Path) -> Figures:
    """Look, in one read transaction.

    Args:
        connection: to the store.
        path: of its file.

    Raises:
        OSError: the file system does not answer.
    """
    return Figures(
        sources={source.name: source for source in all_sources(connection)},
        alerts=_active_alerts(connection),
        queue=_queue(connection),
        notices=_waiting_notices(connection),
        size=_size(path),
        free=shutil.disk_usage(path.parent).free,
    )


def _active_alerts(connection: Connection) -> dict[AlertState, int]:
    rows = connection.execute(
        select(alerts.c.state, func.count()).where(alerts.c.ended_at.is_(None)).group_by(alerts.c.state)
    )
    return {AlertState(state): count for state, count in rows}


def _queue(connection: Connection) -> Queue:
    by_state: dict[RowState, int] = {}
    gathered: dict[Gathered, int] = {}
    behind, oldest = 0, None
    # A part of a summary without a reason of its own is one because many were due.
    is_gathered = outbox.c.batch.is_not(None) | outbox.c.gathered_as.is_not(None)
    kind = (outbox.c.state, is_gathered, outbox.c.gathered_as, outbox.c.waits_for.is_not(None))
    rows = connection.execute(
        select(*kind, func.count(), func.min(outbox.c.created_at))
        .where(outbox.c.finished_at.is_(None))
        .group_by(*kind)
    )
    for state, in_summary, reason, waits, count, first in rows:
        by_state[RowState(state)] = by_state.get(RowState(state), 0) + count
        if in_summary:
            why = Gathered(reason or Gathered.BURST)
            gathered[why] = gathered.get(why, 0) + count
        if waits:
            behind += count
        else:
            oldest = first if oldest is None else min(oldest, first)
    dead = connection.scalar(select(func.count()).where(outbox.c.state == RowState.DEAD))
    return Queue({**by_state, RowState.DEAD: dead or 0}, gathered, behind, oldest)


def _waiting_notices(connection: Connection) -> int:
    waiting = select(func.count()).where(notice_tellings.c.finished_at.is_(None))
    return connection.scalar(waiting) or 0


def _size(path: Path) -> int:
    beside = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    return path.stat().st_size + sum(each.stat().st_size for each in beside if each.exists())
