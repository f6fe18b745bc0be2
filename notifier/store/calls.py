"""Calls and rejects: each stored once, whatever comes twice, late, or under another of its ids."""

from collections.abc import Iterable, Sequence

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, func, insert, select, union_all

from notifier.model import Call, Endpoint, Reject, Standing, StoredCall
from notifier.store.bulk import LISTED, insert_rows, listed
from notifier.store.schema import aliases, calls, rejects, sources
from notifier.store.sources import Source

CHUNK = 500
"""Values per IN list: below every SQLite's limit on variables."""

_STORED = tuple(column.name for column in calls.c)


# Built once: SQLAlchemy takes longer to build them than SQLite to run them.
_SOURCE: BindParameter[int] = bindparam("source")
_KNOWN = union_all(
    select(calls.c.ident).where(calls.c.source_id == _SOURCE, calls.c.ident.in_(LISTED)),
    select(aliases.c.alias).where(aliases.c.source_id == _SOURCE, aliases.c.alias.in_(LISTED)),
)
_ROWS = union_all(
    select(calls.c.ident, calls.c.id).where(calls.c.source_id == _SOURCE, calls.c.ident.in_(LISTED)),
    select(aliases.c.alias, aliases.c.call_id).where(
        aliases.c.source_id == _SOURCE, aliases.c.alias.in_(LISTED)
    ),
)
_REJECTED = select(rejects.c.digest).where(rejects.c.source_id == _SOURCE, rejects.c.digest.in_(LISTED))


def known(connection: Connection, source_id: int, idents: Iterable[str]) -> set[str]:
    """Which of these ids, of either kind, the store already has for this source."""
    wanted = listed(idents)
    return set(connection.scalars(_KNOWN, {"source": source_id, **wanted}))


def new_calls(connection: Connection, source_id: int, read: Iterable[Call]) -> list[Call]:
    """Those of the calls that the store does not have, each once."""
    read = list(read)
    seen = known(connection, source_id, {ident for call in read for ident in _idents(call)})
    fresh = []
    for call in read:
        idents = _idents(call)
        if seen.isdisjoint(idents):
            fresh.append(call)
        seen.update(idents)
    return fresh


def learn_ids(connection: Connection, source_id: int, read: Iterable[Call]) -> None:
    """Remember the second ids of stored calls that came with one id first: either may come alone again."""
    both = [(call.id, call.alias) for call in read if call.alias is not None]
    if not both:
        return
    rows = _rows(connection, source_id, {ident for pair in both for ident in pair})
    learnt = {
        missing: rows[other]
        for pair in both
        for missing, other in (pair, pair[::-1])
        if missing not in rows and other in rows
    }
    insert_rows(
        connection,
        aliases,
        ("source_id", "alias", "call_id"),
        [(source_id, ident, row) for ident, row in learnt.items()],
    )


def _rows(connection: Connection, source_id: int, idents: Iterable[str]) -> dict[str, int]:
    found = connection.execute(_ROWS, {"source": source_id, **listed(idents)})
    return {row.ident: row.id for row in found}


def new_rejects(connection: Connection, source_id: int, read: Iterable[Reject]) -> list[Reject]:
    """Those of the rejects that the store does not have, each once."""
    unique = {reject.digest: reject for reject in read}
    if unique:
        for digest in connection.scalars(_REJECTED, {"source": source_id, **listed(unique)}):
            del unique[digest]
    return list(unique.values())


