"""An agreement version as incidents ask it (implements incidents.terms.Terms)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from escalation import addressing, by_hand
from escalation.agreement.moments import MILESTONES, RELAPSE
from escalation.claimable import exclusion_claim, pause_mandate
from escalation.clocks.law import told
from escalation.mandates import mandate, severity_route
from escalation.severity import classify
from incidents.errors import InvalidField
from incidents.terms import Claimable, LegalDuty, PauseTerms, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from incidents.terms import Assessment, ExclusionSought, FieldClass, Mandate, PauseSought, SeverityRoute, Verdict


class AgreementTerms:
    """Answers what an incident needs to know of its agreement. The checks raise InvalidField."""

    def __init__(self, agreement: Agreement, service: str | None = None) -> None:
        """Take one version, or what of it holds for a service."""
        self.agreement = agreement
        self._service = service
        self.partnership = agreement.partnership
        self.version = agreement.version
        self.accept_backdated_by = timedelta(seconds=agreement.clock_rules.accept_backdated_by)
        self.older_by_claim = agreement.clock_rules.late_facts_need_authority
        self.severities = agreement.severity.scale
        self.sides = agreement.sides

    def for_service(self, service: str) -> AgreementTerms:
        """Give the terms that hold for a service."""
        return AgreementTerms(self.agreement.for_service(service), service)

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

    def check_addressee(self, field: str, name: str) -> None:
        """Refuse what names nobody whom the agreement could reach."""
        addressing.check_addressee(self.agreement, field, name)

    def parties_addressed(self, name: str) -> frozenset[str]:
        """Give the parties that an addressee's name is about."""
        return addressing.parties_addressed(self.agreement, name)

    def rung_above(
        self, severity: str, side: str | None, told: Sequence[tuple[str, int]], wanted: int | None
    ) -> tuple[str, int]:
        """Give a side's ladder and the rung of it that is wanted, or the next one up that pages. TopOfLadder."""
        ladder, rungs = self.agreement.ladder_for(severity, side)
        if wanted is not None:
            return ladder, by_hand.named(rungs, wanted)
        counting = [rung for rung in rungs if by_hand.counts(rung, severity, self._service)]
        return ladder, by_hand.above(counting, [place for name, place in told if name == ladder])

    def field_class(self, kind: str, field: str) -> FieldClass | None:
        """Give the class of a field of a kind of fact, else of the field in every kind (agreement: confidentiality)."""
        classes = self.agreement.confidentiality
        return classes.get(f"{kind}.{field}") or classes.get(field)

    def pause_terms(self, reason: str) -> PauseTerms:
        """Give what a reason to pause asks for; a reason of another version asks for nothing."""
        rule = self.agreement.pauses.get(reason)
        if rule is None:
            return PauseTerms()
        veto = frozenset() if rule.veto_by is None else self.agreement.parties_named(rule.veto_by.partition(".")[0])
        return PauseTerms(rule.evidence, rule.authority, veto)

    def turn(self, milestone: str) -> Turn:
        """Give what a milestone does to pauses; one that a body must grant begins by no milestone."""
        _one_of("milestone", milestone, MILESTONES)
        rules = self.agreement.pauses.values()
        begun = [rule.reason for rule in rules if rule.starts == milestone and rule.authority is None]
        ended = [rule for rule in rules if milestone in rule.ends]
        return Turn(
            begins={reason: clocks for reason in begun if (clocks := self._pausable_by(reason))},
            ends=tuple(rule.reason for rule in ended),
            void=frozenset(rule.reason for rule in ended if rule.relapse_counts and milestone == RELAPSE),
        )

    def severity_route(self, party: str | None, standing: str, wanted: str, at: datetime) -> SeverityRoute | None:
        """Find how a party may bring about another severity; None: by setting it. NotYourSeverity."""
        return severity_route(self.agreement, party, standing, wanted, at)

    def exclusion(self, sought: ExclusionSought, now: datetime) -> Claimable:
        """Check an exclusion that is claimed. NotClaimable."""
        _one_of("name", sought.name, self.agreement.exclusions)
        return exclusion_claim(self.agreement, sought, self._service, now)

    def pause_claim(self, sought: PauseSought, now: datetime) -> Claimable:
        """Check a pause that a body is to grant. NotClaimable."""
        _one_of("name", sought.name, self.agreement.pauses)
        clocks = self.paused_by(sought.name, sought.clocks)
        wanted = self.pause_terms(sought.name).evidence
        if wanted is not None and not sought.evidence:
            raise InvalidField("evidence", f"A pause for {sought.name} needs evidence: {wanted}.")
        return Claimable(clocks, sought.until, pause_mandate(self.agreement, sought.name, clocks, now))

    def mandate(self, decision: str, now: datetime) -> Mandate:
        """Find who decides by an authority of that name. NotClaimable."""
        return mandate(self.agreement, (decision,), now)

    def action_clocks(self, priority: str) -> tuple[str, ...]:
        """Give the clocks that an action of a priority has."""
        targets = [target for target in self.agreement.targets.values() if target.per_action]
        _one_of(
            "priority", priority, dict.fromkeys(each for target in targets for each in (*target.within, *target.by))
        )
        return tuple(target.name for target in targets if target.applies_to(priority))

    def legal_duty(self, notification: str) -> LegalDuty:
        """Give a notification that the law wants."""
        _one_of("notification", notification, self.agreement.notifications)
        rule = self.agreement.notifications[notification]
        owed_by = self.agreement.parties_named(rule.duty_of)
        others = self.agreement.notifications.values()
        return LegalDuty(
            id=rule.id,
            owed_by=owed_by,
            told_by=frozenset(each.id for each in others if owed_by & set(told(each, self.agreement))),
            within=timedelta(seconds=rule.within),
            phases=rule.phases,
            late_needs_reasons=rule.late_needs is not None,
        )

    def paused_by(self, reason: str, clocks: tuple[str, ...] | None) -> tuple[str, ...]:
        """Give the clocks that a reason stops: those asked for, else all that list it (clock rule 5)."""
        _one_of("reason", reason, self.agreement.pauses)
        allowed = self._pausable_by(reason)
        if not allowed or clocks == ():
            raise InvalidField("clocks", "It would stop no clock. Leave it out, or choose a reason that pauses one.")
        for name in clocks or ():
            _one_of("clocks", name, allowed)
        return allowed if clocks is None else clocks

    def _pausable_by(self, reason: str) -> tuple[str, ...]:
        return tuple(name for name, target in self.agreement.targets.items() if reason in target.pausable)


def _one_of(field: str, value: str, allowed: Iterable[str]) -> None:
    known = list(allowed)
    if value not in known:
        choices = ", ".join(known) or "none: the agreement lists none"
        raise InvalidField(field, f"It must be one of: {choices}.")
