"""Rebuilding projections from the record, to see whether the live rows are what the facts say.

All is read in one snapshot. Temporary tables of the same names stand before the live ones on the search path, so that
the projections' own statements fill them; nothing live is touched, and nothing is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import func, select, text

from incidents.ledger.differences import Difference, differences, not_yet_followed
from incidents.ledger.pipeline import compiled, driver_connection, send
from incidents.ledger.projections import Projection
from incidents.ledger.queries import SELECT_ALL, leaf_event
from incidents.ledger.tables import events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from incidents.ledger.facts import Record
    from incidents.ledger.ledger import Ledger
    from incidents.ledger.pipeline import Write

READ_AT_ONCE = 5_000
WRITTEN_AT_ONCE = 500


class FollowedProjection(Projection, Protocol):
    """Rows that a follower keeps, at its own pace. Its table has the column `stream`."""

    @property
    def name(self) -> str:
        """The follower's name."""


@dataclass(frozen=True)
class Checked:
    """What a check read, and every difference it found."""

    events: int
    records: int
    tables: tuple[str, ...]
    differences: tuple[Difference, ...]


def check(
    ledger: Ledger,
    followed: Sequence[FollowedProjection] = (),
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Checked:
    """Rebuild every projection and compare it with its live rows.

    What a follower has not reached yet is left out of its comparison. `progress` is told how many events of how many
    are done.
    """
    projections = [*ledger.projections, *followed]
    with ledger.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        schema = connection.scalar(select(func.current_schema())) or "public"
        for projection in projections:
            name = projection.table.name
            connection.execute(
                text(
                    f'CREATE TEMPORARY TABLE "{name}" (LIKE "{schema}"."{name}" INCLUDING DEFAULTS INCLUDING INDEXES)'
                    " ON COMMIT DROP"
                )
            )
        read, records = _rebuild(connection, ledger, projections, progress)
        found = [each for one in ledger.projections for each in differences(connection, one, schema)]
        found += [each for one in followed for each in differences(connection, one, schema, not_yet_followed(one.name))]
        connection.rollback()
    return Checked(read, records, tuple(each.table.name for each in projections), tuple(found))


def history(connection: Connection, ledger: Ledger, *, as_of: datetime | None = None) -> Iterator[tuple[Record, int]]:
    """Read every record, each with how many events it was made of: as they stand, or as they stood at an instant."""
    sql, constants = compiled(SELECT_ALL, ())
    with driver_connection(connection).cursor(name="history") as cursor:
        cursor.itersize = READ_AT_ONCE
        cursor.execute(sql, constants)
        for _, rows in groupby(cursor, key=itemgetter(0)):
            stored = [leaf_event(row) for row in rows]
            record = ledger.restore(stored, as_of=as_of)
            if record is not None:
                yield record, len(stored)


def _rebuild(
    connection: Connection,
    ledger: Ledger,
    projections: Sequence[Projection],
    progress: Callable[[int, int], None],
) -> tuple[int, int]:
    """Fill the scratch tables; give how many events and records there were."""
    total = connection.scalar(select(func.count()).select_from(events)) or 0
    read = records = 0
    writes: list[Write] = []
    for record, size in history(connection, ledger):
        writes += (write for projection in projections for write in projection.writes(record, record.history))
        read, records = read + size, records + 1
        if len(writes) >= WRITTEN_AT_ONCE:
            send(connection, writes, commit=False)
            writes.clear()
            progress(read, total)
    send(connection, writes, commit=False)
    progress(read, total)
    return read, records
