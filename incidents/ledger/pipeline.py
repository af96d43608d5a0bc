"""Sending a command's rows in one round trip: Core declares the statements, psycopg's pipeline carries them.

Statement by statement the same rows cost 3 to 4 times as much (design decision 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from psycopg.types.json import Jsonb
from sqlalchemy import make_url

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import ClauseElement, Connection

Row = Mapping[str, Any]

_dialect = make_url("postgresql+psycopg://").get_dialect()()


@dataclass(frozen=True)
class Write:
    """A statement and its rows. The statement is a module's constant: it is compiled once and kept."""

    statement: ClauseElement
    rows: Sequence[Row]


def send(connection: Connection, writes: Sequence[Write], *, commit: bool) -> None:
    """Send all writes in one pipeline, in order; with `commit`, the COMMIT goes in the same round trip.

    On a connection in autocommit mode the BEGIN goes there too; `commit` is then a must.

    psycopg.errors.UniqueViolation and its like leave the transaction to be rolled back: nothing is half-done.
    """
    raw = driver_connection(connection)
    with raw.pipeline(), raw.cursor() as cursor:
        if raw.autocommit:
            # psycopg's own BEGIN would wait for its answer: a round trip more.
            cursor.execute("BEGIN", prepare=False)
        for write in writes:
            for row in write.rows:
                sql, constants = compiled(write.statement, tuple(row))
                cursor.execute(sql, adapted({**constants, **row}))
        if commit:
            # As a statement: Connection.commit would wait here, and a refused row then ends in a warning as well.
            cursor.execute("COMMIT", prepare=False)


def fetch(connection: Connection, statement: ClauseElement, row: Row) -> list[tuple[Any, ...]]:
    """Read rows with the least between us and the driver: for the hot paths."""
    sql, constants = compiled(statement, tuple(row))
    return driver_connection(connection).execute(sql, {**constants, **row}).fetchall()


def driver_connection(connection: Connection) -> psycopg.Connection:
    """Give the psycopg connection under SQLAlchemy's."""
    return cast("psycopg.Connection", connection.connection.driver_connection)


@lru_cache(maxsize=512)
def compiled(statement: ClauseElement, columns: tuple[str, ...]) -> tuple[bytes, Row]:
    """Give a statement's SQL with psycopg's named placeholders, and the values it has of its own, such as a LIMIT."""
    found = statement.compile(dialect=_dialect, column_keys=list(columns))
    constants = {name: value for name, value in found.params.items() if value is not None and name not in columns}
    return str(found).encode(), constants


def adapted(row: Row) -> dict[str, Any]:
    """Wrap what goes into a JSONB column: dictionaries. A list is an array."""
    return {name: Jsonb(value) if isinstance(value, dict) else value for name, value in row.items()}
