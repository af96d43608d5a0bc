"""Older times that a body accepted: what an incident says of itself follows them (clock rule 13). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents import happenings as h
from incidents.incident.claims import BACKDATING

if TYPE_CHECKING:
    from incidents.incident import Incident
    from incidents.incident.claims import Claim

_TIMES = (
    (h.Declared, "reported_at"),
    (h.Acknowledged, "acknowledged_at"),
    (h.Mitigated, "mitigated_at"),
    (h.Resolved, "resolved_at"),
    (h.Closed, "closed_at"),
)
"""What an incident remembers the time of, as long as no later fact has taken its place."""


def accept_older_time(incident: Incident, claim: Claim | None) -> None:
    """Move the time of the fact that a claim is about, if it was granted and is about one."""
    if claim is None or claim.kind != BACKDATING or not claim.granted:
        return
    if claim.start is None or claim.entry is None or not 1 <= claim.entry <= len(incident.history):
        return
    fact = incident.history[claim.entry - 1]
    if isinstance(fact, h.BecameAware):
        incident.aware[fact.party] = claim.start
    for kind, name in _TIMES:
        if isinstance(fact, kind) and getattr(incident, name) == fact.at:
            setattr(incident, name, claim.start)
