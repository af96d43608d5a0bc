"""An agreement version as incidents ask it (implements incidents.terms.Terms)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from escalation.severity import classify
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterable

    from escalation.agreement.model import Agreement
    from incidents.terms import Assessment, FieldClass, Verdict


class AgreementTerms:
    """Answers what an incident needs to know of its agreement. The checks raise InvalidField."""

    def __init__(self, agreement: Agreement) -> None:
        """Take one version."""
        self.agreement = agreement
        self.partnership = agreement.partnership
        self.version = agreement.version
        self.accept_backdated_by = timedelta(seconds=agreement.clock_rules.accept_backdated_by)

    def classify(self, assessment: Assessment, service: str) -> Verdict:
        """Find the severity by matrix and floors; a severity that was given stands, if no floor makes it worse."""
        return classify(self.agreement.severity, assessment, self.agreement.services[service].tier)

    def check_service(self, service: str) -> None:
        """Refuse a service that the agreement does not name."""
        _one_of("service", service, self.agreement.services)

    def check_severity(self, severity: str) -> None:
        """Refuse a severity that is not on the scale."""
        _one_of("severity", severity, self.agreement.severity.scale)

    def check_party(self, party: str) -> None:
        """Refuse a party that the agreement does not name."""
        _one_of("party", party, self.agreement.parties)

    def field_class(self, kind: str, field: str) -> FieldClass | None:
        """Give the class of a field of a kind of fact, else of the field in every kind (agreement: confidentiality)."""
        classes = self.agreement.confidentiality
        return classes.get(f"{kind}.{field}") or classes.get(field)

    def paused_by(self, reason: str, clocks: tuple[str, ...] | None) -> tuple[str, ...]:
        """Give the clocks that a reason stops: those asked for, else all that list it (clock rule 5)."""
        _one_of("reason", reason, self.agreement.pauses)
        allowed = tuple(name for name, target in self.agreement.targets.items() if reason in target.pausable)
        if not allowed or clocks == ():
            raise InvalidField("clocks", "It would stop no clock. Leave it out, or choose a reason that pauses one.")
        for name in clocks or ():
            _one_of("clocks", name, allowed)
        return allowed if clocks is None else clocks


def _one_of(field: str, value: str, allowed: Iterable[str]) -> None:
    known = list(allowed)
    if value not in known:
        choices = ", ".join(known) or "none: the agreement lists none"
        raise InvalidField(field, f"It must be one of: {choices}.")
