"""What open claims owe: that their bodies are asked, reminded, and do not keep everybody waiting (rule `if_silent`).

They do so also when the incident is over, but not when it was withdrawn. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from escalation.clocks.runs import seconds
from escalation.crew.reaching import Calling
from escalation.engine.pages import pages_for
from escalation.mandates import next_body
from incidents.happenings import RungFired, RungSkipped
from incidents.incident import Incident
from incidents.incident.claims import ESCALATE, SEVERITY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from escalation.crew.staff import Staff
    from escalation.engine.sources import Source, Told
    from escalation.mandates import NextBody
    from incidents.incident.claims import Claim

CLAIMS = "claims"
"""The ladder on which bodies are asked; the cycle of its rungs is the claim's number, which is never 1."""
ROUNDS = 2
"""A body is asked, and reminded when half of its time has passed."""


def claims_owed(incident: Incident, agreement: Agreement, staff: Staff) -> Iterator[Source]:
    """Give what an incident's claims owe; `staff` are those whom bodies consist of."""
    if incident.withdrawn or not incident.claims:
        return
    told = _told(incident)
    for claim in incident.open_claims:
        yield Asking(incident, agreement, staff, claim, told.get(claim.number, -1))
        if claim.due_at is not None:
            yield Silence(incident, agreement, claim, seconds(claim.due_at))
            if claim.kind == SEVERITY and claim.if_silent != ESCALATE:
                yield Settlement(incident, claim, seconds(claim.due_at))
    yield from (Settlement(incident, claim, seconds(claim.asked_at)) for claim in _unsettled(incident))


def still_asked(fired: RungFired, claim: Claim) -> bool:
    """Whether a body that was asked in a round may still decide the claim."""
    return claim.open and fired.round // ROUNDS == claim.escalations


def asked_in(fired: RungFired | RungSkipped, incident: Incident) -> Claim | None:
    """Give the claim that a rung asks a body about; None: it is a rung of another ladder."""
    return incident.claims.get(fired.cycle) if fired.ladder == CLAIMS and fired.clock is None else None


@dataclass(frozen=True)
class Asking:
    """A body that is asked, and reminded. Each body has rounds of its own, however often the claim climbed before."""

    incident: Incident
    agreement: Agreement
    staff: Staff
    claim: Claim
    told: int

    def moments(self) -> Iterator[tuple[int, int]]:
        """When it was asked, and halfway to its deadline."""
        first = ROUNDS * self.claim.escalations
        asked = seconds(self.claim.asked_at)
        if first > self.told:
            yield asked, first
        if first + 1 > self.told and self.claim.due_at is not None:
            yield asked + (seconds(self.claim.due_at) - asked) // 2, first + 1

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:  # noqa: ARG002 - the port's
        """Tell who is asked; or that there was nobody to ask."""
        calling = Calling(self.agreement, self.staff, now)
        place: dict[str, Any] = {"ladder": CLAIMS, "rung": 0, "clock": None, "cycle": self.claim.number}
        values = place | {"round": which}
        pages = pages_for(calling, self.incident.id, values.values(), notify=self._members())
        if not pages:
            return Incident.RungSkipped, {**values, "why": "no_one_to_reach"}
        return Incident.RungFired, {**values, "pages": pages}

    def _members(self) -> tuple[str, ...]:
        """Those who sit in the body for a party that votes; where no body is named, all whom such a party names."""
        contacts, body = self.agreement.contacts, self.agreement.bodies.get(self.claim.body)
        members = contacts if body is None else body.members
        return tuple(each for each in members if contacts[each].party in self.claim.voters)


@dataclass(frozen=True)
class Silence:
    """A body that has not decided by its deadline: the next one is asked, or what was agreed for that case holds."""

    incident: Incident
    agreement: Agreement
    claim: Claim
    due: int

    def moments(self) -> Iterator[tuple[int, int]]:
        """Once, at the deadline."""
        yield self.due, 0

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:  # noqa: ARG002 - the port's
        """Escalate or let it lapse; the next body's time begins when it is asked."""
        number = {"claim": self.claim.number}
        climbed = self._next(now) if self.claim.if_silent == ESCALATE else None
        if climbed is None:
            return Incident.ClaimLapsed, number | {"outcome": self.claim.fallback}
        asked = {"body": climbed.body, "voters": list(climbed.voters), "due_at": climbed.due_at}
        return Incident.ClaimEscalated, number | asked

    def _next(self, now: datetime) -> NextBody | None:
        return next_body(self.agreement, self.claim.body, now, among=self.incident.visible_to)


@dataclass(frozen=True)
class Settlement:
    """A dispute that lapses, or has: its severity holds, unless another one came about since it was raised.

    Silence undoes neither a floor that a flag has called for meanwhile nor what the operator has set.
    """

    incident: Incident
    claim: Claim
    at: int

    def moments(self) -> Iterator[tuple[int, int]]:
        """Once."""
        yield self.at, 0

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:  # noqa: ARG002 - the port's
        """Settle it."""
        stands = self.incident.severity
        severity = self.claim.fallback if stands == self.claim.meanwhile else stands
        return Incident.SeveritySettled, {"claim": self.claim.number, "severity": severity}


def _unsettled(incident: Incident) -> Iterator[Claim]:
    lapsed = [fact.claim for fact in incident.history if isinstance(fact, Incident.ClaimLapsed)]
    settled = {fact.claim for fact in incident.history if isinstance(fact, Incident.SeveritySettled)}
    disputes = (incident.claims[number] for number in lapsed if number not in settled)
    return (claim for claim in disputes if claim.kind == SEVERITY)


def _told(incident: Incident) -> dict[int, int]:
    """Give the last round of each claim, also where nobody could be reached: a claim may climb to others."""
    rounds: dict[int, int] = {}
    for fact in incident.history:
        if isinstance(fact, RungFired | RungSkipped) and asked_in(fact, incident) is not None:
            rounds[fact.cycle] = fact.round
    return rounds
