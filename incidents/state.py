"""What stands of an incident at one version, and what changed from one version to another. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from incidents.ledger.leaf import Json, plain
from incidents.ledger.sealing import Hidden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.incident import Incident
    from incidents.incident.aware import Filing
    from incidents.incident.claims import Claim
    from incidents.incident.responding import Request

FIELDS = (
    "title",
    "description",
    "service",
    "agreement_version",
    "impact",
    "urgency",
    "users_affected_pct",
    "flags",
    "severity",
    "status",
    "acknowledged_by",
    "acknowledged_at",
    "mitigated_at",
    "resolved_at",
    "closed_at",
    "duplicate_of",
    "duplicates",
    "parent",
    "children",
    "visible_to",
    "breached",
)
_LISTS = ("acknowledgements", "roles", "responders", "pauses", "claims", "filings")
State = dict[str, Json]


@dataclass(frozen=True)
class Change:
    """A field that is not what it was: before and after, as JSON."""

    field: str
    before: Json
    after: Json


def state_of(incident: Incident | None) -> State:
    """Give what stands, as JSON; what is hidden is None, and so is everything before the first fact."""
    if incident is None:
        return dict.fromkeys((*FIELDS, *_LISTS))
    standing: State = {name: _json(getattr(incident, name)) for name in FIELDS}
    standing["acknowledgements"] = _json(acknowledgements(incident))
    standing["roles"] = [
        {"role": role, "party": party, "assignee": _json(assignee)}
        for (role, party), assignees in sorted(incident.roles.items())
        for assignee in assignees
    ]
    standing["responders"] = [
        {name: _json(value) for name, value in request_in_brief(request).items()}
        for request in incident.requests.values()
    ]
    standing["pauses"] = [{"reason": reason, "since": plain(since)} for reason, since in incident.pauses.items()]
    standing["claims"] = _json([claim_in_brief(claim) for claim in incident.open_claims])
    standing["filings"] = _json([filing_in_brief(filing) for filing in incident.filings.values()])
    return standing


def acknowledgements(incident: Incident) -> list[dict[str, Any]]:
    """Give who has it in hand for each side, and until when that one snoozes; the side that all share is None."""
    return [
        {
            "side": side,
            "acknowledged_by": taken.by,
            "acknowledged_at": taken.at,
            "snoozed_until": incident.snoozed.get(side),
        }
        for side, taken in incident.taken.items()
    ]


def request_in_brief(request: Request) -> dict[str, Any]:
    """Give who was asked to come, by whom, and what they answered; none of the words."""
    known = ("whom", "asked_by", "asked_at", "answer", "answered_by", "answered_at")
    return {"request": request.number, **{name: getattr(request, name) for name in known}}


def claim_in_brief(claim: Claim) -> dict[str, Any]:
    """Give what an open claim asks, of whom, and until when; none of its words."""
    return {name: getattr(claim, name) for name in ("number", "kind", "name", "body", "due_at")}


def filing_in_brief(filing: Filing) -> dict[str, Any]:
    """Give what was filed and how far that has come; none of its words."""
    known = ("number", "notification", "complete", "acknowledged_at")
    return {"filed_at": filing.at, **{name: getattr(filing, name) for name in known}}


def changes(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[Change, ...]:
    """Give the fields in which two states differ."""
    return tuple(Change(name, before[name], after[name]) for name in after if before[name] != after[name])


def _json(value: Any) -> Json:  # noqa: ANN401 - whatever an incident holds
    return None if isinstance(value, Hidden) else plain(value)
