"""What an earlier run, or a store that was replaced by a copy, may have told without our knowing."""

from collections.abc import Collection

from sqlalchemy import Connection, select, update

from notifier.model import Target
from notifier.store.outbox import OutboxRow, RowState, outbox_row
from notifier.store.schema import outbox

_IS_DOUBTED = (
    outbox.c.finished_at.is_(None),
    outbox.c.state == RowState.WAITING,
    outbox.c.attempts == 0,
    outbox.c.uncertain_since.is_not(None),
)


def doubt(connection: Connection, before: int) -> None:
    """What was written down before then, UTC ms, is looked for before it is sent.

    A copy of the store that was put back does not know what was sent since.
    """
    connection.execute(
        update(outbox)
        .where(
            outbox.c.finished_at.is_(None),
            outbox.c.state == RowState.WAITING,
            outbox.c.uncertain_since.is_(None),
            outbox.c.created_at < before,
        )
        .values(uncertain_since=outbox.c.created_at)
    )


def doubted(connection: Connection, target: Target, limit: int) -> list[OutboxRow]:
    """What waits for a target and may have been told by an earlier run, though no attempt is written down."""
    query = (
        select(outbox)
        .where(*_IS_DOUBTED, outbox.c.receiver == target.receiver, outbox.c.recipient == target.recipient)
        .order_by(outbox.c.id)
        .limit(limit)
    )
    rows = connection.execute(query)
    return [outbox_row(row) for row in rows.mappings()]


def believe(connection: Connection, rows: Collection[OutboxRow]) -> None:
    """These were looked for and have not arrived: they may be sent without another look."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id.in_([row.id for row in rows]), *_IS_DOUBTED)
        .values(uncertain_since=None)
    )
