"""Forgetting what is old, in small batches, and never what is still needed."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, select

from notifier.config.values import DAY
from notifier.store.schema import (
    alert_calls,
    alerts,
    calls,
    digests,
    notice_tellings,
    notices,
    outbox,
    rejects,
    silences,
)
from notifier.store.sources import oldest_watermark

BATCH = 500
"""Rows of each kind in one transaction: it must not hold up the reading of TeleCMI."""

# An active alert shows its calls, and edits its messages by them.
IS_NEEDED = exists().where(
    alert_calls.c.call_id == calls.c.id, alert_calls.c.alert_id == alerts.c.id, alerts.c.ended_at.is_(None)
)
IS_UNSENT = exists().where(outbox.c.alert_id == alerts.c.id, outbox.c.finished_at.is_(None))
_IS_UNTOLD = exists().where(
    notice_tellings.c.notice_id == notices.c.id, notice_tellings.c.finished_at.is_(None)
)
silence_over_at = func.coalesce(silences.c.ended_at, silences.c.ends_at)


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of each kind."""

    calls: int = 0
    rejects: int = 0
    alerts: int = 0
    notices: int = 0
    silences: int = 0
    digests: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            self.calls + other.calls,
            self.rejects + other.rejects,
            self.alerts + other.alerts,
            self.notices + other.notices,
            self.silences + other.silences,
            self.digests + other.digests,
        )

    @property
    def most(self) -> int:
        """Of one kind."""
        return max(self.calls, self.rejects, self.alerts, self.notices, self.silences, self.digests)


def needed_from(connection: Connection, accounts: Collection[str], reach: int, now: int) -> int:
    """From when on everything is still needed, UTC ms: it may come again with the next read, or counts.

    What would come again after it was forgotten would be told a second time.

    Args:
        connection: to the store.
        accounts: that are read.
        reach: ms behind the watermark that a read, or the windows, may still look at.
        now: UTC ms.
    """
    read_to = oldest_watermark(connection, accounts)
    if read_to is None:
        return 0
    # Where a clock ran ahead, the next read begins a day before now.
    return (read_to if read_to <= now else now - DAY) - reach


def today(connection: Connection, accounts: Collection[str], now: int) -> int:
    """The instant from which age is counted, UTC ms: now, but never later than TeleCMI's clock allows.

    A clock of ours that jumps ahead by months must not make us forget them.
    """
    read_to = oldest_watermark(connection, accounts)
    return now if read_to is None else min(now, read_to)


def purge(connection: Connection, calls_before: int, alerts_before: int, batch: int = BATCH) -> Amount:
    """Forget one batch of old calls, rejects, alerts, notices, silences and digests that are over.

    Args:
        connection: to the store, in a transaction.
        calls_before: UTC ms; older calls and rejects go, but for those of active alerts.
        alerts_before: UTC ms; alerts that ended, and notices that were cleared, before go, with what was
            sent about them; silences that were over, and what digests were sent.
        batch: rows of each kind at the most.

    Returns:
        What went; there may be more where its `most` is the batch.
    """
    return Amount(
        calls=_delete(connection, calls, _old_calls(calls_before), batch),
        rejects=_delete(connection, rejects, rejects.c.stored_at < calls_before, batch),
        alerts=_delete(connection, alerts, _old_alerts(alerts_before), batch),
        notices=_delete(connection, notices, (notices.c.cleared_at < alerts_before) & ~_IS_UNTOLD, batch),
        silences=_delete(connection, silences, silence_over_at < alerts_before, batch),
        digests=_delete(connection, digests, digests.c.finished_at < alerts_before, batch),
    )


@dataclass(frozen=True, slots=True)
class Survey:
    """What forgetting by age comes to, and what is old but stays."""

    goes: Amount
    calls_of_active: int  # they belong to alerts that are active
    calls_needed: int  # the next read may bring them again, or a rule still counts them
    alerts_needed: int  # likewise, or somebody is still to be told


def survey(connection: Connection, before: int, needed: int) -> Survey:
    """Count what would go, and change nothing.

    Args:
        connection: to the store.
        before: UTC ms; what is older is to go.
        needed: UTC ms, from ``needed_from``.
    """
    at = min(before, needed)
    goes = Amount(
        calls=_count(connection, calls, _old_calls(at)),
        rejects=_count(connection, rejects, rejects.c.stored_at < at),
        alerts=_count(connection, alerts, _old_alerts(at)),
        notices=_count(connection, notices, (notices.c.cleared_at < at) & ~_IS_UNTOLD),
        silences=_count(connection, silences, silence_over_at < at),
        digests=_count(connection, digests, digests.c.finished_at < at),
    )
    old_calls = _count(connection, calls, calls.c.placed_at < before)
    of_active = _count(connection, calls, (calls.c.placed_at < before) & IS_NEEDED)
    old_alerts = _count(connection, alerts, alerts.c.ended_at < before)
    return Survey(goes, of_active, old_calls - of_active - goes.calls, old_alerts - goes.alerts)


def _old_calls(before: int) -> ColumnElement[bool]:
    return and_(calls.c.placed_at < before, ~IS_NEEDED)


def _old_alerts(before: int) -> ColumnElement[bool]:
    return and_(alerts.c.ended_at < before, ~IS_UNSENT)


def _count(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(which)) or 0


def _delete(connection: Connection, table: Table, old: ColumnElement[bool], batch: int) -> int:
    ids = select(table.c.id).where(old).limit(batch).scalar_subquery()
    return connection.execute(delete(table).where(table.c.id.in_(ids))).rowcount
