"""Stored calls as a simulation wants them: every list, in order of time."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from notifier.model import Call
from notifier.store.calls import CALL_COLUMNS, stored_call
from notifier.store.schema import calls, sources


def calls_between(connection: Connection, since: int, until: int) -> Iterator[Call]:
    """Every call placed between two instants, missed or answered, in order of (placed_at, id).

    Args:
        connection: to the store.
        since: UTC ms, inclusive.
        until: UTC ms, inclusive.
    """
    rows = connection.execute(
        select(*CALL_COLUMNS)
        .join(sources, calls.c.source_id == sources.c.id)
        .where(calls.c.placed_at.between(since, until))
        .order_by(calls.c.placed_at, calls.c.ident)
        .execution_options(yield_per=1_000)
    )
    for row in rows.mappings():
        yield stored_call(row).call
