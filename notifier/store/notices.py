"""The daemon's own troubles, and which target was told of them. Times are UTC ms."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, exists, func, insert, or_, select, update

from notifier.model import NoticeKind, Target
from notifier.store.schema import notice_tellings, notices


class Phase(StrEnum):
    """What a target is told."""

    RAISED = "raised"  # it is in trouble; or, where it is over by the time of sending, that it was
    CLEARED = "cleared"  # it works again


class TellingState(StrEnum):
    """What became of a telling."""

    WAITING = "waiting"
    CLAIMED = "claimed"  # a request may be under way
    SENT = "sent"
    DROPPED = "dropped"  # it was not true any more before it was sent
    DEAD = "dead"  # given up


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """One trouble."""

    id: int
    uid: str  # random hex
    kind: NoticeKind
    subject: str
    reason: str
    raised_at: int
    cleared_at: int | None


@dataclass(frozen=True, slots=True)
class Telling:
    """What one target is told, or was told last, of one phase of a notice."""

    id: int
    notice_id: int
    target: Target
    phase: Phase
    delivery_id: str  # random hex
    state: TellingState
    reason: str
    attempts: int
    next_at: int
    created_at: int
    uncertain_since: int | None  # the first attempt that may have arrived without our knowing
    finished_at: int | None


_IS_UNTOLD = exists().where(
    notice_tellings.c.notice_id == notices.c.id, notice_tellings.c.finished_at.is_(None)
)


def raised(connection: Connection) -> list[StoredNotice]:
    """Those that were raised and not cleared, the oldest first."""
    rows = connection.execute(select(notices).where(notices.c.cleared_at.is_(None)).order_by(notices.c.id))
    return [_notice(row) for row in rows.mappings()]


def live(connection: Connection, since: int) -> list[StoredNotice]:
    """Those that are raised, were cleared since then, or are still to be told, the oldest first."""
    rows = connection.execute(
        select(notices)
        .where(or_(notices.c.cleared_at.is_(None), notices.c.cleared_at > since, _IS_UNTOLD))
        .order_by(notices.c.id)
    )
    return [_notice(row) for row in rows.mappings()]


def is_over(connection: Connection, notice_id: int) -> bool:
    """Was it cleared?"""
    found = select(notices.c.cleared_at).where(notices.c.id == notice_id)
    return connection.scalar(found) is not None


def insert_notice(
    connection: Connection, kind: NoticeKind, subject: str, reason: str, raised_at: int
) -> StoredNotice:
    """Write down that something is in trouble; at most one of a kind and subject may be at a time."""
    uid = uuid.uuid4().hex
    values = {"uid": uid, "kind": kind, "subject": subject, "reason": reason, "raised_at": raised_at}
    row_id = connection.execute(insert(notices).values(**values)).inserted_primary_key
    assert row_id is not None, "a row was inserted"
    return StoredNotice(row_id[0], uid, kind, subject, reason, raised_at, None)


def update_notice(connection: Connection, notice: StoredNotice) -> None:
    """Write down its reason, when it was raised, and when it was cleared."""
    values = {"reason": notice.reason, "raised_at": notice.raised_at, "cleared_at": notice.cleared_at}
    connection.execute(update(notices).where(notices.c.id == notice.id).values(**values))


def tellings(connection: Connection, notice_ids: Iterable[int]) -> list[Telling]:
    """All about these notices."""
    wanted = select(notice_tellings).where(notice_tellings.c.notice_id.in_(list(notice_ids)))
    return [_telling(row) for row in connection.execute(wanted.order_by(notice_tellings.c.id)).mappings()]


def expect(
    connection: Connection, notice_id: int, target: Target, phase: Phase, next_at: int, now: int
) -> None:
    """A target is to be told, not before `next_at`; also where it was told of this phase before."""
    _put(
        connection,
        (notice_id, target, phase),
        {
            "delivery_id": uuid.uuid4().hex,
            "state": TellingState.WAITING,
            "reason": "",
            "attempts": 0,
            "next_at": next_at,
            "created_at": now,
            "uncertain_since": None,
            "finished_at": None,
        },
    )


def note_told(connection: Connection, notice_id: int, target: Target, phase: Phase, now: int) -> None:
    """A target knows of this phase, from the message about another one."""
    _put(
        connection,
        (notice_id, target, phase),
        {
            "delivery_id": uuid.uuid4().hex,
            "state": TellingState.SENT,
            "reason": "told with the other",
            "attempts": 0,
            "next_at": now,
            "created_at": now,
            "uncertain_since": None,
            "finished_at": now,
        },
    )


def claim(connection: Connection, telling_id: int, now: int) -> tuple[StoredNotice, Telling] | None:
    """Take a telling that waits, before it is sent: from now on it may have arrived.

    Returns:
        The notice, and the telling as it was before; None where it does not wait any more.
    """
    is_it = notice_tellings.c.id == telling_id, notice_tellings.c.state == TellingState.WAITING
    row = connection.execute(select(notice_tellings).where(*is_it)).mappings().one_or_none()
    if row is None:
        return None
    values = {
        "state": TellingState.CLAIMED,
        "attempts": notice_tellings.c.attempts + 1,
        "uncertain_since": func.coalesce(notice_tellings.c.uncertain_since, now),
    }
    connection.execute(update(notice_tellings).where(*is_it).values(**values))
    notice = connection.execute(select(notices).where(notices.c.id == row["notice_id"])).mappings().one()
    return _notice(notice), _telling(row)


def finish(
    connection: Connection,
    telling_id: int,
    state: TellingState,
    reason: str,
    now: int,
    *,
    uncertain_since: int | None = None,
) -> None:
    """Note what became of a telling.

    Args:
        connection: to the store, in a transaction.
        telling_id: of the telling.
        state: sent, dropped or dead.
        reason: why it was not sent.
        now: UTC ms.
        uncertain_since: UTC ms of the first attempt that may have arrived all the same; None where none may.
    """
    connection.execute(
        update(notice_tellings)
        .where(notice_tellings.c.id == telling_id)
        .values(state=state, reason=reason, finished_at=now, uncertain_since=uncertain_since)
    )


def release(
    connection: Connection, telling_id: int, next_at: int, reason: str, uncertain_since: int | None
) -> None:
    """Let a claimed telling wait for its next attempt.

    Args:
        connection: to the store, in a transaction.
        telling_id: of the telling.
        next_at: when to try again, UTC ms.
        reason: why the attempt failed.
        uncertain_since: UTC ms of the first attempt that may have arrived; None where none may have.
    """
    connection.execute(
        update(notice_tellings)
        .where(notice_tellings.c.id == telling_id)
        .values(state=TellingState.WAITING, next_at=next_at, reason=reason, uncertain_since=uncertain_since)
    )


def release_all(connection: Connection, now: int) -> int:
    """Let those wait again that were claimed when the process, or an earlier configuration, ended.

    Returns:
        How many there were; whether they arrived is uncertain.
    """
    return connection.execute(
        update(notice_tellings)
        .where(notice_tellings.c.finished_at.is_(None), notice_tellings.c.state == TellingState.CLAIMED)
        .values(state=TellingState.WAITING, next_at=now)
    ).rowcount


def _put(connection: Connection, key: tuple[int, Target, Phase], values: dict[str, object]) -> None:
    notice_id, target, phase = key
    columns = notice_tellings.c
    changed = connection.execute(
        update(notice_tellings)
        .where(
            columns.notice_id == notice_id,
            columns.receiver == target.receiver,
            columns.recipient == target.recipient,
            columns.phase == phase,
        )
        .values(**values)
    )
    if changed.rowcount == 0:
        place = {"receiver": target.receiver, "recipient": target.recipient}
        connection.execute(
            insert(notice_tellings).values(notice_id=notice_id, phase=phase, **place, **values)
        )


def _notice(row: RowMapping) -> StoredNotice:
    return StoredNotice(**{**row, "kind": NoticeKind(row["kind"])})


def _telling(row: RowMapping) -> Telling:
    values = dict(row)
    values["target"] = Target(values.pop("receiver"), values.pop("recipient"))
    values["phase"] = Phase(values["phase"])
    values["state"] = TellingState(values["state"])
    return Telling(**values)
