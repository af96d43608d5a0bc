"""The state row of an incident: what lists are read from, written in each command's own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy.dialects.postgresql import insert as upsert

from incidents.incident import Incident
from incidents.ledger.pipeline import Write
from incidents.tables import incident_states

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from incidents.ledger.facts import Fact, Record

_insert = upsert(incident_states)
_WRITE = _insert.on_conflict_do_update(
    index_elements=[incident_states.c.stream],
    set_={column.name: _insert.excluded[column.name] for column in incident_states.c if not column.primary_key},
)


@dataclass(frozen=True)
class Standing:
    """How an incident stands by its agreement.

    Attributes:
        concerned: The parties that provide or use its service, or one that depends on it.
        rank: The place of its severity on the agreement's scale: 0 is the worst.
        owed: The clocks that still run or are paused, by name.
        next_due_at: The earliest instant at which one of them is due, past if it is overdue; None while none can be.
    """

    concerned: tuple[str, ...]
    rank: int
    owed: tuple[str, ...]
    next_due_at: datetime | None


class Standings(Protocol):
    """Tells how incidents stand. The floor above implements it (see escalation/standing.py)."""

    def of(self, incident: Incident) -> Standing:
        """Give how an incident stands."""


class IncidentStates:
    """One row an incident, as it stands."""

    table = incident_states
    compared = tuple(column.name for column in incident_states.c)

    def __init__(self, standings: Standings) -> None:
        """Take what tells how incidents stand by their agreements."""
        self._standings = standings

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the incident's row anew."""
        if isinstance(record, Incident) and new:
            yield Write(_WRITE, [state_row(record) | _standing(record, self._standings.of(record))])


def _standing(incident: Incident, standing: Standing) -> dict[str, Any]:
    took_part = {incident.reported_for, *(party for _, party in incident.roles)} - {None}
    return {
        "severity_rank": standing.rank,
        "parties": sorted(took_part | set(standing.concerned)),
        "owed": list(standing.owed),
        "next_due_at": standing.next_due_at,
    }


def state_row(incident: Incident) -> dict[str, Any]:
    """Give the row of an incident as it stands."""
    return {
        "stream": incident.id,
        "partnership": incident.partnership,
        "id": incident.public_id,
        "number": incident.number,
        "version": incident.version,
        "revision": incident.revision,
        "agreement_version": incident.agreement_version,
        "status": incident.status,
        "severity": incident.severity,
        "service": incident.service,
        "title": incident.title if isinstance(incident.title, str) else None,
        "source": incident.source,
        "source_id": incident.source_id,
        "reported_at": incident.reported_at,
        "acknowledged_at": incident.acknowledged_at,
        "resolved_at": incident.resolved_at,
        "closed_at": incident.closed_at,
        "changed_at": incident.history[-1].timestamp,
        "visible_to": incident.visible_to,
        "breached": sorted({clock for clock, _ in incident.breached}),
    }
