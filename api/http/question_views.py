"""What clients see of what hangs on an incident: claims before a body, and legal filings. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incidents import happenings as h
from incidents.ledger.sealing import Hidden
from notifications.addresses import incident_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.incident import Incident
    from incidents.incident.aware import Filing
    from incidents.incident.claims import Claim


def claim_view(incident: Incident, claim: Claim) -> dict[str, Any]:
    """Show a claim as the viewer of its incident may see it."""
    evidence = list(claim.evidence)
    return {
        **{name: value for name, value in vars(claim).items() if name not in {"reason", "evidence"}},
        "state": "open" if claim.open else "decided",
        **_words({"reason": claim.reason}),
        "evidence": [None if isinstance(each, Hidden) else each for each in evidence],
        "withheld": _withheld(
            {"reason": claim.reason, **{f"evidence.{nth}": each for nth, each in enumerate(evidence)}}
        ),
        "links": _links(incident, "claims", claim.number),
    }


def filing_view(incident: Incident, filing: Filing) -> dict[str, Any]:
    """Show a legal filing with what was added to it, as the viewer of its incident may see it."""
    made = next(fact for fact in incident.history if fact.originator_version == filing.number)
    words = {name: vars(made)[name] for name in ("reference", "reasons", "evidence")}
    amended = [fact for fact in incident.history if isinstance(fact, h.FilingAmended) and fact.filing == filing.number]
    added = {
        f"amendments.{nth}.{name}": vars(fact)[name]
        for nth, fact in enumerate(amended)
        for name in ("text", "evidence")
    }
    state = "amended" if amended else "submitted" if filing.acknowledged_at is None else "acknowledged"
    return {
        **vars(filing),
        "state": state,
        "submitted_at": filing.at,
        **_words(words),
        "amendments": [{"at": fact.at, **_words({"text": fact.text, "evidence": fact.evidence})} for fact in amended],
        "withheld": _withheld(words | added),
        "links": _links(incident, "filings", filing.number),
    }


def _words(values: Mapping[str, object]) -> dict[str, object]:
    return {name: None if isinstance(value, Hidden) else value for name, value in values.items()}


def _withheld(values: Mapping[str, object]) -> dict[str, str]:
    return {name: value.why for name, value in values.items() if isinstance(value, Hidden)}


def _links(incident: Incident, collection: str, number: int) -> dict[str, str]:
    address = incident_address(incident.public_id)
    return {
        "self": f"{address}/{collection}/{number}",
        "incident": address,
        "entry": f"{address}/timeline/{number}",
    }
