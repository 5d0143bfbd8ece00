"""Many rows of one kind at once: for SQLite their values are made column by column, at half the cost of row by row."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table, Update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.types import TypeEngine

AT_ONCE = 100
"""Rows of numbers in one statement of SQLite: thirty postings of an article take 30 us so, 55 row by row, 30 by 500."""


def write_rows(connection: Connection, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or update `rows`, all with the same names: those of columns, or of the statement's own parameters."""
    if rows:
        write_columns(connection, statement, {name: [row[name] for row in rows] for name in rows[0]})


def write_columns(connection: Connection, statement: Insert | Update, columns: Mapping[str, Sequence[Any]]) -> None:
    """The same, of rows that are given as columns of equal length, by their names."""
    if not any(columns.values()):
        return
    if connection.dialect.name != "sqlite":  # PostgreSQL's driver sends many by itself
        rows = zip(*columns.values(), strict=True)
        connection.execute(statement, [dict(zip(columns, row, strict=True)) for row in rows])
        return
    text, kinds = _compiled(statement, connection.dialect, tuple(columns))
    made = [_made(columns[name], kind, connection.dialect) for name, kind in kinds]
    connection.exec_driver_sql(text, list(zip(*made, strict=True)))


def insert_numbers(connection: Connection, table: Table, rows: Sequence[tuple[int, ...]]) -> None:
    """Insert rows of whole numbers, each in the order of the table's columns: there are fifty for each article."""
    if not rows:
        return
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    if connection.dialect.name == "sqlite":
        whole = len(rows) - len(rows) % AT_ONCE
        for number, some in ((AT_ONCE, rows[:whole]), (1, rows[whole:])):
            _insert_together(connection, f'INSERT INTO "{table.name}" ({names}) VALUES', some, number)
        return
    arrays, values = _arrays(connection, table, rows)
    connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({arrays})', values)  # noqa: S608


def delete_numbers(connection: Connection, table: Table, rows: Sequence[tuple[int, ...]]) -> None:
    """Delete rows of whole numbers by all of their columns, in the order of the table's."""
    if not rows:
        return
    name, columns = f'"{table.name}"', [f'"{column.name}"' for column in table.columns]
    if connection.dialect.name == "sqlite":
        found = " AND ".join(f"{column} = ?" for column in columns)
        connection.exec_driver_sql(f"DELETE FROM {name} WHERE {found}", rows)  # noqa: S608
        return
    same = " AND ".join(f"{name}.{column} = gone.{column}" for column in columns)
    arrays, values = _arrays(connection, table, rows)
    gone = f"DELETE FROM {name} USING unnest({arrays}) AS gone ({', '.join(columns)}) WHERE {same}"  # noqa: S608
    connection.exec_driver_sql(gone, values)


def _insert_together(connection: Connection, insert: str, rows: Sequence[tuple[int, ...]], number: int) -> None:
    """Rows by so many in a statement, of which their own number is a multiple."""
    if rows:
        marks = f"({', '.join('?' * len(rows[0]))})"
        parts = (rows[start : start + number] for start in range(0, len(rows), number))
        values = [tuple(chain.from_iterable(part)) for part in parts]
        connection.exec_driver_sql(f"{insert} {', '.join([marks] * number)}", values)


def _arrays(connection: Connection, table: Table, rows: Sequence[tuple[int, ...]]) -> tuple[str, tuple[list[int], ...]]:
    """Rows as PostgreSQL takes them in one statement: an array a column."""
    kinds = ", ".join(f"%s::{column.type.compile(connection.dialect)}[]" for column in table.columns)
    return kinds, tuple(map(list, zip(*rows, strict=True)))


@lru_cache(maxsize=64)  # a round is many small batches of few statements
def _compiled(
    statement: Insert | Update, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, tuple[tuple[str, TypeEngine[Any]], ...]]:
    """The statement's text, and its parameters in their order with their types."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    return compiled.string, tuple((name, compiled.binds[name].type) for name in compiled.positiontup or ())


def _made(values: Sequence[Any], kind: TypeEngine[Any], dialect: Dialect) -> Iterable[Any]:
    """The values of one column as the driver takes them; what stands there again and again is made once."""
    make = kind.dialect_impl(dialect).bind_processor(dialect)
    if make is None:
        return values
    try:
        several = {id(value): value for value in values}
        if 2 * len(several) > len(values):
            return list(map(make, values))
        once = {key: make(value) for key, value in several.items()}
        return [once[id(value)] for value in values]
    except ValueError as error:
        raise InvalidRequestError(str(error)) from error
