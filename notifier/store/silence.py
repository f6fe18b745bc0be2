"""For how long TeleCMI was read and listed no call."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from notifier.store.schema import calls, rejects
from notifier.store.sources import Source, all_sources


@dataclass(frozen=True, slots=True)
class Silence:
    """Of one source."""

    source: str  # "main/out_missed"
    since: int  # UTC ms: when the newest call was placed, or the source was first watched
    read_to: int  # UTC ms: up to here it was read


def silences(connection: Connection) -> list[Silence]:
    """Of every list of missed calls that was read; a time in which it could not be is none of silence."""
    known = all_sources(connection)
    return [
        Silence(source.name, _heard(connection, source, known), source.watermark)
        for source in known
        if source.watermark is not None and not source.endpoint.is_answered
    ]


def _heard(connection: Connection, source: Source, known: Iterable[Source]) -> int:
    # Where its answered calls are listed, the account is the right one, and its agents reach everybody. A
    # record that can't be read is a record: TeleCMI is not silent.
    instants = (
        _newest(connection, table, other.id, source.watermark or 0)
        for other in known
        if other.account == source.account
        for table in (calls, rejects)
    )
    return max(instant for instant in (source.started_at, *instants, 0) if instant is not None)


def _newest(connection: Connection, table: Table, source_id: int, upto: int) -> int | None:
    # Not beyond the watermark: one that claims to come from the future would hide a silence until then.
    newest: int | None = connection.scalar(
        select(func.max(table.c.placed_at)).where(table.c.source_id == source_id, table.c.placed_at <= upto)
    )
    return newest
