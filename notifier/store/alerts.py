"""Alerts, the calls that joined them, and why each call did what it did."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from notifier.model import Alert, AlertState, Call, EndReason, Severity, Target
from notifier.store.bulk import LISTED, insert_rows, listed
from notifier.store.calls import CALL_COLUMNS, stored_call
from notifier.store.schema import alert_calls, alerts, calls, decisions, sources, told

ALERT_COLUMNS = tuple(column for column in alerts.c if column.name != "wakes_at")
"""What ``alert_from`` needs."""

_FIELDS = tuple(column.name for column in ALERT_COLUMNS if column.name != "id")

# Built once: SQLAlchemy takes longer to build them than SQLite to run them.
_ACTIVE = select(*ALERT_COLUMNS).where(
    alerts.c.rule == bindparam("of"), alerts.c.key.in_(LISTED), alerts.c.ended_at.is_(None)
)
_CHANGE = (
    update(alerts)
    .where(alerts.c.id == bindparam("alert_id"))
    .values({name: bindparam(name) for name in (*_FIELDS, "wakes_at")})
)
_OUTDATE = (
    update(told)
    .where(told.c.alert_id == bindparam("changed"), told.c.version < bindparam("newer"))
    .values(stale=True)
)


def alert_from(row: RowMapping) -> Alert:
    """An alert from a row of `ALERT_COLUMNS`."""
    values = dict(row)
    values["per"] = tuple(values["per"].split(","))
    values["state"] = AlertState(values["state"])
    values["ended_as"] = EndReason(values["ended_as"]) if values["ended_as"] else None
    values["severity"] = Severity(values["severity"])
    return Alert(**values)


def _values(alert: Alert, wakes_at: int | None) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(alert, name) for name in _FIELDS}
    values["per"] = ",".join(alert.per)
    values["wakes_at"] = wakes_at
    return values


def active(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Alert]:
    """Those of the alerts of these rules and keys that have not ended."""
    by_rule: dict[str, list[str]] = {}
    for rule, key in dict.fromkeys(keys):
        by_rule.setdefault(rule, []).append(key)
    found = {}
    for rule, wanted in by_rule.items():
        for row in connection.execute(_ACTIVE, {"of": rule, **listed(wanted)}).mappings():
            found[rule, str(row["key"])] = alert_from(row)
    return found


def all_active(connection: Connection) -> list[Alert]:
    """Every alert that has not ended, the one that is due first first."""
    # In the order of an index: by id, SQLite would go through all that ever were.
    rows = connection.execute(
        select(*ALERT_COLUMNS).where(alerts.c.ended_at.is_(None)).order_by(alerts.c.wakes_at, alerts.c.id)
    )
    return [alert_from(row) for row in rows.mappings()]


def ended_after(connection: Connection, now: int) -> list[Alert]:
    """The alerts that ended later than now, UTC ms, by a clock that was ahead."""
    rows = connection.execute(
        select(*ALERT_COLUMNS)
        .where(alerts.c.ended_at.is_not(None), alerts.c.ended_at > now)
        .order_by(alerts.c.ended_at, alerts.c.id)
    )
    return [alert_from(row) for row in rows.mappings()]


def due(connection: Connection, now: int, limit: int) -> list[Alert]:
    """The active alerts that time alone may change by now, oldest first."""
    rows = connection.execute(
        select(*ALERT_COLUMNS)
        .where(alerts.c.ended_at.is_(None), alerts.c.wakes_at <= now)
        .order_by(alerts.c.wakes_at, alerts.c.id)
        .limit(limit)
    ).mappings()
    return [alert_from(row) for row in rows]


def next_due(connection: Connection) -> int | None:
    """When time alone may next change an alert, UTC ms; None where none is active."""
    value: int | None = connection.scalar(
        select(alerts.c.wakes_at)
        .where(alerts.c.ended_at.is_(None), alerts.c.wakes_at.is_not(None))
        .order_by(alerts.c.wakes_at)
        .limit(1)
    )
    return value


def insert_alert(connection: Connection, alert: Alert, uid: str, wakes_at: int | None) -> Alert:
    """Store a new alert; returns it with its id."""
    new = replace(alert, uid=uid)
    result = connection.execute(insert(alerts), _values(new, wakes_at))
    assert result.inserted_primary_key is not None
    return replace(new, id=int(result.inserted_primary_key[0]))


def update_alerts(connection: Connection, changed: Sequence[tuple[Alert, int | None]]) -> None:
    """Store how alerts have changed, each with when time alone may change it (UTC ms; None: never).

    Whoever was told an older version has a stale message now.
    """
    if changed:
        connection.execute(
            _CHANGE, [{**_values(alert, wakes_at), "alert_id": alert.id} for alert, wakes_at in changed]
        )
        connection.execute(_OUTDATE, [{"changed": alert.id, "newer": alert.version} for alert, _ in changed])


def update_alert(connection: Connection, alert: Alert, wakes_at: int | None) -> None:
    """Like ``update_alerts``, for one."""
    update_alerts(connection, [(alert, wakes_at)])


def wake(connection: Connection, alert_id: int, wakes_at: int) -> None:
    """Look at an alert again at that instant, UTC ms."""
    connection.execute(update(alerts).where(alerts.c.id == alert_id).values(wakes_at=wakes_at))


def show_anew(connection: Connection, ids: Collection[int], told_by: Target) -> None:
    """Something has changed that readers should see, and that this target was told of just now."""
    if not ids:
        return
    connection.execute(update(alerts).where(alerts.c.id.in_(ids)).values(version=alerts.c.version + 1))
    to_it = (told.c.receiver == told_by.receiver) & (told.c.recipient == told_by.recipient)
    mine = update(told).where(told.c.alert_id.in_(ids), to_it)
    connection.execute(mine.values(version=told.c.version + 1))
    connection.execute(update(told).where(told.c.alert_id.in_(ids), ~to_it).values(stale=True))


def join_calls(connection: Connection, joined: Sequence[tuple[int, int]]) -> None:
    """Note which calls alerts collected: alert id, call row."""
    insert_rows(connection, alert_calls, ("alert_id", "call_id"), joined)


def insert_decisions(
    connection: Connection, made: Iterable[tuple[int, str, str, int | None]], now: int
) -> None:
    """Store decisions: call row, rule, reason, alert id. A second one on a call and rule is an error."""
    rows = [(call, rule, str(reason), alert, now) for call, rule, reason, alert in made]
    insert_rows(connection, decisions, ("call_id", "rule", "reason", "alert_id", "decided_at"), rows)


def alert(connection: Connection, alert_id: int) -> Alert | None:
    """The alert with this id."""
    row = connection.execute(select(*ALERT_COLUMNS).where(alerts.c.id == alert_id)).mappings().one_or_none()
    return alert_from(row) if row else None


def calls_of(connection: Connection, alert_id: int, limit: int) -> tuple[Call, ...]:
    """The newest calls that joined an alert, oldest first."""
    rows = (
        connection.execute(
            select(*CALL_COLUMNS)
            .join_from(alert_calls, calls, alert_calls.c.call_id == calls.c.id)
            .join(sources, calls.c.source_id == sources.c.id)
            .where(alert_calls.c.alert_id == alert_id)
            .order_by(calls.c.placed_at.desc(), calls.c.ident.desc())
            .limit(limit)
        )
        .mappings()
        .all()
    )
    return tuple(stored_call(row).call for row in reversed(rows))
