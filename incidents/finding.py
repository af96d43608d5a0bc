"""Finding incidents by what people call them, and what others that they name are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ARRAY, Text, bindparam, select

from incidents.carrying_out import CarryingOut
from incidents.errors import NotFound
from incidents.incident import Incident
from incidents.ledger.pipeline import fetch
from incidents.restrictions import exists_for
from incidents.tables import incident_states

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from incidents.disclosure import Viewer

MAX_NUMBER_DIGITS = 18
"""Longer ones are no bigint."""

_KNOWN = select(incident_states.c.stream, incident_states.c.visible_to)
_BY_NUMBER = _KNOWN.where(incident_states.c.number == bindparam("of"))
_BY_ID = _KNOWN.where(incident_states.c.id == bindparam("of"))
_AMONG = incident_states.c.id == bindparam("ids", type_=ARRAY(Text)).any_()
_NUMBERS = select(incident_states.c.id, incident_states.c.number).where(_AMONG)
_EXIST_FOR = select(incident_states.c.visible_to).where(_AMONG)


class Finding(CarryingOut):
    """What use cases need to know of other incidents."""

    def stream_of(self, reference: str) -> str:
        """Find an incident's stream by its id or its number (INC-1042). NotFound."""
        return self.found(reference)[0]

    def found(self, reference: str) -> tuple[str, list[str] | None]:
        """Find an incident by id or number: its stream, and the parties for whom it exists (None: all). NotFound."""
        number = reference.upper().removeprefix("INC-")
        by_number = number.isascii() and number.isdigit() and len(number) < MAX_NUMBER_DIGITS
        query, row = (_BY_NUMBER, {"of": int(number)}) if by_number else (_BY_ID, {"of": reference})
        with self.ledger.recorder.reading.connect() as connection:
            found = fetch(connection, query, row)
        if not found:
            raise NotFound
        [(stream, visible_to)] = found
        return stream, visible_to

    def get(self, stream: str, *, version: int | None = None) -> Incident:
        """Read an incident, as of a version if one is given. NotFound."""
        return self.ledger.get(Incident, stream, version=version)

    def get_all(self, partnership: str, ids: Sequence[str]) -> list[Incident]:
        """Read incidents of a partnership by their public ids, in that order."""
        if not ids:
            return []
        streams = [stream_in(partnership, each) for each in ids]
        with self.ledger.recorder.reading.connect() as connection:
            known = self.ledger.get_many(streams, connection)
        return [record for stream in streams if isinstance(record := known.get(stream), Incident)]

    def numbers_of(self, ids: Collection[str], viewer: Viewer) -> dict[str, int]:
        """Give the numbers of those of some incidents (public ids) that exist for a viewer."""
        if not ids:
            return {}
        query = _NUMBERS.where(exists_for(viewer))
        with self.ledger.recorder.reading.connect() as connection:
            return {row.id: row.number for row in connection.execute(query, {"ids": sorted(ids)})}

    def readers_of(self, ids: Collection[str]) -> list[list[str] | None]:
        """Give the parties for whom each of some incidents (public ids) exists (None: all)."""
        with self.ledger.recorder.reading.connect() as connection:
            return [row[0] for row in fetch(connection, _EXIST_FOR, {"ids": sorted(ids)})] if ids else []


def stream_in(partnership: str, public_id: str) -> str:
    """Give the stream of a partnership's incident."""
    return f"{partnership}/incident/{public_id}"
