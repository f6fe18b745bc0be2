"""Scheduled reports: until when each was seen to, whom it is sent to, and what became of that.

Times are UTC ms. A row is of one report and one target, and is never written a second time.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from notifier.config.values import DAY
from notifier.model import Target
from notifier.store.outbox import RowState, delivery_id
from notifier.store.outbox_views import Depth
from notifier.store.schema import digest_plans, digests


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """Until when a digest was seen to."""

    schedule: str  # that it had then
    since: int  # what was due until then is done with


@dataclass(frozen=True, slots=True)
class DigestRow:
    """One report to one target."""

    id: int
    delivery_id: str
    name: str
    due_at: int
    target: Target
    state: RowState
    reason: str
    attempts: int
    next_at: int
    created_at: int
    uncertain_since: int | None  # the first attempt that may have arrived without our knowing
    finished_at: int | None


def plans(connection: Connection) -> dict[str, StoredPlan]:
    """Until when each digest was seen to, by name."""
    rows = connection.execute(select(digest_plans.c.name, digest_plans.c.schedule, digest_plans.c.since))
    return {name: StoredPlan(schedule, since) for name, schedule, since in rows}


def put_plan(connection: Connection, name: str, plan: StoredPlan) -> None:
    """Remember it."""
    values = {"schedule": plan.schedule, "since": plan.since}
    known = update(digest_plans).where(digest_plans.c.name == name).values(**values)
    if connection.execute(known).rowcount == 0:
        connection.execute(insert(digest_plans).values(name=name, **values))


def forget_plans(connection: Connection, names: Collection[str]) -> None:
    """These are no digests any more: one that takes such a name later begins anew."""
    connection.execute(delete(digest_plans).where(digest_plans.c.name.in_(names)))


def enqueue(
    connection: Connection,
    name: str,
    due_at: int,
    targets: Iterable[Target],
    now: int,
    *,
    state: RowState = RowState.WAITING,
    reason: str = "",
    uncertain_since: int | None = None,
) -> list[Target]:
    """Write down whom a report is sent to; a target that has it already is left alone.

    Args:
        connection: to the store, in a transaction.
        name: of the digest.
        due_at: the instant that it is about.
        targets: who is told.
        now: UTC ms.
        state: where the rows begin, and end if it is not waiting.
        reason: why they end so, or why others are told than the configuration names.
        uncertain_since: UTC ms since when it may have been sent without our knowing; None: it was not.

    Returns:
        Those for whom it is new.
    """
    already = select(digests.c.receiver, digests.c.recipient).where(
        digests.c.name == name, digests.c.due_at == due_at
    )
    known = {Target(receiver, recipient) for receiver, recipient in connection.execute(already)}
    new = [target for target in dict.fromkeys(targets) if target not in known]
    for target in new:
        connection.execute(
            insert(digests).values(
                delivery_id=delivery_id("digest", name, due_at, target.receiver, target.recipient),
                name=name,
                due_at=due_at,
                receiver=target.receiver,
                recipient=target.recipient,
                state=state,
                reason=reason,
                attempts=0,
                next_at=now,
                created_at=now,
                uncertain_since=uncertain_since,
                finished_at=None if state is RowState.WAITING else now,
            )
        )
    return new


def unfinished(connection: Connection) -> list[DigestRow]:
    """What waits to be sent, or is being sent, the oldest report first."""
    rows = connection.execute(
        select(digests).where(digests.c.finished_at.is_(None)).order_by(digests.c.due_at, digests.c.id)
    )
    return [_row(row) for row in rows.mappings()]


def depth(connection: Connection, now: int) -> Depth:
    """How many reports wait, each for one target, since when the oldest has, and how many were given up.

    The latter within a day: nothing can be done about them any more.
    """
    is_due = digests.c.finished_at.is_(None), digests.c.created_at <= now
    given_up = digests.c.state == RowState.DEAD, digests.c.finished_at > now - DAY
    return Depth(
        connection.scalar(select(func.count()).where(digests.c.finished_at.is_(None))) or 0,
        connection.scalar(select(func.min(digests.c.created_at)).where(*is_due)),
        connection.scalar(select(func.count()).where(*given_up)) or 0,
    )


def latest(connection: Connection, now: int) -> dict[str, int]:
    """The latest report of each digest that was due by now, as far as it was written down, by name.

    A clock that ran ahead may have written down later ones.
    """
    rows = connection.execute(
        select(digests.c.name, func.max(digests.c.due_at))
        .where(digests.c.due_at <= now)
        .group_by(digests.c.name)
    )
    return {row[0]: row[1] for row in rows}


def of_report(connection: Connection, name: str, due_at: int) -> list[DigestRow]:
    """What became of one report, by target."""
    rows = connection.execute(
        select(digests).where(digests.c.name == name, digests.c.due_at == due_at).order_by(digests.c.id)
    )
    return [_row(row) for row in rows.mappings()]


def claim(connection: Connection, row_id: int, now: int) -> DigestRow | None:
    """Take a row that waits, before it is sent: from now on it may have arrived.

    Returns:
        The row as it was before; None where it does not wait any more.
    """
    is_it = digests.c.id == row_id, digests.c.state == RowState.WAITING
    row = connection.execute(select(digests).where(*is_it)).mappings().one_or_none()
    if row is None:
        return None
    values = {
        "state": RowState.CLAIMED,
        "attempts": digests.c.attempts + 1,
        "uncertain_since": func.coalesce(digests.c.uncertain_since, now),
    }
    connection.execute(update(digests).where(*is_it).values(**values))
    return _row(row)


def release(
    connection: Connection, row_id: int, next_at: int, reason: str, uncertain_since: int | None
) -> None:
    """Let a claimed row wait for its next attempt.

    Args:
        connection: to the store, in a transaction.
        row_id: of the row.
        next_at: when to try again, UTC ms.
        reason: why the attempt failed.
        uncertain_since: UTC ms of the first attempt that may have arrived; None where none may have.
    """
    connection.execute(
        update(digests)
        .where(digests.c.id == row_id)
        .values(state=RowState.WAITING, next_at=next_at, reason=reason, uncertain_since=uncertain_since)
    )


def release_all(connection: Connection, now: int) -> int:
    """Let those wait again that were claimed when the process, or an earlier configuration, ended.

    Returns:
        How many there were; whether they arrived is uncertain.
    """
    return connection.execute(
        update(digests)
        .where(digests.c.finished_at.is_(None), digests.c.state == RowState.CLAIMED)
        .values(state=RowState.WAITING, next_at=now)
    ).rowcount


def finish(connection: Connection, row_ids: Collection[int], state: RowState, reason: str, now: int) -> None:
    """Note what became of rows, for good."""
    connection.execute(
        update(digests).where(digests.c.id.in_(row_ids)).values(state=state, reason=reason, finished_at=now)
    )


def _row(row: RowMapping) -> DigestRow:
    values = dict(row)
    values["target"] = Target(values.pop("receiver"), values.pop("recipient"))
    values["state"] = RowState(values["state"])
    return DigestRow(**values)
