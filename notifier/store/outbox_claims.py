"""Claiming: what of a target's rows goes next, alone or as one part of a summary.

Critical alerts go first and alone. Then comes what stands in a summary already, then what is to be put into
one now, then one row after another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, exists, false, func, select, update

from notifier.model import Gathered, Severity, Target
from notifier.store.gathering import Limits, Part, summaries
from notifier.store.outbox import OutboxRow, RowState, delivery_id, outbox_row
from notifier.store.schema import alerts, outbox


@dataclass(frozen=True, slots=True)
class Claim:
    """What one message tells: one notification, or those that a summary names."""

    rows: tuple[OutboxRow, ...]  # about one alert each
    batch: str | None = None  # the summary's delivery id
    part: int = 1
    parts: int = 1

    @property
    def gathered(self) -> Gathered:
        """Why they are told together."""
        (reason, *others) = {row.gathered_as for row in self.rows}
        return Gathered.BURST if others or reason is None else reason

    @property
    def uncertain_since(self) -> int | None:
        """UTC ms since when one of them may have arrived; None where none may have."""
        return min(
            (row.uncertain_since for row in self.rows if row.uncertain_since is not None), default=None
        )


_earlier = outbox.alias("earlier")
# Of the rows about one alert to one target only the first may go: their order is kept.
_FIRST_OF_ITS_ALERT = ~exists().where(
    _earlier.c.alert_id == outbox.c.alert_id,
    _earlier.c.receiver == outbox.c.receiver,
    _earlier.c.recipient == outbox.c.recipient,
    _earlier.c.finished_at.is_(None),
    _earlier.c.id < outbox.c.id,
)
_IS_CRITICAL = exists().where(alerts.c.id == outbox.c.alert_id, alerts.c.severity == Severity.CRITICAL)
# A backlog is no reason to keep what is critical back.
_WAITS = (
    outbox.c.finished_at.is_(None),
    outbox.c.state == RowState.WAITING,
    outbox.c.waits_for.is_(None) | _IS_CRITICAL,
)
_MAY_GO = (*_WAITS, _FIRST_OF_ITS_ALERT)
# What may have been told in a summary is looked for with that.
_IS_FREE = outbox.c.batch.is_(None) | (outbox.c.attempts == 0) | outbox.c.uncertain_since.is_(None)


def waiting_targets(connection: Connection) -> list[tuple[Target, int]]:
    """Every target that something waits for, with when the first of it is due (UTC ms)."""
    rows = connection.execute(
        select(outbox.c.receiver, outbox.c.recipient, func.min(outbox.c.next_at))
        .where(*_MAY_GO)
        .group_by(outbox.c.receiver, outbox.c.recipient)
    )
    return [(Target(receiver, recipient), next_at) for receiver, recipient, next_at in rows]


def is_due(connection: Connection, target: Target, now: int) -> bool:
    """Could something be claimed for this target now?"""
    return bool(_due(connection, target, now, limit=1))


def claim(connection: Connection, target: Target, boot: str, now: int, limits: Limits) -> Claim | None:
    """Take what one target is to be told next, for this boot.

    Args:
        connection: to the store, in a transaction.
        target: that is told.
        boot: names this run of the process.
        now: UTC ms.
        limits: beyond which several are told together.

    Returns:
        None where nothing is due.
    """
    urgent = _due(connection, target, now, _IS_CRITICAL, _IS_FREE, limit=1)
    if urgent:
        _alone(connection, urgent)
        return _taken(connection, urgent, boot, now)
    begun = _begun(connection, target, now, limits)
    if begun is not None:
        return _taken(connection, begun, boot, now, begun[0])
    due = _due(connection, target, now)
    if not due:
        return None
    if _form(connection, target, summaries(due, limits)):
        return claim(connection, target, boot, now, limits)
    return _taken(connection, due[:1], boot, now)


def claim_many(connection: Connection, target: Target, boot: str, now: int, limit: int) -> list[OutboxRow]:
    """Take so many due rows of a target that is told nothing any more, whichever message would tell them."""
    due = _due(connection, target, now, limit=limit)
    return list(_taken(connection, due, boot, now).rows) if due else []


def unsent(
    connection: Connection, target: Target, now: int, limit: int, *, after: int = 0
) -> list[OutboxRow]:
    """What a target was to be told by now, or was told in vain; oldest first, and nothing is claimed.

    Args:
        connection: to the store.
        target: that was to be told.
        now: UTC ms.
        limit: rows at the most.
        after: only what was written down later than the row with this id.
    """
    # What is held waits from then on: see `outbox_held.hold`. What was released and tried since does not.
    is_held = (outbox.c.gathered_as == Gathered.HELD) & (outbox.c.next_at <= outbox.c.created_at)
    was_tried = (outbox.c.attempts > 0) & ~func.coalesce(is_held, false())
    query = (
        select(outbox)
        .where(*_of(target), outbox.c.id > after, (outbox.c.next_at <= now) | was_tried, *_WAITS)
        .order_by(outbox.c.id)
        .limit(limit)
    )
    return [outbox_row(row) for row in connection.execute(query).mappings()]


def release_claims(connection: Connection, boot: str, now: int) -> int:
    """Let rows wait again that another boot had claimed; what they led to is uncertain.

    Returns:
        How many there were.
    """
    result = connection.execute(
        update(outbox)
        .where(
            outbox.c.finished_at.is_(None), outbox.c.state == RowState.CLAIMED, outbox.c.claimed_by != boot
        )
        .values(
            state=RowState.WAITING,
            next_at=now,
            claimed_by=None,
            uncertain_since=func.coalesce(outbox.c.uncertain_since, outbox.c.attempted_at),
        )
    )
    return result.rowcount


def waits_beyond(connection: Connection, latest: int) -> bool:
    """Does anything wait for longer than until then, UTC ms, that is not held?"""
    return connection.execute(select(outbox.c.id).where(*_beyond(latest)).limit(1)).first() is not None


def hasten(connection: Connection, latest: int, now: int) -> None:
    """Let go now what would wait for longer than until `latest`, and is not held; both are UTC ms."""
    connection.execute(update(outbox).where(*_beyond(latest)).values(next_at=now))


def _beyond(latest: int) -> tuple[ColumnElement[bool], ...]:
    return (
        outbox.c.finished_at.is_(None),
        outbox.c.state == RowState.WAITING,
        outbox.c.next_at > latest,
        outbox.c.gathered_as.is_distinct_from(Gathered.HELD),
    )


def _due(
    connection: Connection,
    target: Target,
    now: int,
    *which: ColumnElement[bool],
    limit: int | None = None,
) -> list[OutboxRow]:
    query = (
        select(outbox)
        .where(*_of(target), outbox.c.next_at <= now, *which, *_MAY_GO)
        .order_by(outbox.c.next_at, outbox.c.id)
    )
    return [outbox_row(row) for row in connection.execute(query.limit(limit)).mappings()]


def _begun(connection: Connection, target: Target, now: int, limits: Limits) -> list[OutboxRow] | None:
    """The rows of the summary that is due next: exactly those, since it may have arrived."""
    while first := _due(connection, target, now, outbox.c.batch.is_not(None), limit=1):
        query = (
            select(outbox)
            .where(*_of(target), outbox.c.state == RowState.WAITING, outbox.c.batch == first[0].batch)
            .order_by(outbox.c.created_at, outbox.c.id)
        )
        rows = [outbox_row(row) for row in connection.execute(query).mappings()]
        if len(rows) <= limits.size:
            return rows
        # Its channel names fewer in one message than it did: they are put together anew.
        _alone(connection, rows)
    return None


def _form(connection: Connection, target: Target, formed: Sequence[Part]) -> bool:
    """Write down which rows are told together; are there any?"""
    put: list[dict[str, object]] = []
    for one in formed:
        batch = delivery_id(target.receiver, target.recipient, *(row.delivery_id for row in one.rows))
        put += [{"row": row.id, "in": batch, "at": one.part, "of": one.parts} for row in one.rows]
    if put:
        connection.execute(_PUT, put)
    return bool(put)


_PUT = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(batch=bindparam("in"), part=bindparam("at"), parts=bindparam("of"))
)


def _alone(connection: Connection, rows: Sequence[OutboxRow]) -> None:
    ids = [row.id for row in rows]
    connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(batch=None, part=None, parts=None))


def _taken(
    connection: Connection, rows: Sequence[OutboxRow], boot: str, now: int, one: OutboxRow | None = None
) -> Claim:
    connection.execute(
        update(outbox)
        .where(outbox.c.id.in_([row.id for row in rows]))
        .values(state=RowState.CLAIMED, claimed_by=boot, attempted_at=now, attempts=outbox.c.attempts + 1)
    )
    if one is None:
        return Claim(tuple(rows))
    return Claim(tuple(rows), one.batch, one.part or 1, one.parts or 1)


def _of(target: Target) -> tuple[ColumnElement[bool], ...]:
    return (
        outbox.c.receiver == target.receiver,
        outbox.c.recipient == target.recipient,
        outbox.c.finished_at.is_(None),
    )
