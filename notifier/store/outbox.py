"""The outbox: what is to be sent, to whom, and what became of it.

A row is *waiting* until it is claimed; a claim is written before the request, and its result after.
Whatever is still claimed by another boot was under way when that process died: its outcome is uncertain.
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, update

from notifier.model import Alert, Gathered, Kind, Target
from notifier.store.bulk import insert_rows
from notifier.store.schema import outbox, sources


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
    via: str  # rule | deputy | fallback | ops
    state: RowState
    reason: str
    attempts: int
    next_at: int
    created_at: int
    uncertain_since: int | None
    plain: bool
    gathered_as: Gathered | None = None  # to be told in a summary, and why; None: only where many are due
    batch: str | None = None  # the message that tells it, where that is a summary
    part: int | None = None
    parts: int | None = None
    finished_at: int | None = None  # when it became what it is and stays


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
        gathered_as=Gathered(values["gathered_as"]) if values["gathered_as"] else None,
        batch=values["batch"],
        part=values["part"],
        parts=values["parts"],
        finished_at=values["finished_at"],
    )


def delivery_id(*about: object) -> str:
    """An id that is the same whenever and wherever it is made of the same things: 32 hex digits.

    So a store that was brought back from an old copy gives a message the id that it had before, and it can be
    found where it arrived.
    """
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]


_NEW = (
    *("delivery_id", "alert_id", "receiver", "recipient", "kind", "n", "via", "state", "reason", "attempts"),
    *("next_at", "created_at", "uncertain_since", "plain", "finished_at", "gathered_as", "waits_for"),
)


def enqueue(
    connection: Connection,
    alert: Alert,
    targets: Iterable[Target],
    *,
    kind: Kind,
    n: int,
    via: str,
    now: int,
    reason: str = "",
    state: RowState = RowState.WAITING,
    uncertain_since: int | None = None,
    gathered_as: Gathered | None = None,
    waits_for: int | None = None,
) -> int:
    """Write down whom an alert is to be told; a target that already has this one is left alone.

    Args:
        connection: to the store, in a transaction.
        alert: as stored.
        targets: who is told.
        kind: of the message.
        n: tells messages of one kind about one alert apart.
        via: on which ground they are told.
        now: UTC ms.
        reason: why others are told than the rule names.
        state: where the rows begin, and end if it is not waiting.
        uncertain_since: UTC ms since when it may have been told without our knowing; None: it was not.
        gathered_as: why it is to be told in a summary; None: only where many are due.
        waits_for: the source whose backlog is to be read first; None: none.

    Returns:
        How many rows are new.
    """
    already = select(outbox.c.receiver, outbox.c.recipient).where(
        outbox.c.alert_id == alert.id, outbox.c.kind == kind, outbox.c.n == n
    )
    known = {Target(receiver, recipient) for receiver, recipient in connection.execute(already)}
    new = [target for target in dict.fromkeys(targets) if target not in known]
    finished_at = None if state is RowState.WAITING else now
    rows = [
        (
            delivery_id(alert.uid, target.receiver, target.recipient, kind, n),
            *(alert.id, target.receiver, target.recipient, kind, n, via, state, reason, 0),
            *(now, now, uncertain_since, False, finished_at, gathered_as, waits_for),
        )
        for target in new
    ]
    insert_rows(connection, outbox, _NEW, rows)
    return len(new)


def release(connection: Connection, source_id: int) -> int:
    """A source's backlog was read, or can't be read now: what waited for that may be told.

    Returns:
        How many notifications had waited.
    """
    return _release(connection, outbox.c.waits_for == source_id)


def release_strangers(connection: Connection, accounts: Collection[str]) -> int:
    """Let go of what waits for a source that nobody reads any more: one of no account among these.

    Returns:
        How many notifications had waited.
    """
    ours = select(sources.c.id).where(sources.c.account.in_(accounts))
    return _release(connection, outbox.c.waits_for.is_not(None) & outbox.c.waits_for.not_in(ours))


def _release(connection: Connection, which: ColumnElement[bool]) -> int:
    waiting = (outbox.c.finished_at.is_(None), which)
    return connection.execute(update(outbox).where(*waiting).values(waits_for=None)).rowcount


def finish(
    connection: Connection, row_ids: Collection[int], state: RowState, reason: str | None, now: int
) -> None:
    """Note what became of rows, for good; None keeps the reason that each of them has."""
    why = {} if reason is None else {"reason": reason}
    connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(row_ids))
        .values(state=state, finished_at=now, claimed_by=None, **why)
    )


def retry(
    connection: Connection,
    row_ids: Collection[int],
    next_at: int,
    reason: str,
    *,
    tried_at: int | None,
    plain: bool,
    apart: bool = False,
) -> None:
    """Let rows wait for their next attempt.

    Args:
        connection: to the store, in a transaction.
        row_ids: of the rows.
        next_at: when to try again, UTC ms.
        reason: why the attempt failed.
        tried_at: UTC ms of this attempt, where it may have arrived; None where it has not.
        plain: send them without formatting from now on.
        apart: each in a message of its own from now on.
    """
    alone = {"batch": None, "part": None, "parts": None} if apart else {}
    connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(row_ids))
        .values(
            state=RowState.WAITING,
            next_at=next_at,
            reason=reason,
            claimed_by=None,
            # The first attempt that may have arrived is where the looking begins.
            uncertain_since=func.coalesce(outbox.c.uncertain_since, tried_at),
            plain=plain,
            **alone,
        )
    )


def next_try(connection: Connection, alert_id: int) -> int | None:
    """When the first of what is still to be sent about an alert is due, UTC ms; None where nothing is."""
    value: int | None = connection.scalar(
        select(func.min(outbox.c.next_at)).where(
            outbox.c.alert_id == alert_id, outbox.c.finished_at.is_(None)
        )
    )
    return value
