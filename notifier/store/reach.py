"""Who was spoken with: what is stored around calls that were missed, and alerts about a customer."""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    update,
)

from notifier.model import Alert, Call, Contact, Endpoint, StoredCall
from notifier.store.alerts import ALERT_COLUMNS, alert_from
from notifier.store.bulk import LISTED, listed
from notifier.store.calls import CALL_COLUMNS, stored_call
from notifier.store.schema import alerts, calls, sources

MOST = 1_000
"""Calls of one customer that are looked through at the most: nobody needs to know of more attempts."""

MOST_LEGS = 10_000
"""Calls that answered ones make legs at once at the most; where there are more, nobody was rung."""

_FOR_EVER = 2**62

# A list of [customer, instant …]: one statement answers for all of them.
_WANTED = func.json_each(bindparam("wanted")).table_valued("key", "value")
_MISSED = select(sources.c.id).where(sources.c.endpoint == literal_column(f"'{Endpoint.OUT_MISSED}'"))


_CUSTOMER: ColumnElement[str] = func.json_extract(_WANTED.c.value, literal_column("'$[0]'"), type_=Text)
_AT: ColumnElement[int] = func.json_extract(_WANTED.c.value, literal_column("'$[1]'"), type_=BigInteger)
_SINCE: ColumnElement[int] = func.json_extract(_WANTED.c.value, literal_column("'$[1]'"), type_=BigInteger)
_UNTIL: ColumnElement[int] = func.json_extract(_WANTED.c.value, literal_column("'$[2]'"), type_=BigInteger)
_LATEST: BindParameter[int] = bindparam("latest")
_OF_CUSTOMER = (
    select(calls.c.placed_at, calls.c.source_id, calls.c.spurious)
    .where(calls.c.customer == _CUSTOMER)
    .correlate(_WANTED)
    .limit(MOST)
)
_BEFORE = _OF_CUSTOMER.where(calls.c.placed_at <= _AT).order_by(calls.c.placed_at.desc())
_AFTER = _OF_CUSTOMER.where(calls.c.placed_at > _AT, calls.c.placed_at <= _LATEST).order_by(calls.c.placed_at)
_BETWEEN = _OF_CUSTOMER.where(calls.c.placed_at > _SINCE, calls.c.placed_at < _UNTIL)


def _first_answered(found: Select[tuple[int, int, bool]]) -> ColumnElement[int]:
    these = found.subquery()
    return select(these.c.placed_at).where(these.c.source_id.not_in(_MISSED)).limit(1).scalar_subquery()


def _missed(found: Select[tuple[int, int, bool]]) -> ColumnElement[int]:
    these = found.subquery()
    return (
        select(func.count())
        .where(these.c.source_id.in_(_MISSED), these.c.spurious.is_(False))
        .scalar_subquery()
    )


# Built once: SQLAlchemy takes longer to build them than SQLite to run them.
_ANSWERED = (
    select(_first_answered(_BEFORE), _first_answered(_AFTER)).select_from(_WANTED).order_by(_WANTED.c.key)
)
_TRIED = (
    select(_missed(_BETWEEN.order_by(calls.c.placed_at.desc()))).select_from(_WANTED).order_by(_WANTED.c.key)
)
_LEGS = (
    select(*CALL_COLUMNS)
    .join_from(_WANTED, calls, calls.c.customer == _CUSTOMER)
    .join(sources, calls.c.source_id == sources.c.id)
    .where(
        calls.c.placed_at.between(_SINCE, _UNTIL),
        calls.c.spurious.is_(False),
        sources.c.endpoint == Endpoint.OUT_MISSED,
    )
    .limit(MOST_LEGS)
)
_SPURIOUS = update(calls).where(calls.c.id.in_(LISTED)).values(spurious=True)
_ABOUT = select(*ALERT_COLUMNS).where(
    alerts.c.ended_at.is_(None), alerts.c.customer != literal_column("''"), alerts.c.customer.in_(LISTED)
)


def contacts(connection: Connection, missed: Sequence[Call], latest: int) -> list[Contact]:
    """What is stored around calls that were missed, before they are stored themselves.

    Args:
        connection: to the store.
        missed: of any customers and accounts.
        latest: UTC ms; what claims to have been answered later is not believed yet.

    Returns:
        One for each, in the same order.
    """
    if not missed:
        return []
    wanted = json.dumps([(call.customer, call.placed_at) for call in missed])
    answered = connection.execute(_ANSWERED, {"wanted": wanted, "latest": latest}).all()
    wanted = json.dumps(
        [
            (call.customer, last or 0, coming or _FOR_EVER)
            for call, (last, coming) in zip(missed, answered, strict=True)
        ]
    )
    tried = connection.scalars(_TRIED, {"wanted": wanted})
    return [Contact(last, coming, count) for (last, coming), count in zip(answered, tried, strict=True)]


def take_for_legs(connection: Connection, answered: Iterable[Call], near: int) -> list[StoredCall]:
    """Mark stored misses as legs of calls that were answered; returns those that are so only now.

    Args:
        connection: to the store, in a transaction.
        answered: by whom the customers are known.
        near: ms between a leg and the call.
    """
    rows = connection.execute(_LEGS, {"wanted": json.dumps(_spans(answered, near))}).mappings()
    legs = [stored_call(row)._replace(spurious=True) for row in rows]
    if legs:
        connection.execute(_SPURIOUS, {"listed": json.dumps([one.row for one in legs])})
    return legs


def _spans(answered: Iterable[Call], near: int) -> list[tuple[str, int, int]]:
    """The time around calls, customer by customer, apart from each other: no call is looked at twice."""
    found: list[tuple[str, int, int]] = []
    for customer, at in sorted((call.customer, call.placed_at) for call in answered):
        last, since, until = found[-1] if found else ("", 0, 0)
        if found and last == customer and at - near <= until:
            found[-1] = (customer, since, at + near)
        else:
            found.append((customer, at - near, at + near))
    return found


def active_about(connection: Connection, customers: Iterable[str]) -> list[Alert]:
    """The alerts about these customers that have not ended, oldest first."""
    found = connection.execute(_ABOUT, listed(dict.fromkeys(customers))).mappings()
    return sorted((alert_from(row) for row in found), key=lambda alert: alert.id)
