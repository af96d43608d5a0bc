"""What clients see of an incident: its fields by the names of the API. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Row

    from incidents.incident import Incident

INCIDENTS = "/v1/incidents"
AGREEMENTS = "/v1/agreements"


def incident_view(incident: Incident) -> dict[str, Any]:
    """Show an incident with all that is known of it."""
    return {
        "id": incident.public_id,
        "number": incident.label,
        "partnership": incident.partnership,
        "version": incident.version,
        "revision": incident.revision,
        "agreement": _agreement(incident.partnership, incident.agreement_version),
        "title": incident.title,
        "description": incident.description,
        "service": incident.service,
        "impact": incident.impact,
        "urgency": incident.urgency,
        "severity": incident.severity,
        "users_affected_pct": incident.users_affected_pct,
        "flags": incident.flags,
        "status": incident.status,
        "reported_at": incident.reported_at,
        "acknowledged_at": incident.acknowledged_at,
        "acknowledged_by": incident.acknowledged_by,
        "mitigated_at": incident.mitigated_at,
        "resolved_at": incident.resolved_at,
        "closed_at": incident.closed_at,
        "duplicate_of": incident.duplicate_of,
        "roles": [
            {"role": role, "party": party, "assignee": assignee}
            for (role, party), assignees in sorted(incident.roles.items())
            for assignee in assignees
        ],
        "pauses": [{"reason": reason, "since": since} for reason, since in incident.pauses.items()],
        "links": _links(incident.public_id),
    }


def summary_view(row: Row[Any]) -> dict[str, Any]:
    """Show an incident's state row."""
    return {
        **row._mapping,  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
        "number": f"INC-{row.number}",
        "agreement": _agreement(row.partnership, row.agreement_version),
        "links": _links(row.id),
    }


def agreement_view(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row or an Agreement: both have these attributes
    """Show a published version without its document."""
    return {
        "partnership": row.partnership,
        "version": row.version,
        "title": row.title,
        "digest": row.digest,
        "effective_from": row.effective_from,
        "effective_to": row.effective_to,
        "links": {"self": agreement_address(row.partnership, row.version)},
    }


def incident_address(public_id: str) -> str:
    """Give an incident's address."""
    return f"{INCIDENTS}/{public_id}"


def agreement_address(partnership: str, version: int) -> str:
    """Give the address of an agreement's version."""
    return f"{AGREEMENTS}/{partnership}/{version}"


def _agreement(partnership: str, version: int) -> dict[str, Any]:
    return {"id": partnership, "version": version}


def _links(public_id: str) -> dict[str, str]:
    address = incident_address(public_id)
    return {"self": address, "timeline": f"{address}/timeline", "clocks": f"{address}/clocks"}
