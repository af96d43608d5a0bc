"""What may be claimed under an agreement: exclusions and pauses, within their limits (clock rules 5 and 14). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.mandates import mandate
from incidents.errors import InvalidField
from incidents.refusals import NotClaimable
from incidents.terms import Claimable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from escalation.agreement.model import Agreement, Exclusion
    from incidents.terms import ExclusionSought, Mandate

REQUIRED = "required"
"""Evidence that the agreement asks for without saying of which kind."""


def exclusion_claim(agreement: Agreement, sought: ExclusionSought, service: str | None, now: datetime) -> Claimable:
    """Check an exclusion that a party claims. InvalidField names what is wrong; NotClaimable where nothing helps."""
    rule = agreement.exclusions[sought.name]
    if rule.authority is None:
        raise NotClaimable(f"{rule.id} holds by itself when its conditions do: nobody needs to claim it.")
    if rule.services and service is not None and service not in rule.services:
        raise NotClaimable(f"{rule.id} is only for incidents of {', '.join(rule.services)}.")
    _check_fault(agreement, rule, sought.at_fault)
    if rule.evidence is not None and not sought.evidence:
        what = "" if rule.evidence == REQUIRED else f": {rule.evidence}"
        raise InvalidField("evidence", f"{rule.id} needs evidence{what}. Give it, or say where it can be read.")
    _check_window(agreement, rule, sought.start, now)
    clocks = _chosen(sought.clocks, stoppable(agreement, rule), rule.id)
    decides = mandate(agreement, (f"declare_{rule.id}", "grant_exclusion"), now, body=rule.authority)
    until = _until(agreement, rule, sought)
    if until is None and not rule.excuses:
        raise InvalidField("until", f"Say until when {rule.id} lasts. Should it last longer, claim the rest then.")
    return Claimable(clocks, until, decides)


def pause_mandate(agreement: Agreement, reason: str, clocks: Sequence[str], now: datetime) -> Mandate:
    """Find who grants a pause of clocks: the body that its reason names, else whoever may accept an older time.

    A pause of actions' clocks is an extension of actions. NotClaimable.
    """
    body = agreement.pauses[reason].authority
    per_action = all(agreement.targets[name].per_action for name in clocks)
    decisions = ("extend_action" if per_action else "grant_pause", *(() if body else ("backdate_fact",)))
    return mandate(agreement, decisions, now, body=body)


def stoppable(agreement: Agreement, rule: Exclusion) -> tuple[str, ...]:
    """Give the clocks that an exclusion concerns: a clock that cannot be paused cannot be stopped by it either."""
    named = rule.targets or tuple(agreement.targets)
    return tuple(name for name in named if rule.excuses or agreement.targets[name].pausable)


def _check_fault(agreement: Agreement, rule: Exclusion, at_fault: str | None) -> None:
    """Nobody is excused by the failure of those who supply them."""
    if at_fault is None:
        return
    if at_fault not in agreement.parties:
        known = ", ".join(agreement.parties)
        raise InvalidField("at_fault", f"It must be one of: {known}; or leave it out if it was none of them.")
    if rule.unless_supplier_of is not None and _supplies(agreement, at_fault, rule.unless_supplier_of):
        raise NotClaimable(f"{at_fault} supplies the {rule.unless_supplier_of}, who answers for it.")


def _supplies(agreement: Agreement, party: str, whom: str) -> bool:
    supplied = agreement.parties_named(whom)
    by_service = any(
        service.provided_by == party and supplied & set(service.used_by) for service in agreement.services.values()
    )
    return by_service or agreement.parties[party].to in supplied


def _check_window(agreement: Agreement, rule: Exclusion, start: datetime, now: datetime) -> None:
    for span in (rule.notify_within, rule.claim_within):
        if span is not None and now > (last := span.end(start, agreement.tz)):
            raise InvalidField(
                "start", f"It is too late to claim that: {rule.id} had to be claimed by {last:%Y-%m-%d %H:%M %Z}."
            )


def _until(agreement: Agreement, rule: Exclusion, sought: ExclusionSought) -> datetime | None:
    """Without an end in sight it lasts as long as it may at most."""
    if rule.longest is None:
        return sought.until
    last = rule.longest.end(sought.start, agreement.tz)
    if sought.until is not None and sought.until > last:
        raise InvalidField("until", f"{rule.id} may last until {last:%Y-%m-%d %H:%M %Z} at most.")
    return sought.until or last


def _chosen(asked: tuple[str, ...] | None, allowed: Sequence[str], name: str) -> tuple[str, ...]:
    if asked == () or not allowed:
        raise InvalidField("clocks", f"It would concern no clock. Leave it out for all that {name} concerns.")
    for clock in asked or ():
        if clock not in allowed:
            raise InvalidField("clocks", f"{name} does not concern {clock}. Choose among: {', '.join(allowed)}.")
    return tuple(allowed) if asked is None else asked