def held(connection: Connection, source_id: int, start: int, end: int, read: Sequence[Call | Reject]) -> int:
    """How many ids of an interval the store and this read hold together.

    Args:
        connection: to the store.
        source_id: of the source that is read.
        start: of the interval, UTC ms, inclusive.
        end: of the interval, UTC ms, inclusive.
        read: what the read brought so far. Its rejects without a readable time count as inside: TeleCMI
            gave them for this interval.
    """
    stored_calls = connection.scalar(
        select(func.count()).where(calls.c.source_id == source_id, calls.c.placed_at.between(start, end))
    )
    stored_rejects = connection.scalar(
        select(func.count()).where(rejects.c.source_id == source_id, rejects.c.placed_at.between(start, end))
    )
    refused = [item for item in read if isinstance(item, Reject)]
    fresh_calls = new_calls(connection, source_id, (item for item in read if isinstance(item, Call)))
    fresh_rejects = new_rejects(connection, source_id, refused)
    times = [call.placed_at for call in fresh_calls]
    times += [reject.placed_at for reject in fresh_rejects if reject.placed_at is not None]
    timeless = {reject.digest for reject in refused if reject.placed_at is None}
    inside = sum(start <= time <= end for time in times)
    return (stored_calls or 0) + (stored_rejects or 0) + inside + len(timeless)


def insert_calls(
    connection: Connection,
    source: Source,
    fresh: Iterable[Call],
    started_at: int,
    now: int,
    standings: Sequence[Standing] = (),
) -> list[StoredCall]:
    """Store calls that are new, as ``new_calls`` tells them in the same transaction.

    Args:
        connection: to the store.
        source: that they came from.
        fresh: the new calls.
        started_at: UTC ms; calls from before are baseline.
        now: UTC ms.
        standings: of each call; none where nobody asked.

    Returns:
        The calls with their rows.
    """
    fresh = list(fresh)
    if not fresh:
        return []
    # Rows are numbered here: one statement stores them all, and each call's row is known.
    first = (connection.scalar(select(func.max(calls.c.id))) or 0) + 1
    stored = [
        StoredCall(row, call, call.placed_at < started_at) for row, call in enumerate(fresh, start=first)
    ]
    if standings:
        stored = [StoredCall(*one[:3], *standing) for one, standing in zip(stored, standings, strict=True)]
    insert_rows(
        connection,
        calls,
        _STORED,
        [
            (
                row,
                source.id,
                call.id,
                call.alias,
                call.extension,
                call.customer,
                call.placed_at,
                call.name,
                baseline,
                now,
                spurious,
                attempt,
            )
            for row, call, baseline, spurious, _, attempt in stored
        ],
    )
    insert_rows(
        connection,
        aliases,
        ("source_id", "alias", "call_id"),
        [(source.id, call.alias, row) for row, call, *_ in stored if call.alias is not None],
    )
    return stored


def insert_rejects(connection: Connection, source: Source, read: Iterable[Reject], now: int) -> list[Reject]:
    """Keep the records that could not be read; returns those that are new."""
    fresh = new_rejects(connection, source.id, read)
    if fresh:
        connection.execute(
            insert(rejects),
            [
                {
                    "source_id": source.id,
                    "digest": reject.digest,
                    "reason": reject.reason,
                    "raw": reject.raw,
                    "placed_at": reject.placed_at,
                    "stored_at": now,
                }
                for reject in fresh
            ],
        )
    return fresh


CALL_COLUMNS = (
    calls.c.id,
    sources.c.account,
    sources.c.endpoint,
    calls.c.ident,
    calls.c.alias,
    calls.c.extension,
    calls.c.customer,
    calls.c.placed_at,
    calls.c.name,
    calls.c.baseline,
    calls.c.spurious,
    calls.c.attempt,
)
"""What ``stored_call`` needs, from calls joined with sources."""


def stored_call(row: RowMapping) -> StoredCall:
    """A call from a row of `CALL_COLUMNS`."""
    call = Call(
        account=row["account"],
        endpoint=Endpoint(row["endpoint"]),
        id=row["ident"],
        alias=row["alias"],
        extension=row["extension"],
        customer=row["customer"],
        placed_at=row["placed_at"],
        name=row["name"],
    )
    return StoredCall(row["id"], call, row["baseline"], row["spurious"], attempt=row["attempt"])


def _idents(call: Call) -> tuple[str, ...]:
    return (call.id,) if call.alias is None else (call.id, call.alias)
