"""What the thread beneath each message tells of its alert already, and what is about to be said there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, func, select, update

from notifier.model import Alert, Call, Target
from notifier.store.bulk import insert_rows
from notifier.store.calls import CALL_COLUMNS, stored_call
from notifier.store.schema import alert_calls, calls, decisions, sources, threads


@dataclass(frozen=True, slots=True)
class Mark:
    """How far an alert's history is told."""

    events: int  # so many lines of its story
    calls: int = 0  # the row of the last call that is listed; 0: none is
    level: int = 0


@dataclass(frozen=True, slots=True)
class Thread:
    """What is beneath one target's message about one alert."""

    alert_id: int
    target: Target
    receipt: str  # of that message
    told: Mark  # there, and in the message
    tried: Mark | None = None  # likewise with a reply that may be there without our knowing
    tried_at: int | None = None  # UTC ms, when that was tried
    failures: int = 0  # replies in a row


@dataclass(frozen=True, slots=True)
class Listing:
    """Calls that no reply of a thread lists yet."""

    calls: tuple[Call, ...]  # the newest of them, oldest first
    count: int  # all
    last: int  # the row of the last one


_COLUMNS = ("alert_id", "receiver", "recipient", "receipt", "events", "calls", "level", "failures")
_NOTHING_TRIED = {"tried_at": None, "tried_events": None, "tried_calls": None, "tried_level": None}


def begin(connection: Connection, target: Target, new: Sequence[Thread]) -> None:
    """Messages were sent to one target: what was beneath earlier ones about these alerts is over.

    Args:
        connection: to the store, in a transaction.
        target: that was told.
        new: what those messages show; one without a receipt has no thread.
    """
    ids = [one.alert_id for one in new]
    connection.execute(delete(threads).where(threads.c.alert_id.in_(ids), *_to(target)))
    rows = [
        (one.alert_id, target.receiver, target.recipient, one.receipt, *_values(one.told), 0)
        for one in new
        if one.receipt
    ]
    insert_rows(connection, threads, _COLUMNS, rows)


def thread(connection: Connection, alert_id: int, target: Target) -> Thread | None:
    """What is beneath a target's message about an alert; None where it has no thread."""
    query = select(threads).where(threads.c.alert_id == alert_id, *_to(target))
    row = connection.execute(query).mappings().one_or_none()
    return thread_from(row) if row else None


def owe(connection: Connection, to: Thread, at: int) -> None:
    """Something is to be said in a thread, from that instant on, UTC ms; not before a retry that waits."""
    connection.execute(update(threads).where(_is(to), threads.c.reply_at.is_(None)).values(reply_at=at))


def due_targets(connection: Connection) -> list[tuple[Target, int]]:
    """Every target in whose threads something is to be said, and when the first of it is (UTC ms)."""
    rows = connection.execute(
        select(threads.c.receiver, threads.c.recipient, func.min(threads.c.reply_at))
        .where(threads.c.reply_at.is_not(None))
        .group_by(threads.c.receiver, threads.c.recipient)
    )
    return [(Target(receiver, recipient), at) for receiver, recipient, at in rows]


