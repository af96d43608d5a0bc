"""Older times of facts: what may be claimed, and what an incident says once a body accepted it (clock rule 13)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from incidents import happenings as h
from incidents.errors import InvalidField
from incidents.incident.claims import BACKDATING

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.incident import Incident
    from incidents.incident.base import IncidentBase
    from incidents.incident.claims import Claim

_TIMES = (
    (h.Declared, "reported_at"),
    (h.Mitigated, "mitigated_at"),
    (h.Resolved, "resolved_at"),
    (h.Closed, "closed_at"),
)
"""What an incident remembers the time of, as long as no later fact has taken its place."""


def check_earlier(incident: IncidentBase, entry: int, at: datetime) -> None:
    """Refuse a time that is no earlier one of a fact of people, by its version. InvalidField."""
    if not 1 <= entry <= incident.version:
        raise InvalidField("entry", f"There is no such entry. Give the version of one: 1 to {incident.version}.")
    fact = incident.history[entry - 1]
    if not isinstance(fact, h.Decision):
        raise InvalidField("entry", "What the engine says has no other time. Give an entry of people.")
    if at >= fact.at:
        raise InvalidField("start", f"It must lie before the time on record, {fact.at.isoformat()}.")
    if at < incident.reported_at and not isinstance(fact, h.BecameAware | h.Declared):
        raise InvalidField("start", "It lies before the incident was reported.")


def accept_older_time(incident: Incident, claim: Claim | None) -> None:
    """Move the time of the fact that a claim is about, if it was granted and is about one."""
    if claim is None or claim.kind != BACKDATING or not claim.granted:
        return
    if claim.start is None or claim.entry is None or not 1 <= claim.entry <= len(incident.history):
        return
    fact = incident.history[claim.entry - 1]
    if isinstance(fact, h.BecameAware):
        incident.aware[fact.party] = claim.start
    if isinstance(fact, h.Acknowledged) and fact.side in incident.taken and incident.taken[fact.side].at == fact.at:
        incident.taken[fact.side] = replace(incident.taken[fact.side], at=claim.start)
    for kind, name in _TIMES:
        if isinstance(fact, kind) and getattr(incident, name) == fact.at:
            setattr(incident, name, claim.start)
