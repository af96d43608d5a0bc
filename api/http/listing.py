"""Lists of incidents, from their state rows: those that exist for the reader, filtered, sorted, a page at a time.

A page goes on after the last row of the one before, by its sort key and number, so rows that change, come or go
elsewhere make it neither skip nor repeat any. Only an incident whose own key changes meanwhile moves, and may be met
twice or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, literal_column, select, true, tuple_

from incidents.disclosure import EVERYTHING, Viewer, hides
from incidents.restrictions import exists_for, for_each, of_firsts
from incidents.search import says
from incidents.tables import incident_states

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Column, ColumnElement, Connection, Engine, Row

_rows = incident_states.c
SORTS = ("reported_at", "changed_at", "severity", "next_due_at", "number")
ASCENDING, DESCENDING = "asc", "desc"
TRUE, FALSE = "true", "false"
_NEVER: dict[str, ColumnElement[Any]] = {
    ASCENDING: literal_column("'infinity'::timestamptz"),
    DESCENDING: literal_column("'-infinity'::timestamptz"),
}
"""Where nothing is due, an incident comes last in either order."""

_FILTERS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "status": _rows.status.in_,
    "severity": lambda name: _rows.severity == name,
    "service": lambda name: _rows.service == name,
    "party": lambda name: _rows.parties.any_() == name,
    "reported_from": lambda at: _rows.reported_at >= at,
    "reported_to": lambda at: _rows.reported_at < at,
    "resolved_from": lambda at: _rows.resolved_at >= at,
    "resolved_to": lambda at: _rows.resolved_at < at,
    "changed_since": lambda at: _rows.changed_at >= at,
    "breached": lambda which: _among(_rows.breached, which),
    "owed": lambda which: _among(_rows.owed, which),
}

_SHOWN: tuple[Column[Any], ...] = (
    _rows.stream,
    _rows.id,
    _rows.number,
    _rows.partnership,
    _rows.version,
    _rows.revision,
    _rows.agreement_version,
    _rows.title,
    _rows.service,
    _rows.severity,
    _rows.severity_rank,
    _rows.status,
    _rows.reported_at,
    _rows.acknowledged_at,
    _rows.resolved_at,
    _rows.closed_at,
    _rows.changed_at,
    _rows.parties,
    _rows.breached,
    _rows.owed,
    _rows.next_due_at,
)

Place = tuple[datetime | int | None, int]
"""Where a row stands in its list: its sort key, and its number."""


@dataclass(frozen=True)
class Wanted:
    """Which incidents, for whom, in which order.

    Attributes:
        viewers: As whom the reader reads each partnership that it is about; None: everything, everywhere.
        values: What was asked for, by the name of a filter; others are passed over.
        sort: One of SORTS.
        order: ASCENDING or DESCENDING.
    """

    viewers: Mapping[str, Viewer] | None
    values: Mapping[str, Any]
    sort: str
    order: str


@dataclass(frozen=True)
class Page:
    """Some rows, each with what is withheld of its first fact; how many there are in all, if that was asked for."""

    rows: Sequence[tuple[Row[Any], dict[str, str]]]
    following: Place | None
    """After which row the next page begins; None on the last page."""
    total: int | None


def page(reading: Engine, wanted: Wanted, *, after: Place | None, most: int, count: bool = False) -> Page:
    """Read a page of at most so many incidents: the first one, or what comes after a place."""
    condition = _condition(wanted)
    key = _key(wanted)
    beyond = true() if after is None else _beyond(wanted, key, after)
    query = select(*_SHOWN).where(condition, beyond).order_by(*_ordered(wanted, key)).limit(most + 1)
    with reading.connect() as connection:
        found = connection.execute(query).all()
        total = connection.scalar(select(func.count()).where(condition)) if count else None
        shown = found[:most]
        return Page(
            _with_hidden(shown, wanted.viewers, connection),
            _place(shown[-1], wanted) if len(found) > most else None,
            total,
        )


def _condition(wanted: Wanted) -> ColumnElement[bool]:
    text = wanted.values.get("text")

    def for_one(viewer: Viewer, partnerships: Sequence[str] | None) -> ColumnElement[bool]:
        here = exists_for(viewer)
        return here if text is None else and_(here, says(text, viewer, partnerships))

    asked = (_FILTERS[name](value) for name, value in wanted.values.items() if name in _FILTERS)
    return and_(for_each(wanted.viewers, _rows.partnership, for_one), *asked)


def _key(wanted: Wanted) -> ColumnElement[Any]:
    if wanted.sort == "severity":
        return -_rows.severity_rank  # the worst is the highest
    if wanted.sort == "next_due_at":
        return func.coalesce(_rows.next_due_at, _NEVER[wanted.order])
    return _rows[wanted.sort]


def _ordered(wanted: Wanted, key: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    by = [key, _rows.number]
    return by if wanted.order == ASCENDING else [each.desc() for each in by]


def _beyond(wanted: Wanted, key: ColumnElement[Any], after: Place) -> ColumnElement[bool]:
    place = tuple_(_NEVER[wanted.order] if after[0] is None else after[0], after[1])
    here = tuple_(key, _rows.number)
    return here > place if wanted.order == ASCENDING else here < place


def _place(row: Row[Any], wanted: Wanted) -> Place:
    return (-row.severity_rank if wanted.sort == "severity" else row._mapping[wanted.sort]), row.number  # noqa: SLF001 - as above


def _with_hidden(
    rows: Sequence[Row[Any]], viewers: Mapping[str, Viewer] | None, connection: Connection
) -> list[tuple[Row[Any], dict[str, str]]]:
    restricted = of_firsts([row.stream for row in rows], connection)
    each = ((row, EVERYTHING if viewers is None else viewers[row.partnership]) for row in rows)
    return [(row, hides(restricted.get(row.stream, {}), viewer)) for row, viewer in each]


def _among(clocks: ColumnElement[Any], which: str) -> ColumnElement[bool]:
    """Whether any clock (`true`), none (`false`), or a certain one is among those of a column."""
    if which in {TRUE, FALSE}:
        return (func.cardinality(clocks) > 0) == (which == TRUE)
    return clocks.any_() == which