def due(connection: Connection, target: Target, now: int) -> Thread | None:
    """The next of a target's threads in which something is to be said by now."""
    query = (
        select(threads)
        .where(threads.c.reply_at <= now, *_to(target))
        .order_by(threads.c.reply_at, threads.c.alert_id)
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return thread_from(row) if row else None


def trying(connection: Connection, to: Thread, mark: Mark, now: int) -> None:
    """A reply that tells so much is about to be posted: written down before, in a transaction."""
    events, last, level = _values(mark)
    tried = {"tried_at": now, "tried_events": events, "tried_calls": last, "tried_level": level}
    connection.execute(update(threads).where(_is(to)).values(tried))


def told(connection: Connection, to: Thread, mark: Mark) -> None:
    """A reply that tells so much is there. Whether more is to be said is asked next."""
    events, last, level = _values(mark)
    told_now = {"events": events, "calls": last, "level": level, "failures": 0}
    connection.execute(update(threads).where(_is(to)).values(told_now | _NOTHING_TRIED))


def absent(connection: Connection, to: Thread) -> None:
    """The reply that was tried is not there."""
    connection.execute(update(threads).where(_is(to)).values(_NOTHING_TRIED))


def rest(connection: Connection, to: Thread) -> None:
    """Nothing is to be said in a thread for now."""
    connection.execute(update(threads).where(_is(to)).values(reply_at=None, failures=0))


def rest_all(connection: Connection, target: Target) -> None:
    """Likewise in all that are beneath one target's messages."""
    connection.execute(
        update(threads).where(threads.c.reply_at.is_not(None), *_to(target)).values(reply_at=None, failures=0)
    )


def postpone(connection: Connection, to: Thread, at: int) -> None:
    """A reply failed: try again at that instant, UTC ms."""
    connection.execute(update(threads).where(_is(to)).values(reply_at=at, failures=threads.c.failures + 1))


def postpone_all(connection: Connection, target: Target, at: int) -> None:
    """Nothing is said below any of a target's messages before that instant, UTC ms."""
    connection.execute(update(threads).where(threads.c.reply_at < at, *_to(target)).values(reply_at=at))


def end(connection: Connection, to: Thread) -> None:
    """The message that a thread was beneath is gone."""
    connection.execute(delete(threads).where(_is(to)))


def waits_beyond(connection: Connection, latest: int) -> bool:
    """Is anything not to be said for longer than until then, UTC ms?"""
    query = select(threads.c.alert_id).where(threads.c.reply_at > latest)
    return connection.execute(query.limit(1)).first() is not None


def hasten(connection: Connection, latest: int, now: int) -> None:
    """What is to be said later than `latest` may be said now; both are UTC ms."""
    connection.execute(update(threads).where(threads.c.reply_at > latest).values(reply_at=now))


def unlisted(connection: Connection, alert_id: int, after: int, limit: int) -> Listing:
    """Calls that joined an alert and were stored later than one with that row; 0: all.

    Args:
        connection: to the store.
        alert_id: of the alert.
        after: the row of a call.
        limit: calls at the most.
    """
    these = (alert_calls.c.alert_id == alert_id, alert_calls.c.call_id > after)
    counted = select(func.count(), func.max(alert_calls.c.call_id)).where(*these)
    count, last = connection.execute(counted).one()
    newest = (
        select(*CALL_COLUMNS)
        .join_from(alert_calls, calls, alert_calls.c.call_id == calls.c.id)
        .join(sources, calls.c.source_id == sources.c.id)
        .where(*these)
        .order_by(alert_calls.c.call_id.desc())
        .limit(limit)
    )
    rows = connection.execute(newest).mappings().all() if count else []
    found = tuple(stored_call(row).call for row in reversed(rows))
    return Listing(found, count, last or after)


def raised_at(connection: Connection, alert: Alert) -> int | None:
    """When an alert reached its level, UTC ms; None where that is not known (any more)."""
    of_it = select(alert_calls.c.call_id).where(alert_calls.c.alert_id == alert.id)
    raised = select(func.max(decisions.c.decided_at)).where(
        decisions.c.call_id.in_(of_it),
        decisions.c.rule == alert.rule,
        decisions.c.reason == "level_raised",
    )
    at: int | None = connection.scalar(raised)
    return at


def thread_from(row: RowMapping) -> Thread:
    """A row of the table as one of ours."""
    tried = None
    if row["tried_at"] is not None:
        tried = Mark(row["tried_events"], row["tried_calls"], row["tried_level"])
    return Thread(
        row["alert_id"],
        Target(row["receiver"], row["recipient"]),
        row["receipt"],
        Mark(row["events"], row["calls"], row["level"]),
        tried,
        row["tried_at"],
        row["failures"],
    )


def _values(mark: Mark) -> tuple[int, int, int]:
    return mark.events, mark.calls, mark.level


def _to(target: Target) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return threads.c.receiver == target.receiver, threads.c.recipient == target.recipient


def _is(one: Thread) -> ColumnElement[bool]:
    """Only beneath the same message: another one has a thread of its own."""
    return and_(threads.c.alert_id == one.alert_id, threads.c.receipt == one.receipt, *_to(one.target))
