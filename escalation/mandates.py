"""Who decides a question, and until when (agreement: governance, severity.dispute, severity.downgrade). Pure.

Where the agreement names a body for a question without saying how long it has, the claim waits, and both must agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.spans import Counted
from escalation.calendars.calendar import CalendarError
from escalation.clocks.runs import seconds
from escalation.engine.sources import instant
from incidents.incident.claims import BOTH, DOWNGRADE, ESCALATE, REFUSED, SEVERITY
from incidents.refusals import NotClaimable, NotYourSeverity
from incidents.terms import Mandate, SeverityRoute

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from escalation.agreement.model import Agreement, SeverityDispute

ANY = "any"
ANY_PARTY = "any_party"
SETTLE_SEVERITY, CONSENT_TO_DOWNGRADE = "settle_severity", "consent_to_downgrade"
HIGHER, LOWER = "higher", "lower"


@dataclass(frozen=True)
class NextBody:
    """Whom a claim goes to when a body was silent."""

    body: str
    voters: tuple[str, ...]
    due_at: datetime


def mandate(agreement: Agreement, decisions: tuple[str, ...], now: datetime, *, body: str | None = None) -> Mandate:
    """Find who decides by the first of some authorities that the agreement has.

    Args:
        agreement: The version.
        decisions: Names of authorities, the most fitting first.
        now: When the question is put.
        body: The body that decides, where the agreement names it; authorities of others are then passed over.

    Raises:
        NotClaimable: The agreement names neither such an authority nor a body.
    """
    for name in decisions:
        authority = agreement.governance.authorities.get(name)
        if authority is not None and body in {None, authority.body}:
            due_at = authority.within.end(now, agreement.tz)
            voters = agreement.voters(authority.body)
            return Mandate(name, authority.body, voters, authority.rule, due_at, authority.if_silent)
    if body is None:
        raise NotClaimable
    return Mandate(decisions[0], body, agreement.voters(body), BOTH, None, REFUSED)


def severity_route(
    agreement: Agreement, party: str | None, standing: str, wanted: str, now: datetime
) -> SeverityRoute | None:
    """Find how a party may bring about another severity: None at once, else by a dispute or with somebody's consent.

    Who is of neither side (`party` None) has no power that the agreement gives a party. NotYourSeverity.
    """
    powers = agreement.powers
    sets = powers.initial is None or party in agreement.parties_named(powers.initial.partition(".")[0])
    if not sets and not _may_propose(agreement, party):
        raise NotYourSeverity
    if not sets and powers.dispute is not None:
        return _dispute(agreement, powers.dispute, standing, wanted, now)
    scale = agreement.severity.scale
    milder = scale.index(wanted) > scale.index(standing)
    if powers.downgrade_needs is None or not milder or party in agreement.parties_named(powers.downgrade_needs):
        return None
    return _consent(agreement, powers.downgrade_needs, standing)


def next_body(
    agreement: Agreement, body: str, now: datetime, *, among: Collection[str] | None = None
) -> NextBody | None:
    """Give the next body that a silent one's claim climbs to (governance.disputes); None: there is none.

    A step that is no body, such as mediation, casts no votes here and is passed over. So is a body with a party that
    is not `among` those for whom the incident exists (None: all).
    """
    disputes = agreement.governance.disputes
    steps = disputes.steps if disputes is not None else ()
    places = [place for place, step in enumerate(steps) if step.to == body]
    for step in steps[places[0] + 1 :] if places else steps:
        voters = agreement.voters(step.to) if step.to in agreement.bodies else ()
        if voters and (among is None or set(voters) <= set(among)):
            return NextBody(step.to, voters, step.within.end(now, agreement.tz))
    return None


def _may_propose(agreement: Agreement, party: str | None) -> bool:
    proposal = agreement.powers.proposal
    return (
        party is not None
        and proposal is not None
        and (proposal == ANY_PARTY or party in agreement.parties_named(proposal))
    )


def _dispute(agreement: Agreement, rule: SeverityDispute, standing: str, wanted: str, now: datetime) -> SeverityRoute:
    """Both proposals are on record; what holds meanwhile, and if nobody decides, is one of them."""
    authority = agreement.governance.authorities.get(SETTLE_SEVERITY)
    votes, silent = (BOTH, rule.meanwhile) if authority is None else (authority.rule, authority.if_silent)
    if_silent = silent if silent == ESCALATE else _either(agreement, silent, standing, wanted)
    voters, due_at = agreement.voters(rule.decided_by), _due(agreement, rule, now)
    decides = Mandate(SETTLE_SEVERITY, rule.decided_by, voters, votes, due_at, if_silent)
    return SeverityRoute(SEVERITY, _either(agreement, rule.meanwhile, standing, wanted), decides)


def _due(agreement: Agreement, rule: SeverityDispute, now: datetime) -> datetime | None:
    """Counted time runs in the dispute's calendar; one that never opens again leaves the panel all the time."""
    if not isinstance(rule.within, Counted):
        return rule.within.end(now, agreement.tz)
    try:
        return instant(agreement.calendars[rule.calendar].add(seconds(now), rule.within.seconds))
    except CalendarError:
        return None


def _consent(agreement: Agreement, needs: str, standing: str) -> SeverityRoute:
    """The agreement gives no time for consent: until it is given, the severity stays."""
    dispute = agreement.powers.dispute
    body = dispute.decided_by if dispute is not None else needs
    voters = tuple(sorted(agreement.parties_named(needs)))
    return SeverityRoute(DOWNGRADE, standing, Mandate(CONSENT_TO_DOWNGRADE, body, voters, ANY, None, REFUSED))


def _either(agreement: Agreement, which: str, standing: str, wanted: str) -> str:
    scale = agreement.severity.scale
    if which == HIGHER:
        return min(standing, wanted, key=scale.index)
    return max(standing, wanted, key=scale.index) if which == LOWER else standing
