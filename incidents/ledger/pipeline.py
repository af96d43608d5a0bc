"""Sending a command's rows in one round trip: Core declares the statements, psycopg's pipeline carries them.

Statement by statement the same rows cost 3 to 4 times as much (design decision 2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import Insert, bindparam, make_url

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement, Connection

Row = Mapping[str, Any]

ROWS_AT_ONCE = 16
"""Rows in one INSERT at most: more are no cheaper, and each number is a statement for the server to prepare."""

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
    with _pool_kept_fresh(connection), raw.pipeline(), raw.cursor() as cursor:
        if raw.autocommit:
            # psycopg's own BEGIN would wait for its answer: a round trip more.
            cursor.execute("BEGIN", prepare=False)
        for write in writes:
            for rows in _together(write):
                sql, constants = compiled(write.statement, tuple(rows[0]), len(rows))
                cursor.execute(sql, {**constants, **_adapted(rows)})
        if commit:
            # As a statement: Connection.commit would wait here, and a refused row then ends in a warning as well.
            cursor.execute("COMMIT", prepare=False)


def fetch(connection: Connection, statement: ClauseElement, row: Row, *, binary: bool = False) -> list[tuple[Any, ...]]:
    """Read rows with the least between us and the driver: for the hot paths.

    `binary` is for rows with much in bytea columns: as text, each byte would come in two digits.
    """
    sql, constants = compiled(statement, tuple(row))
    with _pool_kept_fresh(connection):
        return driver_connection(connection).execute(sql, {**constants, **row}, binary=binary).fetchall()


@contextmanager
def _pool_kept_fresh(connection: Connection) -> Iterator[None]:
    """Empty the pool when a connection is found dead: the others went the same way, and SQLAlchemy did not see it."""
    try:
        yield
    except psycopg.OperationalError:
        if driver_connection(connection).closed:
            connection.engine.dispose()
        raise


def driver_connection(connection: Connection) -> psycopg.Connection:
    """Give the psycopg connection under SQLAlchemy's."""
    return cast("psycopg.Connection", connection.connection.driver_connection)


@lru_cache(maxsize=512)
def compiled(statement: ClauseElement, columns: tuple[str, ...], rows: int = 1) -> tuple[bytes, Row]:
    """Give a statement's SQL with psycopg's named placeholders, and the values it has of its own, such as a LIMIT.

    An INSERT of several rows has the place in it of each row's value in its placeholders: `stream_0`, `stream_1`.
    """
    if rows > 1:
        places: list[dict[str, Any]] = [{name: bindparam(f"{name}_{nth}") for name in columns} for nth in range(rows)]
        statement, columns = cast("Insert", statement).values(places), ()
    found = statement.compile(dialect=_dialect, column_keys=list(columns) or None)
    constants = {name: value for name, value in found.params.items() if value is not None and name not in columns}
    return str(found).encode(), constants


def _together(write: Write) -> Iterator[Sequence[Row]]:
    """Give the rows that go in one statement: an INSERT takes several, anything else one."""
    at_once = ROWS_AT_ONCE if isinstance(write.statement, Insert) else 1
    for first in range(0, len(write.rows), at_once):
        yield write.rows[first : first + at_once]


def _adapted(rows: Sequence[Row]) -> dict[str, Any]:
    """Name the values for `compiled`, and wrap what goes into a JSONB column: dictionaries. A list is an array."""
    return {
        name if len(rows) == 1 else f"{name}_{nth}": Jsonb(value) if isinstance(value, dict) else value
        for nth, row in enumerate(rows)
        for name, value in row.items()
    }
