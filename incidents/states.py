"""The state row of an incident: what lists are read from, written in each command's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.postgresql import insert as upsert

from incidents.incident import Incident
from incidents.ledger.pipeline import Write
from incidents.tables import incident_states

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from incidents.ledger.facts import Fact, Record

_insert = upsert(incident_states)
_WRITE = _insert.on_conflict_do_update(
    index_elements=[incident_states.c.stream],
    set_={column.name: _insert.excluded[column.name] for column in incident_states.c if not column.primary_key},
)


class IncidentStates:
    """One row an incident, as it stands."""

    table = incident_states
    compared = tuple(column.name for column in incident_states.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the incident's row anew."""
        if isinstance(record, Incident) and new:
            yield Write(_WRITE, [state_row(record)])


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
    }
