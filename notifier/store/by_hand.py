"""What a person's doing means for notifications: tried again, called off, or told after all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Update, exists, func, select, update

from notifier.model import Kind
from notifier.store.outbox import RowState
from notifier.store.schema import outbox

MOST = 500
"""Rows in one transaction."""

RETRIED = "tried again by hand after: "
DROPPED = "dropped by hand"

RETRIABLE = frozenset({RowState.DEAD})
DROPPABLE = frozenset({RowState.DEAD, RowState.WAITING})  # what is claimed is being sent at this moment


_WAITS = update(outbox).values(
    state=RowState.WAITING,
    attempts=0,
    finished_at=None,
    claimed_by=None,
    plain=False,
    waits_for=None,
    batch=None,
    part=None,
    parts=None,
)


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of the rows that were asked for."""

    done: tuple[int, ...]
    refused: Mapping[int, RowState | None]  # with the state that forbids it; None: there is no such row


def retry_dead(connection: Connection, ids: Collection[int], now: int) -> Changed:
    """Let dead rows wait again, due at once, with all their tries and all their time before them.

    What may have arrived is still looked for first. The summary that a row was to be told in is over.

    Args:
        connection: to the store, in a transaction.
        ids: of the rows, at most `MOST`.
        now: UTC ms.
    """
    changed = _changed(connection, ids, RETRIABLE, _WAITS.values(next_at=now, created_at=now))
    for row_id, reason in _reasons(connection, changed.done).items():
        said = RETRIED + reason.removeprefix(RETRIED)
        connection.execute(update(outbox).where(outbox.c.id == row_id).values(reason=said))
    return changed


def drop(connection: Connection, ids: Collection[int], now: int) -> Changed:
    """Call off rows that wait or were given up: nobody is told in their place.

    Args:
        connection: to the store, in a transaction.
        ids: of the rows, at most `MOST`.
        now: UTC ms.
    """
    dropped = update(outbox).values(state=RowState.DROPPED, reason=DROPPED, finished_at=now, claimed_by=None)
    return _changed(connection, ids, DROPPABLE, dropped)


def alerts_about(connection: Connection, ids: Collection[int]) -> set[int]:
    """The alerts that these rows are about."""
    return set(connection.scalars(select(outbox.c.alert_id).where(outbox.c.id.in_(ids))))


def is_written(connection: Connection, alert_id: int) -> bool:
    """Was an alert's first message written down, whatever became of it?"""
    first = select(outbox.c.id).where(outbox.c.alert_id == alert_id, outbox.c.kind == Kind.OPEN).limit(1)
    return connection.execute(first).first() is not None


def revive(connection: Connection, alert_id: int, now: int) -> int:
    """Let those be told of a reopened alert, due at once, who were not told because it had ended.

    Whoever was told before is not told again; nor is anybody whose notification a person has called off.

    Args:
        connection: to the store, in a transaction.
        alert_id: of the alert.
        now: UTC ms.

    Returns:
        How many there are.
    """
    revived = _WAITS.where(*_never_told(alert_id)).values(next_at=now, created_at=now, reason="")
    return connection.execute(revived).rowcount


def never_told(connection: Connection, alert_id: int) -> int:
    """How many ``revive`` would let be told."""
    return connection.scalar(select(func.count()).select_from(outbox).where(*_never_told(alert_id))) or 0


def _never_told(alert_id: int) -> tuple[ColumnElement[bool], ...]:
    other = outbox.alias("other")
    has_another = exists().where(
        other.c.alert_id == outbox.c.alert_id,
        other.c.receiver == outbox.c.receiver,
        other.c.recipient == outbox.c.recipient,
        other.c.id != outbox.c.id,
        other.c.state != RowState.DROPPED,
    )
    return (
        outbox.c.alert_id == alert_id,
        outbox.c.kind == Kind.OPEN,
        outbox.c.state == RowState.DROPPED,
        outbox.c.reason != DROPPED,
        ~has_another,
    )


def ids_in(connection: Connection, states: Collection[RowState], alert_id: int | None) -> list[int]:
    """The rows in these states, oldest first; only of one alert where that is given."""
    query = select(outbox.c.id).where(outbox.c.state.in_(sorted(states))).order_by(outbox.c.id)
    if alert_id is not None:
        query = query.where(outbox.c.alert_id == alert_id)
    return list(connection.scalars(query))


def _changed(
    connection: Connection, ids: Collection[int], allowed: Collection[RowState], change: Update
) -> Changed:
    rows = connection.execute(select(outbox.c.id, outbox.c.state).where(outbox.c.id.in_(ids)))
    states = {row_id: RowState(state) for row_id, state in rows}
    done = tuple(row_id for row_id in dict.fromkeys(ids) if states.get(row_id) in allowed)
    connection.execute(change.where(outbox.c.id.in_(done)))
    return Changed(done, {row_id: states.get(row_id) for row_id in ids if row_id not in done})


def _reasons(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    rows = connection.execute(select(outbox.c.id, outbox.c.reason).where(outbox.c.id.in_(ids)))
    return {row_id: reason for row_id, reason in rows if reason}
