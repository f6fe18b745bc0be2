"""Looking at the outbox without changing it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from notifier.model import Gathered, Target
from notifier.store.outbox import OutboxRow, RowState, outbox_row
from notifier.store.schema import outbox


@dataclass(frozen=True, slots=True)
class Depth:
    """How full the outbox is."""

    waiting: int
    oldest_due: int | None  # UTC ms; the oldest row that is due and not sent yet
    dead: int


def depth(connection: Connection, now: int) -> Depth:
    """How many notifications wait, since when the oldest due one has, and how many were given up."""
    waiting = connection.scalar(select(func.count()).where(outbox.c.finished_at.is_(None)))
    oldest = connection.scalar(select(func.min(outbox.c.created_at)).where(*_is_due(now)))
    dead = connection.scalar(select(func.count()).where(outbox.c.state == RowState.DEAD))
    return Depth(waiting or 0, oldest, dead or 0)


def held(connection: Connection, now: int) -> int:
    """How many of those that wait do so until a calendar opens, or a silence or a snooze is over."""
    is_held = (outbox.c.finished_at.is_(None), outbox.c.state == RowState.WAITING, outbox.c.next_at > now)
    # What failed since it was let go has been due for a while.
    not_tried = outbox.c.gathered_as == Gathered.HELD, outbox.c.created_at == outbox.c.next_at
    return connection.scalar(select(func.count()).where(*is_held, *not_tried)) or 0


def behind_a_backlog(connection: Connection) -> set[int]:
    """The notifications that wait until calls of before were read, to be told together."""
    query = select(outbox.c.id).where(outbox.c.finished_at.is_(None), outbox.c.waits_for.is_not(None))
    return set(connection.scalars(query))


def oldest_due(connection: Connection, now: int) -> OutboxRow | None:
    """The notification that has been due for longest."""
    query = select(outbox).where(*_is_due(now)).order_by(outbox.c.created_at, outbox.c.id).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return outbox_row(row) if row else None


def _is_due(now: int) -> tuple[ColumnElement[bool], ...]:
    # What waits for the end of a backlog is not to be told yet.
    return outbox.c.finished_at.is_(None), outbox.c.created_at <= now, outbox.c.waits_for.is_(None)


def troubles(connection: Connection) -> Mapping[Target, str]:
    """Why each target that could not be told lately is not told: what waits for it waits for that."""
    rows = connection.execute(
        select(outbox.c.receiver, outbox.c.recipient, outbox.c.reason)
        .where(*_HAS_FAILED)
        .order_by(outbox.c.attempted_at)
    )
    return {Target(receiver, recipient): reason for receiver, recipient, reason in rows}


def trouble_of(connection: Connection, target: Target) -> str:
    """Likewise for one of them; "" where it could be told."""
    reason: str | None = connection.scalar(
        select(outbox.c.reason)
        .where(outbox.c.receiver == target.receiver, outbox.c.recipient == target.recipient, *_HAS_FAILED)
        .order_by(outbox.c.attempted_at.desc())
        .limit(1)
    )
    return reason or ""


def trouble(connection: Connection) -> OutboxRow | None:
    """The notification that was tried last of those that wait because they could not be sent."""
    row = connection.execute(
        select(outbox).where(*_HAS_FAILED).order_by(outbox.c.attempted_at.desc()).limit(1)
    )
    first = row.mappings().one_or_none()
    return outbox_row(first) if first else None


_HAS_FAILED = (outbox.c.finished_at.is_(None), outbox.c.reason != "", outbox.c.attempts > 0)


def listing(connection: Connection, states: Iterable[RowState] | None, limit: int) -> list[OutboxRow]:
    """The newest rows, of these states or of all."""
    query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
    if states is not None:
        query = query.where(outbox.c.state.in_(list(states)))
    return [outbox_row(row) for row in connection.execute(query).mappings()]


def of_alert(connection: Connection, alert_id: int) -> list[OutboxRow]:
    """Everything that was to be sent about an alert, in order."""
    return [
        outbox_row(row)
        for row in connection.execute(
            select(outbox).where(outbox.c.alert_id == alert_id).order_by(outbox.c.id)
        ).mappings()
    ]
