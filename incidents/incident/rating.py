"""How bad an incident is: assessed by the agreement, set by whoever may, disputed by whoever may not.

A severity that a party may not set by itself becomes a claim (see claiming.py), unless the agreement leaves it no say.
Without powers in the agreement everybody sets severities; the operator always does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from eventsourcing.domain import event

from incidents import happenings, refusals
from incidents.errors import InvalidField
from incidents.incident.claiming import Claiming
from incidents.incident.claims import DOWNGRADE, SEVERITY
from incidents.terms import Assessment, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection

    from incidents.incident.base import Said
    from incidents.terms import SeverityRoute, Terms


class Rated(Claiming):
    """The severity of an incident, and the assessment behind it."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    Classified = happenings.Classified

    # --- what may be asked -------------------------------------------------------------------------------------------

    impact: str | None
    urgency: str | None
    users_affected_pct: int | None
    flags: list[str]

    def classify(self, assessment: Assessment, terms: Terms, **said: Unpack[Said]) -> None:
        """Assess it again; a severity that the party may not set is claimed, and the one that stands stays until then.

        NotActive; InvalidField; NotYourSeverity; SeverityDisputed.
        """
        self._must_be_active()
        verdict = terms.classify(assessment, self.service)
        route = self._route(verdict.severity, terms, said)
        if route is None:
            self._classify(assessment, verdict, said)
            return
        because = f"{verdict.because}: {verdict.severity} is proposed"
        self._classify(assessment, Verdict(self.severity, because), said)
        self._seek(verdict.severity, route, f"Assessed as {verdict.severity}.", said)

    def change_severity(self, severity: str, reason: str, terms: Terms, **said: Unpack[Said]) -> None:
        """Set another severity, or claim one that the party may not set.

        NotActive; SameSeverity; InvalidField; NotYourSeverity; SeverityDisputed.
        """
        route = self._another(severity, terms, said)
        if route is None:
            self.trigger_event(self.SeverityChanged, severity=severity, reason=reason, **said)
        else:
            self._seek(severity, route, reason, said)

    def dispute_severity(self, severity: str, reason: str, terms: Terms, **said: Unpack[Said]) -> None:
        """Propose another severity to whoever settles disputes about it.

        As change_severity; NotClaimable where there is nothing to settle, because the party may set it itself.
        """
        route = self._another(severity, terms, said)
        if route is None:
            raise refusals.NotClaimable("Nobody needs to settle that: your party may change the severity itself.")
        self._seek(severity, route, reason, said)

    def flag(self, add: Collection[str], remove: Collection[str], terms: Terms, **said: Unpack[Said]) -> None:
        """Say what else is so, or is not: floors of the agreement act upon flags at once.

        A severity gets no milder by it, unless the party could have set that. NotActive; InvalidField; SameFlags.
        """
        self._must_be_active()
        if set(add) & set(remove):
            raise InvalidField("remove", "A flag cannot be added and removed at once.")
        flags = tuple(sorted((set(self.flags) | set(add)) - set(remove)))
        if list(flags) == sorted(self.flags):
            raise refusals.SameFlags
        assessment = Assessment(self.impact, self.urgency, self.users_affected_pct, flags)
        as_it_stands = terms.classify(replace(assessment, severity=self.severity), self.service)
        by_rule = terms.classify(assessment, self.service) if self._stands_by_rule(terms) else as_it_stands
        allowed = not self._is_milder(by_rule.severity, terms) or self._may_set(by_rule.severity, terms, said)
        self._classify(assessment, by_rule if allowed else as_it_stands, said)

    def _another(self, severity: str, terms: Terms, said: Said) -> SeverityRoute | None:
        self._must_be_active()
        terms.check_severity(severity)
        if severity == self.severity:
            raise refusals.SameSeverity
        return self._route(severity, terms, said)

    def _route(self, severity: str, terms: Terms, said: Said) -> SeverityRoute | None:
        """Find how it may come about; what is imported has happened elsewhere, by whatever rules hold there."""
        if severity == self.severity or self.imported:
            return None
        for claim in self.open_claims:
            if claim.kind in {SEVERITY, DOWNGRADE}:
                raise refusals.SeverityDisputed(claim=claim.number)
        return terms.severity_route(said.get("for_party"), self.severity, severity, said["at"])

    def _seek(self, severity: str, route: SeverityRoute, reason: str, said: Said) -> None:
        about = {"standing": self.severity, "meanwhile": route.meanwhile}
        self._make(route.kind, severity, route.mandate, reason, said, **about)
        number, meanwhile = self.version, route.meanwhile
        if meanwhile != self.severity:
            why = f"Until claim {number} is decided."
            self.trigger_event(self.SeverityChanged, severity=meanwhile, reason=why, claim=number, **said)

    def _stands_by_rule(self, terms: Terms) -> bool:
        """Whether the severity is the one that the assessment gives, and nobody has set another since."""
        if self.impact is None:
            return False
        assessment = Assessment(self.impact, self.urgency, self.users_affected_pct, tuple(self.flags))
        return terms.classify(assessment, self.service).severity == self.severity

    def _is_milder(self, severity: str, terms: Terms) -> bool:
        return terms.severities.index(severity) > terms.severities.index(self.severity)

    def _may_set(self, severity: str, terms: Terms, said: Said) -> bool:
        try:
            return self._route(severity, terms, said) is None
        except (refusals.NotYourSeverity, refusals.SeverityDisputed):
            return False

    def _classify(self, assessment: Assessment, verdict: Verdict, said: Said) -> None:
        self.trigger_event(
            self.Classified,
            impact=assessment.impact,
            urgency=assessment.urgency,
            users_affected_pct=assessment.users_affected_pct,
            flags=sorted(assessment.flags),
            severity=verdict.severity,
            because=verdict.because,
            **said,
        )

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(happenings.Classified)
    def _classified(
        self, impact: str | None, urgency: str | None, users_affected_pct: int | None, flags: list[str], severity: str
    ) -> None:
        self._assess(impact, urgency, users_affected_pct, flags, severity)

    def _assess(
        self, impact: str | None, urgency: str | None, users_affected_pct: int | None, flags: list[str], severity: str
    ) -> None:
        self.impact, self.urgency = impact, urgency
        self.users_affected_pct, self.flags = users_affected_pct, flags
        self.severity = severity
