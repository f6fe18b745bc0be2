"""Per account and endpoint: how far it was read, and how the last read went."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from notifier.model import Endpoint
from notifier.store.schema import sources


@dataclass(frozen=True, slots=True)
class Source:
    """One account and endpoint. Times are UTC ms; null before the first read."""

    id: int
    account: str
    endpoint: Endpoint
    started_at: int | None
    watermark: int | None
    known_gap: int | None
    gap_found_at: int | None
    last_read_at: int | None
    last_error: str | None
    last_error_at: int | None
    compared_at: int | None = None  # the last comparison over `reconcile.window`
    compared_since: int | None = None  # where the window began
    counted: int | None = None  # by TeleCMI in the window
    held: int | None = None  # here
    agreed_at: int | None = None  # when both were last the same

    @property
    def name(self) -> str:
        """For logs and health: "main/out_missed"."""
        return f"{self.account}/{self.endpoint}"


def source(connection: Connection, account: str, endpoint: Endpoint) -> Source:
    """The source of this name, made where it is new."""
    wanted = select(sources).where(sources.c.account == account, sources.c.endpoint == endpoint)
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        connection.execute(insert(sources).values(account=account, endpoint=endpoint))
        row = connection.execute(wanted).mappings().one()
    return _source(row)


def all_sources(connection: Connection) -> list[Source]:
    """Every source that was ever read, by name."""
    rows = connection.execute(select(sources).order_by(sources.c.account, sources.c.endpoint)).mappings()
    return [_source(row) for row in rows]


def start(connection: Connection, source_id: int, started_at: int) -> None:
    """Note from when on a source's calls open alerts: settled by the end of its first read."""
    connection.execute(
        update(sources)
        .where(sources.c.id == source_id, sources.c.watermark.is_(None))
        .values(started_at=started_at)
    )


def advance(connection: Connection, source_id: int, watermark: int, now: int) -> None:
    """A read, or a part of one, succeeded up to the watermark."""
    connection.execute(
        update(sources)
        .where(sources.c.id == source_id)
        .values(watermark=watermark, last_read_at=now, last_error=None, last_error_at=None)
    )


def note_gap(connection: Connection, source_id: int, gap: int | None, now: int) -> None:
    """Remember by how much TeleCMI's count and a full read differ; None: they agree."""
    connection.execute(
        update(sources).where(sources.c.id == source_id).values(known_gap=gap, gap_found_at=now)
    )


def note_compared(
    connection: Connection, source_id: int, *, since: int, counted: int | None, held: int, now: int
) -> None:
    """Remember what a comparison over `reconcile.window` found.

    Args:
        connection: to the store, in a transaction.
        source_id: of the source that was compared.
        since: UTC ms, where the window began.
        counted: calls in the window as TeleCMI counts them; None where it does not.
        held: calls and rejects in the window that are stored.
        now: UTC ms.
    """
    values = {"compared_at": now, "compared_since": since, "counted": counted, "held": held}
    if counted == held:
        values["agreed_at"] = now
    connection.execute(update(sources).where(sources.c.id == source_id).values(values))


def fail(connection: Connection, source_id: int, reason: str, now: int) -> None:
    """Note why a read failed."""
    connection.execute(
        update(sources).where(sources.c.id == source_id).values(last_error=reason, last_error_at=now)
    )


def oldest_watermark(connection: Connection, accounts: Collection[str]) -> int | None:
    """How far missed calls were read of that of these accounts that is furthest behind; None before any was.

    Answered calls don't count: nothing waits for them, and they tell nobody of anything.
    """
    value: int | None = connection.scalar(
        select(func.min(sources.c.watermark)).where(
            sources.c.account.in_(accounts), sources.c.endpoint == Endpoint.OUT_MISSED
        )
    )
    return value


def catching_up(connection: Connection, account: str, behind: int) -> int | None:
    """The missed calls of this account, being read, and read to before an instant (UTC ms) only."""
    value: int | None = connection.scalar(
        select(sources.c.id).where(
            sources.c.account == account,
            sources.c.endpoint == Endpoint.OUT_MISSED,
            sources.c.watermark < behind,
            sources.c.last_error.is_(None),
        )
    )
    return value


def _source(row: RowMapping) -> Source:
    values = dict(row)
    values["endpoint"] = Endpoint(values["endpoint"])
    return Source(**values)
