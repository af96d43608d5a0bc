"""What clients see of an incident: its fields by the names of the API. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incidents.ledger.sealing import ERASED, Hidden
from incidents.state import acknowledgements, claim_in_brief, filing_in_brief, request_in_brief, state_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row

    from incidents.incident import Incident

_INSTANTS = ("reported_at", "acknowledged_at", "mitigated_at", "resolved_at", "closed_at")

INCIDENTS = "/v1/incidents"
AGREEMENTS = "/v1/agreements"


def incident_view(incident: Incident) -> dict[str, Any]:
    """Show an incident as its viewer may see it (see incidents/disclosure.py)."""
    standing = state_of(incident)
    return {
        "id": incident.public_id,
        "number": incident.label,
        "partnership": incident.partnership,
        "version": incident.version,
        "revision": incident.revision,
        "agreement": _agreement(incident.partnership, incident.agreement_version),
        **{name: getattr(incident, name) for name in _INSTANTS},
        **{name: value for name, value in standing.items() if name not in _INSTANTS},
        "acknowledgements": acknowledgements(incident),
        "responders": [_without_hidden(request_in_brief(request)) for request in incident.requests.values()],
        "pauses": [{"reason": reason, "since": since} for reason, since in incident.pauses.items()],
        "claims": [claim_in_brief(claim) for claim in incident.open_claims],
        "filings": [filing_in_brief(filing) for filing in incident.filings.values()],
        "withheld": withheld(incident),
        "links": _links(incident.public_id),
    }


def withheld(incident: Incident) -> dict[str, str]:
    """Name what is kept from the viewer, each with the reason."""
    found = {name: value.why for name, value in vars(incident).items() if isinstance(value, Hidden)}
    hidden = [each for holders in incident.roles.values() for each in holders if isinstance(each, Hidden)]
    unasked = [request.whom for request in incident.requests.values() if isinstance(request.whom, Hidden)]
    within: dict[str, list[Hidden]] = {"roles.assignee": hidden, "responders.whom": unasked}
    return dict(sorted(found.items())) | {name: values[0].why for name, values in within.items() if values}


def _without_hidden(values: dict[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(value, Hidden) else value for name, value in values.items()}


def summary_view(row: Row[Any], hidden: Mapping[str, str]) -> dict[str, Any]:
    """Show an incident's state row; `hidden` names what is withheld from the viewer of what it was declared with."""
    kept = {"title": hidden["title"]} if "title" in hidden else {"title": ERASED.why} if row.title is None else {}
    return {
        **row._mapping,  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
        "number": f"INC-{row.number}",
        "agreement": _agreement(row.partnership, row.agreement_version),
        "title": None if kept else row.title,
        "withheld": kept,
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
