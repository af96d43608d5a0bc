"""Facts that page people: whom each lists, and whose answer it waits for. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from escalation.agreement.model import OWN
from escalation.engine.asking import ASKED
from escalation.engine.claims_owed import asked_in
from incidents import happenings as h

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement
    from incidents.incident import Incident
    from incidents.ledger.facts import Fact
    from incidents.ledger.sealing import Hidden

Paging = h.RungFired | h.RungSkipped | h.LadderExhausted
"""Facts that list pages."""

Request = h.Reassigned | h.ResponderAsked
"""Facts that ask somebody by name."""


def pages_in(fact: Paging) -> list[dict[str, Any]]:
    """Give the pages that a fact lists (see happenings.RungFired)."""
    return fact.pages or []


def page_of(delivery: str, fact: Fact) -> dict[str, Any] | None:
    """Give the page of a delivery in the fact that caused it; None: it is an announcement, which has none."""
    pages = pages_in(fact) if isinstance(fact, Paging) else []
    return next((page for page in pages if page["delivery"] == delivery), None)


def fact_at(version: int, incident: Incident) -> Fact | None:
    """Give the fact of a version; None where the history, which is whole, has none."""
    place = version - incident.history[0].originator_version
    return incident.history[place] if 0 <= place < len(incident.history) else None


def request_of(fact: Paging, incident: Incident) -> Request | None:
    """Give the fact that asks for somebody by name, which is its cycle; None: a ladder of the agreement brought it."""
    asks = fact_at(fact.cycle, incident) if not isinstance(fact, h.LadderExhausted) and fact.ladder == ASKED else None
    return asks if isinstance(asks, Request) else None


def may_be_taken(fact: Fact, incident: Incident) -> bool:
    """Say whether acknowledging the incident answers whom a fact pages: not who is to decide, nor who is to help."""
    asks_body = isinstance(fact, h.RungFired) and asked_in(fact, incident) is not None
    return isinstance(fact, Paging) and not asks_body and not isinstance(request_of(fact, incident), h.ResponderAsked)


def side_for(party: str, incident: Incident, agreement: Agreement) -> str | None:
    """Give the side for which a party acknowledges: itself, where it has a ladder of its own; None: all others'."""
    return party if party in agreement.for_service(incident.service).sides else None


def whom_asked(fact: Paging, seen: Incident) -> str | Hidden | None:
    """Give the name of whoever was asked by name, as a reader may know it; None: it is a rung of another ladder."""
    request = request_of(fact, seen)
    if request is None:
        return None
    name: str | Hidden = request.to if isinstance(request, h.Reassigned) else request.whom
    return name


def side_of(fact: Paging, incident: Incident) -> str | None:
    """Give the side whose acknowledgement answers a page: a party with a ladder of its own; None: all others."""
    request = request_of(fact, incident)
    if isinstance(request, h.Reassigned):
        return request.side
    own, found, _ = fact.ladder.partition(OWN)
    return own if found else None
