"""Storing many rows by one statement."""

from collections.abc import Sequence

from sqlalchemy import Connection, Table, insert


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
        statement = insert(table).compile(dialect=connection.dialect, column_keys=list(columns))
        assert statement.positiontup == list(columns), "columns in another order than the table's"
        connection.exec_driver_sql(str(statement), list(rows))
