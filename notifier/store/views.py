"""Looking at what is stored: what the commands show. Nothing here changes anything."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from notifier.model import Alert, Call, Endpoint, EndReason, StoredCall
from notifier.store.alerts import ALERT_COLUMNS, alert_from
from notifier.store.calls import CALL_COLUMNS, stored_call
from notifier.store.schema import alert_calls, alerts, aliases, calls, decisions, rejects, sources


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """Why a call did what it did under one rule."""

    rule: str
    reason: str
    alert_id: int | None
    decided_at: int  # UTC ms


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls to show; what is None does not restrict."""

    ident: str | None = None  # either of its ids
    ident_begins: str | None = None  # the beginning of its first id
    account: str | None = None
    extension: str | None = None
    customer_ends: str | None = None  # the last digits of the number
    since: int | None = None  # UTC ms, inclusive
    until: int | None = None  # UTC ms, inclusive
    after_row: int | None = None  # only calls stored later than this one
    answered: bool | None = False  # those that were answered, instead of those that were missed; None: both


def find_calls(connection: Connection, wanted: Wanted, limit: int) -> list[StoredCall]:
    """The newest calls that are wanted, newest first."""
    rows = connection.execute(
        select(*CALL_COLUMNS)
        .join(sources, calls.c.source_id == sources.c.id)
        .where(*_conditions(wanted))
        .order_by(calls.c.placed_at.desc(), calls.c.id.desc())
        .limit(limit)
    )
    return [stored_call(row) for row in rows.mappings()]


def _is_answered() -> ColumnElement[bool]:
    return sources.c.endpoint != Endpoint.OUT_MISSED


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    second = select(aliases.c.call_id).where(aliases.c.alias == wanted.ident)
    ends, begins = wanted.customer_ends or "", wanted.ident_begins or ""
    possible = (
        (wanted.answered, _is_answered() if wanted.answered else ~_is_answered()),
        (wanted.ident, (calls.c.ident == wanted.ident) | calls.c.id.in_(second)),
        (wanted.ident_begins, calls.c.ident.startswith(begins, autoescape=True)),
        (wanted.account, sources.c.account == wanted.account),
        (wanted.extension, calls.c.extension == wanted.extension),
        (wanted.customer_ends, calls.c.customer.endswith(ends, autoescape=True)),
        (wanted.since, calls.c.placed_at >= (wanted.since or 0)),
        (wanted.until, calls.c.placed_at <= (wanted.until or 0)),
        (wanted.after_row, calls.c.id > (wanted.after_row or 0)),
    )
    return [condition for value, condition in possible if value is not None]


def customers_ending(connection: Connection, digits: str, limit: int) -> list[str]:
    """Customers that calls are stored of whose numbers end with these digits. Goes through all calls."""
    numbers = (
        select(calls.c.customer)
        .where(calls.c.customer.endswith(digits, autoescape=True))
        .distinct()
        .order_by(calls.c.customer)
        .limit(limit)
    )
    return list(connection.scalars(numbers))


def callers(connection: Connection, since: int) -> dict[str, int]:
    """How many calls were placed since then (UTC ms), by agent: "main/209"; not those of no extension."""
    dialled = Endpoint.OUT_MISSED, Endpoint.OUT_ANSWERED
    rows = connection.execute(
        select(sources.c.account, calls.c.extension, func.count())
        .join_from(calls, sources, calls.c.source_id == sources.c.id)
        .where(sources.c.endpoint.in_(dialled), calls.c.placed_at >= since, calls.c.extension != "")
        .group_by(sources.c.account, calls.c.extension)
    )
    return {f"{account}/{extension}": count for account, extension, count in rows}


def decisions_of(connection: Connection, call_row: int) -> list[StoredDecision]:
    """What was decided of a call, by rule."""
    rows = connection.execute(
        select(decisions.c.rule, decisions.c.reason, decisions.c.alert_id, decisions.c.decided_at)
        .where(decisions.c.call_id == call_row)
        .order_by(decisions.c.rule)
    )
    return [StoredDecision(*row) for row in rows]


def stored_at(connection: Connection, call_row: int) -> int:
    """When a call was stored, UTC ms."""
    return int(connection.scalar(select(calls.c.stored_at).where(calls.c.id == call_row)) or 0)


def list_alerts(connection: Connection, *, ended: bool, limit: int) -> list[Alert]:
    """The newest alerts first; those that have ended only where they are asked for."""
    query = select(*ALERT_COLUMNS).order_by(alerts.c.id.desc()).limit(limit)
    if not ended:
        query = query.where(alerts.c.ended_at.is_(None))
    return [alert_from(row) for row in connection.execute(query).mappings()]


def calls_of_alert(connection: Connection, alert_id: int, limit: int) -> list[StoredCall]:
    """The newest calls that joined an alert, oldest first."""
    rows = connection.execute(
        select(*CALL_COLUMNS)
        .join_from(alert_calls, calls, alert_calls.c.call_id == calls.c.id)
        .join(sources, calls.c.source_id == sources.c.id)
        .where(alert_calls.c.alert_id == alert_id)
        .order_by(calls.c.placed_at.desc(), calls.c.id.desc())
        .limit(limit)
    )
    return [stored_call(row) for row in reversed(rows.mappings().all())]


def alerts_reached_by(connection: Connection, answered: Call) -> list[Alert]:
    """The alerts that an answered call has ended, oldest first. Goes through all alerts."""
    query = select(*ALERT_COLUMNS).where(
        alerts.c.customer == answered.customer,
        alerts.c.ended_as == EndReason.REACHED,
        alerts.c.handled_at == answered.placed_at,
    )
    return [alert_from(row) for row in connection.execute(query.order_by(alerts.c.id)).mappings()]


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is."""

    calls: int  # that were missed
    rejects: int
    active_alerts: int
    answered: int = 0  # calls that were


def totals(connection: Connection) -> Totals:
    """Count what is stored."""
    answering = select(sources.c.id).where(_is_answered())
    answered = connection.scalar(select(func.count()).where(calls.c.source_id.in_(answering))) or 0
    return Totals(
        (connection.scalar(select(func.count()).select_from(calls)) or 0) - answered,
        connection.scalar(select(func.count()).select_from(rejects)) or 0,
        connection.scalar(select(func.count()).where(alerts.c.ended_at.is_(None))) or 0,
        answered,
    )
