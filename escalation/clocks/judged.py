"""By which severity an incident's clocks are judged: the worst that was confirmed, or the last. Pure.

Source: spec.tolerance.judged_at_severity. A severity is confirmed once it was set and nobody disputes it: while it is
disputed, and where the dispute was settled otherwise, it does not count. What held meanwhile counts not either.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from escalation.agreement.model.judgement import FINAL
from incidents import happenings as h
from incidents.incident.claims import DOWNGRADE, GRANTED, SEVERITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from incidents.incident import Incident
    from incidents.ledger.facts import Fact

_SPEAKING = (
    h.Declared,
    h.Classified,
    h.SeverityChanged,
    h.ClaimMade,
    h.ClaimDecided,
    h.ClaimLapsed,
    h.ClaimWithdrawn,
    h.SeveritySettled,
)
"""Facts that say something of one."""


def judged_severity(incident: Incident, agreement: Agreement, until: datetime | None = None) -> str:
    """Give the severity that an incident is judged at, by what was so up to an instant; None: by all.

    A dispute that began before it counts as it was settled, also after it.
    """
    return judged_among(speaking(incident.history), agreement, until)


def speaking(history: Iterable[Fact]) -> list[Fact]:
    """Give the facts that say something of a severity: most do not, and each clock that is missed asks."""
    return [fact for fact in history if _speaks(type(fact))]


@cache
def _speaks(kind: type[Fact]) -> bool:
    return issubclass(kind, _SPEAKING)


def judged_among(facts: Sequence[Fact], agreement: Agreement, until: datetime | None = None) -> str:
    """As judged_severity, of facts that were picked already."""
    scale = agreement.severity.scale
    confirmed = _confirmed(facts, scale, until)
    if agreement.tolerance.judged_at == FINAL:
        return confirmed[-1]
    return min(confirmed, key=lambda severity: scale.index(severity) if severity in scale else len(scale))


def _confirmed(facts: Sequence[Fact], scale: Sequence[str], until: datetime | None) -> list[str]:
    """Give the severities that stood undisputed, in their order: at least the one that was given at first."""
    stood: list[str] = []
    claims: dict[int, h.ClaimMade] = {}
    open_claims: set[int] = set()
    for fact in facts:
        match fact:
            case h.SeverityChanged(claim=int()):
                pass  # it holds for the time of a dispute: only its outcome is confirmed
            case h.Declared():  # also before its time on record, where a body accepted an older one
                stood.append(fact.severity)
            case h.Classified() | h.SeverityChanged() if _by(fact, until):
                stood.append(fact.severity)
            case h.ClaimMade() if fact.kind in {SEVERITY, DOWNGRADE} and _by(fact, until):
                claims[fact.originator_version] = fact
                open_claims |= {fact.originator_version} if fact.kind == SEVERITY else set()
            case h.ClaimDecided() | h.ClaimLapsed() | h.SeveritySettled() if fact.claim in claims:
                open_claims.discard(fact.claim)
                stood = _settled(stood, claims[fact.claim], fact, scale)
            case h.ClaimWithdrawn():
                open_claims.discard(fact.claim)
    disputed = {claims[claim].standing for claim in open_claims}
    return [severity for severity in stood if severity not in disputed] or stood


def _settled(
    stood: list[str], claim: h.ClaimMade, fact: h.ClaimDecided | h.ClaimLapsed | h.SeveritySettled, scale: Sequence[str]
) -> list[str]:
    """A dispute's outcome takes the place of the severity that was disputed; one to which was consented follows it."""
    outcome = fact.severity if isinstance(fact, h.SeveritySettled) else fact.outcome
    if claim.kind == DOWNGRADE:
        return [*stood, str(claim.name)] if outcome == GRANTED else stood
    if outcome not in scale:
        return stood
    return [*(severity for severity in stood if severity != claim.standing), outcome]


def _by(fact: Fact, until: datetime | None) -> bool:
    return until is None or fact.at <= until
