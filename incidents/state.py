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
    "visible_to",
    "breached",
)
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
        return dict.fromkeys((*FIELDS, "roles", "pauses", "claims", "filings"))
    standing: State = {name: _json(getattr(incident, name)) for name in FIELDS}
    standing["roles"] = [
        {"role": role, "party": party, "assignee": _json(assignee)}
        for (role, party), assignees in sorted(incident.roles.items())
        for assignee in assignees
    ]
    standing["pauses"] = [{"reason": reason, "since": plain(since)} for reason, since in incident.pauses.items()]
    standing["claims"] = _json([claim_in_brief(claim) for claim in incident.open_claims])
    standing["filings"] = _json([filing_in_brief(filing) for filing in incident.filings.values()])
    return standing


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
