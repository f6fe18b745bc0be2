"""Forgetting one customer: a person asks for it."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, delete, select

from notifier.store.purge import IS_NEEDED, IS_UNSENT, Amount, silence_over_at
from notifier.store.schema import alert_calls, alerts, calls, rejects, silences


@dataclass(frozen=True, slots=True)
class Traces:
    """What the store holds about numbers that end alike."""

    numbers: Mapping[str, int]  # each number, and how many of its calls are stored
    calls: tuple[int, ...]  # rows that can go
    rejects: tuple[int, ...]
    alerts: tuple[int, ...]
    silences: tuple[int, ...]
    calls_of_active: int  # calls that stay: they belong to alerts that are active
    alerts_active: int  # alerts that stay: they are active, or somebody is still to be told
    silences_active: int  # silences that stay until somebody ends them
    needed: int  # what else stays: the next read may bring it again, it counts, or it is not over yet
    newest: int | None  # UTC ms, when the newest of those that are needed was placed, stored or has ended

    @property
    def amount(self) -> Amount:
        """How much can go."""
        return Amount(len(self.calls), len(self.rejects), len(self.alerts), silences=len(self.silences))


def traces(connection: Connection, digits: str, needed: int) -> Traces:
    """Look for everything about numbers that end with these digits. Goes through the whole store.

    Args:
        connection: to the store.
        digits: the last ones.
        needed: UTC ms, from ``purge.needed_from``.
    """
    found = _Found(needed)
    for row, customer, placed_at, is_needed in connection.execute(
        select(calls.c.id, calls.c.customer, calls.c.placed_at, IS_NEEDED)
        .where(_ends(digits))
        .order_by(calls.c.id)
    ):
        found.numbers[customer] += 1
        found.sort(calls, row, placed_at, is_held=is_needed)
    for row, number, ended_at, is_unsent in _alerts_about(connection, digits):
        found.numbers[number] += 0
        found.sort(alerts, row, ended_at or 0, is_held=is_unsent or ended_at is None)
    for row, stored_at in _rejects_about(connection, digits):
        found.sort(rejects, row, stored_at, is_held=False)
    for row, over_at in connection.execute(
        select(silences.c.id, silence_over_at).where(silences.c.customer.endswith(digits, autoescape=True))
    ):
        found.sort(silences, row, over_at or 0, is_held=over_at is None)
    return found.traces()


def forget(connection: Connection, found: Traces, needed: int, start: int, batch: int) -> Amount:
    """Forget one batch of what was found, but for what has come to be needed since.

    Args:
        connection: to the store, in a transaction.
        found: by ``traces``.
        needed: UTC ms, as it was given there.
        start: how many of each kind were done before.
        batch: rows of each kind at the most.
    """
    # Without it, SQLite leaves what was deleted readable in the file until the place is used again.
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    part = slice(start, start + batch)
    return Amount(
        calls=_delete(connection, calls, found.calls[part], (calls.c.placed_at < needed) & ~IS_NEEDED),
        rejects=_delete(connection, rejects, found.rejects[part], rejects.c.stored_at < needed),
        alerts=_delete(connection, alerts, found.alerts[part], (alerts.c.ended_at < needed) & ~IS_UNSENT),
        silences=_delete(connection, silences, found.silences[part], silence_over_at < needed),
    )


class _Found:
    def __init__(self, needed: int) -> None:
        self.numbers: Counter[str] = Counter()
        self._needed = needed
        self._go: dict[str, list[int]] = {table.name: [] for table in (calls, rejects, alerts, silences)}
        self._held: Counter[str] = Counter()
        self._young: list[int] = []

    def sort(self, table: Table, row: int, at: int, *, is_held: bool) -> None:
        """Note whether a row goes or stays; `at` is UTC ms."""
        if is_held:
            self._held[table.name] += 1
        elif at >= self._needed:
            self._young.append(at)
        else:
            self._go[table.name].append(row)

    def traces(self) -> Traces:
        return Traces(
            numbers=dict(self.numbers),
            calls=tuple(self._go["calls"]),
            rejects=tuple(self._go["rejects"]),
            alerts=tuple(self._go["alerts"]),
            silences=tuple(self._go["silences"]),
            calls_of_active=self._held["calls"],
            alerts_active=self._held["alerts"],
            silences_active=self._held["silences"],
            needed=len(self._young),
            newest=max(self._young, default=None),
        )


def _ends(digits: str) -> ColumnElement[bool]:
    return calls.c.customer.endswith(digits, autoescape=True)


def _alerts_about(connection: Connection, digits: str) -> Iterator[tuple[int, str, int | None, bool]]:
    """Alerts whose key is such a customer, or a call to one."""
    joined = (
        select(alert_calls.c.alert_id, calls.c.customer)
        .join(calls, alert_calls.c.call_id == calls.c.id)
        .where(_ends(digits))
    )
    called = {row: str(customer) for row, customer in connection.execute(joined)}
    rows = connection.execute(
        select(alerts.c.id, alerts.c.per, alerts.c.key, alerts.c.ended_at, IS_UNSENT).where(
            alerts.c.per.contains("customer") | alerts.c.per.contains("call")
        )
    )
    for row, per, key, ended_at, is_unsent in rows:
        number = called.get(row, "") if "customer" not in per.split(",") else _customer(key)
        if number.endswith(digits):
            yield row, number, ended_at, is_unsent


def _customer(key: str) -> str:
    """The number in an alert's key, alone or among others: "customer=+919812345678&account=main"."""
    return next(
        (value for name, _, value in (part.partition("=") for part in key.split("&")) if name == "customer"),
        "",
    )


def _rejects_about(connection: Connection, digits: str) -> Iterator[tuple[int, int]]:
    """Records with a number that ends so, however it is written: "98123 43210"."""
    pattern = re.compile(r"[ ().-]{0,3}".join(digits) + "(?![0-9])")
    rows = connection.execute(
        select(rejects.c.id, rejects.c.raw, rejects.c.stored_at).execution_options(yield_per=1000)
    )
    return ((row, stored_at) for row, raw, stored_at in rows if pattern.search(raw))


def _delete(connection: Connection, table: Table, rows: Collection[int], may_go: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(table.c.id.in_(rows), may_go)).rowcount
