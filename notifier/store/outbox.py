"""The outbox: what is to be sent, to whom, and what became of it.

A row is *waiting* until it is claimed; a claim is written before the request, and its result after.
Whatever is still claimed by another boot was under way when that process died: its outcome is uncertain.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, exists, func, insert, select, update

from notifier.model import Kind, Target
from notifier.store.schema import outbox


class RowState(StrEnum):
    """What became of a notification."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    DROPPED = "dropped"  # its alert ended before anybody was told
    REDIRECTED = "redirected"  # its target can't be reached; others are told instead
    DEAD = "dead"  # given up; ops can see it
    DRY_RUN = "dry_run"  # would have been sent


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One notification. Times are UTC ms."""

    id: int
    delivery_id: str
    alert_id: int
    target: Target
    kind: Kind
    n: int
    via: str  # rule | fallback | ops
    state: RowState
    reason: str
    attempts: int
    next_at: int
    created_at: int
    uncertain_since: int | None
    plain: bool


def outbox_row(values: RowMapping) -> OutboxRow:
    """A row of the table as one of ours."""
    return OutboxRow(
        id=values["id"],
        delivery_id=values["delivery_id"],
        alert_id=values["alert_id"],
        target=Target(values["receiver"], values["recipient"]),
        kind=Kind(values["kind"]),
        n=values["n"],
        via=values["via"],
        state=RowState(values["state"]),
        reason=values["reason"],
        attempts=values["attempts"],
        next_at=values["next_at"],
        created_at=values["created_at"],
        uncertain_since=values["uncertain_since"],
        plain=values["plain"],
    )


def enqueue(
    connection: Connection,
    alert_id: int,
    targets: Iterable[Target],
    *,
    kind: Kind,
    n: int,
    via: str,
    now: int,
    reason: str = "",
    state: RowState = RowState.WAITING,
) -> int:
    """Write down whom an alert is to be told; a target that already has this one is left alone.

    Returns:
        How many rows are new.
    """
    count = 0
    for target in targets:
        already = select(outbox.c.id).where(
            outbox.c.alert_id == alert_id,
            outbox.c.receiver == target.receiver,
            outbox.c.recipient == target.recipient,
            outbox.c.kind == kind,
            outbox.c.n == n,
        )
        if connection.execute(already).first() is not None:
            continue
        connection.execute(
            insert(outbox).values(
                delivery_id=uuid.uuid4().hex,
                alert_id=alert_id,
                receiver=target.receiver,
                recipient=target.recipient,
                kind=kind,
                n=n,
                via=via,
                state=state,
                reason=reason,
                attempts=0,
                next_at=now,
                created_at=now,
                plain=False,
                finished_at=None if state is RowState.WAITING else now,
            )
        )
        count += 1
    return count


_earlier = outbox.alias("earlier")
# Of the rows about one alert to one target only the first may go: their order is kept.
_FIRST_OF_ITS_ALERT = ~exists().where(
    _earlier.c.alert_id == outbox.c.alert_id,
    _earlier.c.receiver == outbox.c.receiver,
    _earlier.c.recipient == outbox.c.recipient,
    _earlier.c.finished_at.is_(None),
    _earlier.c.id < outbox.c.id,
)


def waiting_targets(connection: Connection) -> list[tuple[Target, int]]:
    """Every target that something waits for, with when the first of it is due (UTC ms)."""
    rows = connection.execute(
        select(outbox.c.receiver, outbox.c.recipient, func.min(outbox.c.next_at))
        .where(outbox.c.finished_at.is_(None), outbox.c.state == RowState.WAITING, _FIRST_OF_ITS_ALERT)
        .group_by(outbox.c.receiver, outbox.c.recipient)
    )
    return [(Target(receiver, recipient), next_at) for receiver, recipient, next_at in rows]


def is_due(connection: Connection, target: Target, now: int) -> bool:
    """Could something be claimed for this target now?"""
    return _next(connection, target, now) is not None


def claim(connection: Connection, target: Target, boot: str, now: int) -> OutboxRow | None:
    """Take the next due row of a target for this boot; None where none is due."""
    row = _next(connection, target, now)
    if row is None:
        return None
    connection.execute(
        update(outbox)
        .where(outbox.c.id == row["id"])
        .values(state=RowState.CLAIMED, claimed_by=boot, attempted_at=now, attempts=outbox.c.attempts + 1)
    )
    return outbox_row(row)


def _next(connection: Connection, target: Target, now: int) -> RowMapping | None:
    due = (
        select(outbox)
        .where(
            outbox.c.receiver == target.receiver,
            outbox.c.recipient == target.recipient,
            outbox.c.finished_at.is_(None),
            outbox.c.state == RowState.WAITING,
            outbox.c.next_at <= now,
            _FIRST_OF_ITS_ALERT,
        )
        .order_by(outbox.c.next_at, outbox.c.id)
        .limit(1)
    )
    return connection.execute(due).mappings().one_or_none()


def finish(connection: Connection, row_id: int, state: RowState, reason: str, now: int) -> None:
    """Note what became of a row, for good."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == row_id)
        .values(state=state, reason=reason, finished_at=now, claimed_by=None)
    )


def retry(
    connection: Connection,
    row_id: int,
    next_at: int,
    reason: str,
    *,
    uncertain_since: int | None,
    plain: bool,
) -> None:
    """Let a row wait for its next attempt.

    Args:
        connection: to the store, in a transaction.
        row_id: of the row.
        next_at: when to try again, UTC ms.
        reason: why the attempt failed.
        uncertain_since: UTC ms of the first attempt that may have arrived; None where none may have.
        plain: send it without formatting from now on.
    """
    connection.execute(
        update(outbox)
        .where(outbox.c.id == row_id)
        .values(
            state=RowState.WAITING,
            next_at=next_at,
            reason=reason,
            claimed_by=None,
            uncertain_since=uncertain_since,
            plain=plain,
        )
    )


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


def unfinished(connection: Connection, alert_id: int) -> bool:
    """Is anything about this alert still to be sent?"""
    return (
        connection.execute(
            select(outbox.c.id).where(outbox.c.alert_id == alert_id, outbox.c.finished_at.is_(None)).limit(1)
        ).first()
        is not None
    )
