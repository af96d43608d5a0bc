"""Reading who may set, dispute and lower a severity: spec.severity.set_by, .dispute, .downgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.agreement.model import SeverityDispute, SeverityPowers
from escalation.agreement.text import values

if TYPE_CHECKING:
    from escalation.agreement.sections.references import References
    from escalation.agreement.text.fields import Field, Section

ANY_PARTY = "any_party"
_MEANWHILE = ("higher", "lower", "standing")


def read_powers(severity: Section, known: References) -> SeverityPowers:
    """Read them from spec.severity; each may be left out."""
    set_by = severity.get("set_by", {}).section(("initial", "proposal"))
    initial, proposal, dispute = set_by.get("initial"), set_by.get("proposal"), severity.get("dispute")
    if dispute.given and not proposal.given and (not set_by.field.given or isinstance(set_by.field.value, dict)):
        dispute.mistake("nobody may propose another severity", "add `proposal: any_party` under `set_by`, or remove it")
    downgrade = severity.get("downgrade", {}).section(("needs_consent_of",))
    return SeverityPowers(
        initial=known.addressees.role(initial) if initial.given else None,
        proposal=_proposal(proposal, known) if proposal.given else None,
        dispute=_dispute(dispute, known) if dispute.given else None,
        downgrade_needs=known.addressees.party(downgrade.get("needs_consent_of")) or None,
    )


def _proposal(field: Field, known: References) -> str:
    return ANY_PARTY if field.value == ANY_PARTY else known.addressees.party(field)


def _dispute(field: Field, known: References) -> SeverityDispute:
    entry = field.section(("decided_by", "within", "calendar", "meanwhile"))
    return SeverityDispute(
        decided_by=known.body(entry.need("decided_by")),
        within=values.span(entry.need("within")),
        calendar=known.calendar(entry.need("calendar")),
        meanwhile=values.one_of(entry.get("meanwhile", "standing"), _MEANWHILE),
    )
