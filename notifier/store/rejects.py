"""Records that could not be read: what people look at, and what is to be read once more."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, delete, exists, select, update

from notifier.model import Endpoint
from notifier.store.calls import CHUNK
from notifier.store.schema import rejects, sources

BATCH = 200
"""Rejects in one transaction: short enough that nobody waits for it."""


@dataclass(frozen=True, slots=True)
class StoredReject:
    """A record that could not be read. Times are UTC ms."""

    id: int
    account: str
    endpoint: Endpoint
    digest: str
    reason: str
    raw: str  # JSON, at most 4,096 characters
    placed_at: int | None
    stored_at: int
    retry_at: int | None

    @property
    def is_cut(self) -> bool:
        """Was the record longer than what is kept of it? Then it can't be read again."""
        # The digest is of the whole record.
        return hashlib.sha256(self.raw.encode()).hexdigest() != self.digest


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of the rejects that were to be marked."""

    ids: tuple[int, ...]  # are marked
    cut: tuple[int, ...]  # can't be read again
    strangers: Mapping[int, str]  # of accounts that nobody reads any more: id → account
    unknown: tuple[int, ...]  # there is none with this id


_FIELDS = select(
    rejects.c.id,
    sources.c.account,
    sources.c.endpoint,
    rejects.c.digest,
    rejects.c.reason,
    rejects.c.raw,
    rejects.c.placed_at,
    rejects.c.stored_at,
    rejects.c.retry_at,
).join_from(rejects, sources, rejects.c.source_id == sources.c.id)


def listing(connection: Connection, limit: int, account: str | None = None) -> list[StoredReject]:
    """The newest rejects first; only of one account where that is given."""
    query = _FIELDS.order_by(rejects.c.id.desc()).limit(limit)
    if account is not None:
        query = query.where(sources.c.account == account)
    return _found(connection.execute(query).mappings())


def by_ids(connection: Connection, ids: Iterable[int]) -> dict[int, StoredReject]:
    """Those of these rejects that there are."""
    wanted = list(ids)
    found: list[StoredReject] = []
    for at in range(0, len(wanted), CHUNK):
        some = _FIELDS.where(rejects.c.id.in_(wanted[at : at + CHUNK]))
        found += _found(connection.execute(some).mappings())
    return {one.id: one for one in found}


def all_ids(connection: Connection) -> list[int]:
    """Every reject, oldest first."""
    return list(connection.scalars(select(rejects.c.id).order_by(rejects.c.id)))


def any_since(connection: Connection, source_id: int, since: int) -> bool:
    """Is there a reject of the source that was stored at this instant (UTC ms) or later?"""
    # As an expression, so that SQLite goes by the index of `stored_at`, not through all of the source's.
    newer = exists().where(rejects.c.source_id + 0 == source_id, rejects.c.stored_at >= since)
    return bool(connection.scalar(select(newer)))


def mark(connection: Connection, ids: Collection[int], accounts: Collection[str], now: int) -> Marked:
    """Let the daemon read rejects once more.

    Args:
        connection: to the store, in a transaction.
        ids: of the rejects; few enough for one transaction.
        accounts: that are read.
        now: UTC ms.
    """
    found = by_ids(connection, ids)
    cut = tuple(one.id for one in found.values() if one.is_cut)
    strangers = {one.id: one.account for one in found.values() if one.account not in accounts}
    good = tuple(row_id for row_id in found if row_id not in cut and row_id not in strangers)
    for at in range(0, len(good), CHUNK):
        connection.execute(
            update(rejects).where(rejects.c.id.in_(good[at : at + CHUNK])).values(retry_at=now)
        )
    unknown = tuple(row_id for row_id in dict.fromkeys(ids) if row_id not in found)
    return Marked(good, cut, strangers, unknown)


def marked(connection: Connection, source_id: int) -> list[StoredReject]:
    """The next batch of rejects of a source that are to be read once more."""
    query = _FIELDS.where(rejects.c.source_id == source_id, rejects.c.retry_at.is_not(None)).limit(BATCH)
    return _found(connection.execute(query).mappings())


def settle(connection: Connection, tried: Mapping[int, str | None]) -> None:
    """They were read once more.

    Args:
        connection: to the store, in the transaction that stores what became a call.
        tried: id → why it still can't be read, or None where it is a call now.
    """
    taken = [row_id for row_id, reason in tried.items() if reason is None]
    for at in range(0, len(taken), CHUNK):
        connection.execute(delete(rejects).where(rejects.c.id.in_(taken[at : at + CHUNK])))
    for row_id, reason in tried.items():
        if reason is not None:
            connection.execute(
                update(rejects).where(rejects.c.id == row_id).values(reason=reason, retry_at=None)
            )


def _found(rows: Iterable[RowMapping]) -> list[StoredReject]:
    return [StoredReject(**{**row, "endpoint": Endpoint(row["endpoint"])}) for row in rows]
