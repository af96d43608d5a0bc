"""What clients see of an incident: its fields by the names of the API. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incidents.ledger.sealing import ERASED, Hidden
from incidents.state import acknowledgements, claim_in_brief, filing_in_brief, request_in_brief, state_of
from notifications.addresses import agreement_address, incident_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from incidents.incident import Incident

_INSTANTS = ("reported_at", "acknowledged_at", "mitigated_at", "resolved_at", "closed_at")


def incident_view(incident: Incident, numbers: Mapping[str, int]) -> dict[str, Any]:
    """Show an incident as its viewer may see it (see incidents/disclosure.py).

    `numbers` are those of the incidents that it is linked with, as far as these exist for the viewer.
    """
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
        "original": _linked(incident.duplicate_of, numbers),
        "duplicates": [_linked(each, numbers) for each in incident.duplicates if each in numbers],
        "parent": _linked(incident.parent, numbers),
        "children": [_linked(each, numbers) for each in incident.children if each in numbers],
        "withheld": withheld(incident),
        "links": _links(incident.public_id),
    }


def linked_with(incident: Incident) -> set[str]:
    """Give the incidents (public ids) that a shown incident is linked with."""
    above = {each for each in (incident.parent, incident.duplicate_of) if each is not None}
    return above | {*incident.children, *incident.duplicates}


def withheld(incident: Incident) -> dict[str, str]:
    """Name what is kept from the viewer, each with the reason."""
    found = {name: value.why for name, value in vars(incident).items() if isinstance(value, Hidden)}
    assignees = [each for holders in incident.roles.values() for each in holders]
    asked = [request.whom for request in incident.requests.values()]
    found |= _first_hidden("roles.assignee", assignees) | _first_hidden("responders.whom", asked)
    return dict(sorted(found.items()))


def _first_hidden(name: str, values: Sequence[object]) -> dict[str, str]:
    return next(({name: value.why} for value in values if isinstance(value, Hidden)), {})


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


def _linked(public_id: str | None, numbers: Mapping[str, int]) -> dict[str, Any] | None:
    if public_id is None or public_id not in numbers:
        return None
    return {"id": public_id, "number": f"INC-{numbers[public_id]}", "links": {"self": incident_address(public_id)}}


def _agreement(partnership: str, version: int) -> dict[str, Any]:
    return {"id": partnership, "version": version}


def _links(public_id: str) -> dict[str, str]:
    address = incident_address(public_id)
    return {"self": address, **{part: f"{address}/{part}" for part in ("timeline", "clocks", "ladder")}}
