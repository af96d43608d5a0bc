"""Comparing a projection's live rows with those rebuilt beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData, Select, Text, and_, func, literal_column, or_, select, union

from incidents.ledger.tables import followers, parked, pending, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import CompoundSelect, Connection, Table

    from incidents.ledger.projections import Projection

SCRATCH = "pg_temp"
ROW = ""
"""The `column` of a difference where the whole row is in one table only."""

PRESENT, ABSENT = "present", "absent"


@dataclass(frozen=True)
class Difference:
    """A live value that is not what the facts say."""

    table: str
    key: tuple[tuple[str, object], ...]
    column: str
    live: object
    rebuilt: object

    def __str__(self) -> str:
        """Say it in one line."""
        key = ", ".join(f"{name}={value}" for name, value in self.key)
        what = f"{self.column}: " if self.column else "row: "
        return f"{self.table} [{key}] {what}live {self.live!r}, rebuilt {self.rebuilt!r}"


def differences(
    connection: Connection, projection: Projection, schema: str, but_for: CompoundSelect[Any] | None = None
) -> Iterator[Difference]:
    """Find every difference, by the table's key. `but_for` selects streams that are left out."""
    live, rebuilt = (projection.table.to_metadata(MetaData(), schema=place) for place in (schema, SCRATCH))
    key = [column.name for column in projection.table.primary_key]
    columns = [name for name in projection.compared if name not in key]
    query = _differing(live, rebuilt, key, columns)
    if but_for is not None:
        query = query.where(func.coalesce(live.c.stream, rebuilt.c.stream).not_in(but_for))
    for row in connection.execute(query.order_by(*(func.coalesce(live.c[name], rebuilt.c[name]) for name in key))):
        yield from _of_row(projection.table.name, key, columns, row)


def not_yet_followed(follower: str) -> CompoundSelect[Any]:
    """Select the streams that a follower has not wholly taken: unsequenced, ahead of it, or parked."""
    position = select(followers.c.position).where(followers.c.name == follower).scalar_subquery()
    spans = func.jsonb_array_elements(pending.c.spans["spans"])
    return union(
        select(spans.op("->>", return_type=Text())(literal_column("0"))),
        select(sequence.c.stream).where(sequence.c.position > func.coalesce(position, 0)),
        select(parked.c.stream).where(parked.c.follower == follower),
    )


def _differing(live: Table, rebuilt: Table, key: Sequence[str], columns: Sequence[str]) -> Select[Any]:
    same_key = and_(*(live.c[name] == rebuilt.c[name] for name in key))
    lone = or_(live.c[key[0]].is_(None), rebuilt.c[key[0]].is_(None))
    unlike = [live.c[name].is_distinct_from(rebuilt.c[name]) for name in columns]
    both = [table.c[name] for table in (live, rebuilt) for name in (*key, *columns)]
    return select(*both).select_from(live.join(rebuilt, same_key, full=True)).where(or_(lone, *unlike))


def _of_row(table: str, key: Sequence[str], columns: Sequence[str], row: Sequence[Any]) -> Iterator[Difference]:
    half = len(row) // 2
    live, rebuilt = (dict(zip((*key, *columns), part, strict=True)) for part in (row[:half], row[half:]))
    there = [values[key[0]] is not None for values in (live, rebuilt)]
    at = tuple((name, (live if there[0] else rebuilt)[name]) for name in key)
    if not all(there):
        yield Difference(table, at, ROW, *(PRESENT if each else ABSENT for each in there))
        return
    for name in columns:
        if live[name] != rebuilt[name]:
            yield Difference(table, at, name, live[name], rebuilt[name])
