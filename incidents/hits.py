"""Finding what people wrote: hits, the newest first, each with a part of the text as its reader may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select, tuple_

from incidents.disclosure import EVERYTHING, Viewer, shown
from incidents.restrictions import for_each
from incidents.search import disclosed_text, matches
from incidents.snippet import snippet
from incidents.tables import incident_states, search_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row, Select

    from incidents.incident import Incident
    from incidents.ledger.ledger import Ledger
    from incidents.terms import Agreements

_texts = search_texts.c
_PLACE = (_texts.recorded_at, _texts.stream, _texts.version, _texts.field)
_FOUND: Select[Any] = (
    select(*_PLACE, _texts.partnership, incident_states.c.id, incident_states.c.number)
    .join_from(search_texts, incident_states, incident_states.c.stream == _texts.stream)
    .order_by(*(column.desc() for column in _PLACE))
)

Place = tuple["datetime", str, int, str]
"""Where a hit stands among the others: when its fact was recorded, its stream, version and field."""


@dataclass(frozen=True)
class Hit:
    """A text that has what was searched for: the incident, fact and field that it stands in, and a part of it."""

    partnership: str
    incident: str
    number: int
    version: int
    type: str
    field: str
    recorded_at: datetime
    snippet: str


class Search:
    """Finds texts for viewers. It follows the record at a short distance."""

    def __init__(self, ledger: Ledger, agreements: Agreements) -> None:
        """Take the ledger, and where terms are found."""
        self._ledger = ledger
        self._agreements = agreements

    def page(
        self, query: str, viewers: Mapping[str, Viewer] | None, *, after: Place | None, most: int
    ) -> tuple[list[Hit], Place | None]:
        """Read a page of hits, and the place after which the next one begins; None on the last page.

        Args:
            query: As people write it in search engines: words, "a phrase", or, -without.
            viewers: As whom the reader reads each partnership to search in; None: everything, everywhere.
            after: The place that the page before gave; None: from the newest on.
            most: How many at most; a page may have fewer, and not be the last.
        """
        within = for_each(viewers, _texts.partnership, lambda viewer, _: disclosed_text(viewer))
        asked = _FOUND.where(matches(query), within).limit(most + 1)
        if after is not None:
            asked = asked.where(tuple_(*_PLACE) < tuple_(*after))
        with self._ledger.recorder.reading.connect() as connection:
            found = connection.execute(asked).all()
            hits = self._shown(found[:most], query, viewers, connection)
        return hits, _place(found[most - 1]) if len(found) > most else None

    def _shown(
        self, rows: Sequence[Row[Any]], query: str, viewers: Mapping[str, Viewer] | None, connection: Connection
    ) -> list[Hit]:
        """Read the texts from the ledger, as the reader may see them; what they may not see is left out."""
        records = self._ledger.get_many(sorted({row.stream for row in rows}), connection)
        seen: dict[str, Incident | None] = {}
        for stream, record in records.items():
            incident = cast("Incident", record)
            viewer = EVERYTHING if viewers is None else viewers[incident.partnership]
            terms = self._agreements.pinned(incident.partnership, incident.agreement_version)
            seen[stream] = shown(incident, viewer, terms)
        hits = (self._hit(row, seen[row.stream], query) for row in rows)
        return [hit for hit in hits if hit is not None]

    def _hit(self, row: Row[Any], incident: Incident | None, query: str) -> Hit | None:
        fact = None if incident is None else incident.history[row.version - 1]
        text = None if fact is None else vars(fact).get(row.field)
        if fact is None or not isinstance(text, str):
            return None  # withheld or erased since its words were looked up
        return Hit(
            partnership=row.partnership,
            incident=row.id,
            number=row.number,
            version=row.version,
            type=self._ledger.catalogue.of(type(fact)).name,
            field=row.field,
            recorded_at=row.recorded_at,
            snippet=snippet(text, query),
        )


def _place(row: Row[Any]) -> Place:
    return row.recorded_at, row.stream, row.version, row.field
