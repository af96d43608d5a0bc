"""Whether a delivery is still needed when its turn comes: state decides (convention 4). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents import happenings as h
from notifications.delivery import PAGE, TAKEN

if TYPE_CHECKING:
    from incidents.incident import Incident
    from notifications.delivery import Delivery

OVER = "over"
ACKNOWLEDGED = "acknowledged"

_ANSWERED_BY_ACKNOWLEDGING = frozenset({None, "acknowledge"})
"""The clocks whose rungs ask for nothing but an acknowledgement; None is a rung on the opening."""


def no_longer_needed(delivery: Delivery, incident: Incident) -> str | None:
    """Say why a delivery is to be withdrawn: `over` or `acknowledged`; None while it is needed.

    That somebody has taken it is always told: its recipient may be on the way.
    """
    if delivery.kind == TAKEN:
        return None
    if not incident.active:
        return OVER
    cause = cause_of(delivery, incident)
    asks_for_acknowledgement = isinstance(cause, h.RungFired) and cause.clock in _ANSWERED_BY_ACKNOWLEDGING
    if delivery.kind == PAGE and asks_for_acknowledgement and incident.acknowledged_by is not None:
        return ACKNOWLEDGED
    return None


def cause_of(delivery: Delivery, incident: Incident) -> h.IncidentEvent:
    """Find the fact that caused a delivery. LookupError where the incident has no such fact."""
    for fact in incident.history:
        if fact.originator_version == delivery.version and isinstance(fact, h.IncidentEvent):
            return fact
    message = f"{incident.id} has no fact {delivery.version}"
    raise LookupError(message)


def already_settled(delivery: Delivery, incident: Incident) -> bool:
    """Whether the record holds the delivery's outcome."""
    outcomes = (h.PageSent, h.PageFailed, h.PageWithdrawn)
    return any(isinstance(fact, outcomes) and fact.delivery == delivery.id for fact in incident.history)
