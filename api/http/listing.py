"""Lists of incidents, from their state rows: the newest first, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from incidents.tables import incident_states

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Engine

FILTERS = ("partnership", "status", "severity", "service")
_rows = incident_states.c
_PAGE = select(
    _rows.id,
    _rows.number,
    _rows.partnership,
    _rows.version,
    _rows.revision,
    _rows.agreement_version,
    _rows.title,
    _rows.service,
    _rows.severity,
    _rows.status,
    _rows.reported_at,
    _rows.acknowledged_at,
    _rows.resolved_at,
    _rows.closed_at,
).order_by(_rows.number.desc())


def page(
    reading: Engine, wanted: Mapping[str, str], *, before: int | None, most: int
) -> tuple[Sequence[Any], int | None]:
    """Read a page of the incidents that have all wanted values.

    Args:
        reading: Where from.
        wanted: A value for each of some FILTERS.
        before: Only numbers below it; None: from the newest on.
        most: How many at most.

    Returns:
        The rows, and the number before which the next page begins; None on the last page.
    """
    query = _PAGE.where(*(_rows[name] == wanted[name] for name in FILTERS if name in wanted)).limit(most + 1)
    if before is not None:
        query = query.where(_rows.number < before)
    with reading.connect() as connection:
        found = connection.execute(query).all()
    return found[:most], found[most - 1].number if len(found) > most else None
