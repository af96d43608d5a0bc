"""Whether a delivery is still needed when its turn comes: state decides (convention 4). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.clocks.course import course_of
from escalation.clocks.runs import ACKNOWLEDGES
from escalation.engine.claims_owed import asked_in, still_asked
from incidents import happenings as h
from incidents.incident.responding import ASKED as WAITING_FOR_THEM
from notifications.owed.asking import Paging, request_of, side_of
from notifications.queue.delivery import PAGE, TAKEN

if TYPE_CHECKING:
    from escalation.clocks.course import Versions
    from incidents.incident import Incident
    from incidents.ledger.facts import Fact
    from notifications.queue.delivery import Delivery

OVER = "over"
ACKNOWLEDGED = "acknowledged"
ANSWERED = "answered"
REASSIGNED = "reassigned"
ESCALATED = "escalated"


def no_longer_needed(delivery: Delivery, incident: Incident, versions: Versions) -> str | None:
    """Say why a delivery is to be withdrawn; None while it is needed.

    The words: `over`, `acknowledged`, `answered`, `reassigned`, `escalated`.
    A rung asks for what its clock measures: one of the report for its side to take it, any other for its clock to be
    stopped. Some clocks go on when the incident is over, and a body is asked as long as it may decide. That somebody
    has taken it is always told: its recipient may be on the way.
    """
    if delivery.kind == TAKEN:
        return None
    cause = cause_of(delivery, incident)
    claim = asked_in(cause, incident) if isinstance(cause, h.RungFired) else None
    if claim is not None and isinstance(cause, h.RungFired) and not incident.withdrawn:
        return None if still_asked(cause, claim) else ANSWERED
    if not incident.active:
        return _after_the_end(cause, incident, versions)
    if delivery.kind != PAGE or not isinstance(cause, Paging):
        return None
    return _answer_to(cause, incident, versions)


def _answer_to(cause: Paging, incident: Incident, versions: Versions) -> str | None:
    """Say what has answered a page; None: it waits for its answer."""
    request = request_of(cause, incident)
    if isinstance(request, h.ResponderAsked):
        found = incident.requests.get(request.originator_version)
        return None if found is None or found.answer == WAITING_FOR_THEM else ANSWERED
    clock = cause.clock if isinstance(cause, h.RungFired) else None
    if clock in {None, ACKNOWLEDGES}:
        return _taken_or_passed_on(cause, incident, passed_on=clock is None)
    return None if isinstance(cause, h.RungFired) and _still_owed(cause, incident, versions) else ANSWERED


def _taken_or_passed_on(cause: Paging, incident: Incident, *, passed_on: bool) -> str | None:
    """Say what its side did since that makes a page pointless; None: nothing.

    What ended an answer has the ladder told anew (escalation/engine/resuming.py). A person's later ways of being
    reached for the round before it would call them a second time, or for what is somebody else's by now.

    Args:
        cause: What paged.
        incident: As it stands.
        passed_on: Whether escalating and reassigning count: to a clock of the agreement they are no answer.
    """
    side = side_of(cause, incident)
    if side in incident.taken:
        return ACKNOWLEDGED
    for fact in incident.history:
        if fact.originator_version > cause.originator_version:
            match fact:
                case h.Acknowledged() if fact.side == side:
                    return ACKNOWLEDGED
                case h.Reassigned() if passed_on and fact.side == side:
                    return REASSIGNED
                case h.Escalated() if passed_on and fact.side == side:
                    return ESCALATED
    return None


def _after_the_end(cause: h.IncidentEvent, incident: Incident, versions: Versions) -> str | None:
    """What is over asks for nothing but what follows from it: the review, actions, what the law wants told."""
    owed = isinstance(cause, h.RungFired) and cause.clock is not None and _still_owed(cause, incident, versions)
    return None if owed else OVER


def _still_owed(rung: h.RungFired, incident: Incident, versions: Versions) -> bool:
    """Whether the run that a rung hung on still asks for something."""
    runs = course_of(incident, versions).runs
    return any(run.owing for run in runs if (run.name, run.cycle) == (rung.clock, rung.cycle))


def cause_of(delivery: Delivery, incident: Incident) -> h.IncidentEvent:
    """Find the fact that caused a delivery. LookupError where the incident has no such fact."""
    for fact in incident.history:
        if fact.originator_version == delivery.version and isinstance(fact, h.IncidentEvent):
            return fact
    message = f"{incident.id} has no fact {delivery.version}"
    raise LookupError(message)


def version_when(fact: Fact, incident: Incident) -> int:
    """Give the agreement version that an incident was pinned to at one of its facts: it can be moved to a later one."""
    pinned = incident.agreement_version
    for each in incident.history:
        if each.originator_version > fact.originator_version:
            break
        if isinstance(each, h.Declared | h.AgreementMigrated):
            pinned = each.agreement_version
    return pinned


def already_settled(delivery: Delivery, incident: Incident) -> bool:
    """Whether the record holds the delivery's outcome, as it was owed when it was claimed."""
    return incident.has_settled(delivery.id, delivery.owed_at)
