"""Notifications that are not to be told yet: their claim is undone, and they wait as if just written down."""

from collections.abc import Sequence

from sqlalchemy import Connection, case, select, update

from notifier.model import Gathered, Kind, Target
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.schema import alerts, outbox

_WAITS = (
    outbox.c.finished_at.is_(None),
    outbox.c.state == RowState.WAITING,
    outbox.c.gathered_as == Gathered.HELD,
)


def hold(connection: Connection, rows: Sequence[OutboxRow], until: int) -> None:
    """Undo the claim of rows: they are told together when their time comes, with all their tries before them.

    Args:
        connection: to the store, in a transaction.
        rows: as they were claimed; the attempt that the claim counted was none.
        until: UTC ms.
    """
    connection.execute(
        update(outbox)
        .where(outbox.c.id.in_([row.id for row in rows]))
        .values(
            state=RowState.WAITING,
            claimed_by=None,
            attempts=outbox.c.attempts - 1,
            gathered_as=Gathered.HELD,
            next_at=until,
            # Nobody is late with them, nor are they given up, for the time that they were held.
            created_at=until,
            batch=None,
            part=None,
            parts=None,
        )
    )


def hasten_held(connection: Connection, now: int, alert_id: int | None = None) -> None:
    """Let what is held be looked at now: silences, calendars or rules may have changed, or its alert has.

    Args:
        connection: to the store, in a transaction.
        now: UTC ms.
        alert_id: only what is about this alert; None: all.
    """
    which = () if alert_id is None else (outbox.c.alert_id == alert_id,)
    connection.execute(
        update(outbox)
        .where(*_WAITS, outbox.c.next_at > now, *which)
        .values(
            next_at=now,
            created_at=case((outbox.c.created_at > now, now), else_=outbox.c.created_at),
        )
    )


def released(connection: Connection, target: Target, now: int) -> list[tuple[int, int, Kind]]:
    """What was held for a target until now, UTC ms, and not tried since: rows, their alerts and kinds."""
    rows = connection.execute(
        select(outbox.c.id, outbox.c.alert_id, outbox.c.kind).where(
            outbox.c.receiver == target.receiver,
            outbox.c.recipient == target.recipient,
            *_WAITS,
            outbox.c.batch.is_(None),
            outbox.c.attempts == 0,
            outbox.c.next_at <= now,
        )
    )
    return [(row_id, alert_id, Kind(kind)) for row_id, alert_id, kind in rows]


def doubt_held(connection: Connection, before: int) -> None:
    """What is held of alerts from before then, UTC ms, is looked for before it is sent, as ``doubt`` has it.

    How long it has been there, it does not tell itself.
    """
    opened = select(alerts.c.opened_at).where(alerts.c.id == outbox.c.alert_id).scalar_subquery()
    connection.execute(
        update(outbox)
        .where(*_WAITS, outbox.c.uncertain_since.is_(None), opened < before)
        .values(uncertain_since=opened)
    )
