"""The timeline: an incident's facts in order, each with what it changed, for people and programs to read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents.disclosure import why_withheld
from incidents.happenings import Decision, SystemEvent
from incidents.ledger.mapper import data_of
from incidents.ledger.sealing import Hidden
from incidents.state import Change, changes, state_of

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.incident import Incident
    from incidents.ledger.catalogue import Catalogue, Data
    from incidents.ledger.facts import Fact

OF_ORIGIN = frozenset({"for_party", "via", "visible_to"})
"""Fields that an entry shows beside its data."""


@dataclass(frozen=True)
class Entry:
    """One fact: its place in the stream, what it is, when it was so and was recorded, who says so, what it says.

    `withheld` names the fields that are kept from the reader, each with the reason.
    """

    version: int
    type: str
    at: datetime
    recorded_at: datetime
    actor: str
    party: str | None
    source: str | None
    visible_to: list[str] | None
    data: Data
    changes: tuple[Change, ...]
    withheld: dict[str, str]

    @property
    def kind(self) -> str:
        """What it is called in agreements and filters: `noted`."""
        return self.type.split(".")[1]


@dataclass(frozen=True)
class Gap:
    """A fact that is withheld as a whole: that there is one, and why; nothing else is known of it here."""

    version: int
    why: str


def timeline(incident: Incident, catalogue: Catalogue) -> list[Entry | Gap]:
    """Give a shown incident's facts in the order of recording."""
    entries: list[Entry | Gap] = []
    record, before = None, state_of(None)
    for fact in incident.history:
        record = fact.mutate(record)
        after = state_of(record)
        why = why_withheld(fact)
        told = _entry(fact, catalogue, changes(before, after)) if why is None else Gap(fact.originator_version, why)
        entries.append(told)
        before = after
    return entries


def _entry(fact: Fact, catalogue: Catalogue, changed: tuple[Change, ...]) -> Entry:
    event_type = catalogue.of(type(fact))
    decision = fact if isinstance(fact, Decision) else None
    return Entry(
        version=fact.originator_version,
        type=event_type.name,
        at=fact.at,
        recorded_at=fact.timestamp,
        actor=fact.by,
        party=decision.for_party if decision else None,
        source=_source(fact),
        visible_to=decision.visible_to if decision else None,
        data={name: value for name, value in data_of(fact, event_type).items() if name not in OF_ORIGIN},
        changes=changed,
        withheld={name: value.why for name, value in sorted(vars(fact).items()) if isinstance(value, Hidden)},
    )


def _source(fact: Fact) -> str | None:
    if isinstance(fact, SystemEvent):
        return "engine"
    return fact.via if isinstance(fact, Decision) else None
