"""Storing and looking up many rows by one statement."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache

from sqlalchemy import Connection, Dialect, Table, bindparam, func, insert, select

LISTED = select(func.json_each(bindparam("listed")).table_valued("value").c.value)
"""For `column.in_(LISTED)`: the values of the one parameter `listed`.

A statement with a parameter for each value takes SQLAlchemy longer to write than SQLite to run; this one is
written once, and takes any number of them.
"""


def listed(values: Iterable[str]) -> dict[str, str]:
    """The parameter that `LISTED` stands for."""
    return {"listed": json.dumps(list(values), ensure_ascii=False)}


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    """Store rows by one prepared statement.

    SQLAlchemy's own way makes and checks a dict for each row, which takes longer than SQLite needs to
    store it; the values here are of the tables' own types already.

    Args:
        connection: to the store, in a transaction.
        table: that takes them.
        columns: of the values, in the order of the table.
        rows: the values of each.
    """
    if rows:
        connection.exec_driver_sql(_insertion(connection.dialect, table, tuple(columns)), list(rows))


@lru_cache(maxsize=16)
def _insertion(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> str:
    statement = insert(table).compile(dialect=dialect, column_keys=list(columns))
    assert statement.positiontup == list(columns), "columns in another order than the table's"
    return str(statement)
