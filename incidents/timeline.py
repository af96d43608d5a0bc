"""The timeline: an incident's facts in order, for people and programs to read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents.ledger.mapper import data_of
from incidents.ledger.sealing import ERASED

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.incident import Incident
    from incidents.ledger.catalogue import Catalogue, Data


@dataclass(frozen=True)
class Entry:
    """One fact: its place in the stream, what it is, when it was so and was recorded, who says so, what it says."""

    version: int
    type: str
    at: datetime
    recorded_at: datetime
    actor: str
    data: Data
    erased: tuple[str, ...]


def timeline(incident: Incident, catalogue: Catalogue) -> list[Entry]:
    """Give an incident's facts in the order of recording. A value that was erased is None and named in `erased`."""
    entries = []
    for fact in incident.history:
        event_type = catalogue.of(type(fact))
        gone = tuple(sorted(name for name in event_type.fields if vars(fact)[name] is ERASED))
        entries.append(
            Entry(
                version=fact.originator_version,
                type=event_type.name,
                at=fact.at,
                recorded_at=fact.timestamp,
                actor=fact.by,
                data=data_of(fact, event_type),
                erased=gone,
            )
        )
    return entries
