"""Claims on an incident: questions that the agreement puts to a body, votes, and what they bring about.

A claim may concern any incident that was not withdrawn, also one that is over: what a breach is worth is decided later.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime  # noqa: TC003 - the library reads the annotations of what changes at run time
from typing import TYPE_CHECKING, Unpack

from eventsourcing.domain import event

from incidents import happenings, refusals
from incidents.errors import InvalidField
from incidents.incident.backdating import check_earlier
from incidents.incident.base import IncidentBase
from incidents.incident.claims import (
    BACKDATING,
    BLANK,
    DOWNGRADE,
    EXCLUSION,
    GRANTED,
    MOST_EVIDENCE,
    MOST_OPEN,
    PAUSE,
    REFUSED,
    SEVERITY,
    WITHDRAWN,
    Claim,
    check_near,
    check_stretch,
)

if TYPE_CHECKING:
    from incidents.incident.base import Said
    from incidents.ledger.sealing import Hidden
    from incidents.terms import ExclusionSought, Mandate, PauseSought, Terms


class Claiming(IncidentBase):
    """The claims on an incident."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    Event = happenings.IncidentEvent
    ClaimMade = happenings.ClaimMade
    VoteCast = happenings.VoteCast
    EvidenceGiven = happenings.EvidenceGiven
    ClaimDecided = happenings.ClaimDecided
    ClaimWithdrawn = happenings.ClaimWithdrawn
    ClaimEscalated = happenings.ClaimEscalated
    ClaimLapsed = happenings.ClaimLapsed
    SeveritySettled = happenings.SeveritySettled
    SeverityChanged = happenings.SeverityChanged

    # --- what may be asked -------------------------------------------------------------------------------------------

    claims: dict[int, Claim]
    """All that were ever made, by number."""

    @property
    def open_claims(self) -> list[Claim]:
        """Those that wait for their body."""
        return [claim for claim in self.claims.values() if claim.open]

    def claim_exclusion(self, sought: ExclusionSought, reason: str, terms: Terms, **said: Unpack[Said]) -> None:
        """Claim that time, or a breach, does not count. Withdrawn; InvalidField; NotClaimable; AlreadyClaimed."""
        self._must_not_be_withdrawn()
        check_stretch(sought.start, sought.until, said["at"])
        found = terms.exclusion(sought, said["at"])
        about: dict[str, object] = {"clocks": list(found.clocks), "start": sought.start, "until": found.until}
        about |= {"at_fault": sought.at_fault, "evidence": sought.evidence}
        self._make(EXCLUSION, sought.name, found.mandate, reason, said, **about)

    def claim_pause(self, sought: PauseSought, reason: str, terms: Terms, **said: Unpack[Said]) -> None:
        """Claim a pause that a body must grant, also for time that has passed.

        Withdrawn; InvalidField; NotClaimable; AlreadyClaimed.
        """
        self._must_not_be_withdrawn()
        check_stretch(sought.start, sought.until, said["at"])
        found = terms.pause_claim(sought, said["at"])
        about: dict[str, object] = {"clocks": list(found.clocks), "start": sought.start, "until": found.until}
        self._make(PAUSE, sought.name, found.mandate, reason, said, evidence=sought.evidence, **about)

    def claim_backdating(self, entry: int, was_at: datetime, reason: str, terms: Terms, **said: Unpack[Said]) -> None:
        """Claim that a fact was so earlier than it was reported to be. `entry` is its version.

        Withdrawn; InvalidField; NotClaimable; AlreadyClaimed.
        """
        self._must_not_be_withdrawn()
        check_near("start", was_at, said["at"])
        check_earlier(self, entry, was_at)
        if not terms.older_by_claim:
            raise refusals.NotClaimable("The agreement lets nobody accept an older time.")
        mandate = terms.mandate("backdate_fact", said["at"])
        self._make(BACKDATING, None, mandate, reason, said, entry=entry, start=was_at)

    def vote(self, number: int, vote: str, reason: str | None, terms: Terms, **said: Unpack[Said]) -> None:
        """Vote for a party on a claim; a vote may be changed until the claim is decided, which the last one does.

        Withdrawn; InvalidField; ClaimOver; NotAVoter.
        """
        self._must_not_be_withdrawn()
        claim = self._open_claim(number)
        if claim.due_at is not None and said["at"] >= claim.due_at:
            raise refusals.ClaimOver("The time to decide this claim has passed.")
        party = said.get("for_party")
        if party not in claim.voters:
            raise refusals.NotAVoter(voters=list(claim.voters))
        allowed = terms.severities if claim.kind == SEVERITY else (GRANTED, REFUSED)
        if vote not in allowed:
            raise InvalidField("vote", f"It must be one of: {', '.join(allowed)}.")
        self.trigger_event(self.VoteCast, claim=number, vote=vote, reason=reason, **said)
        voted = self.claims[number]
        if voted.verdict is not None:
            self._decide(voted, voted.verdict, said)

    def give_evidence(self, number: int, evidence: str, **said: Unpack[Said]) -> None:
        """Add evidence to a claim. Withdrawn; InvalidField; ClaimOver; TooMuchEvidence."""
        self._must_not_be_withdrawn()
        if len(self._open_claim(number).evidence) >= MOST_EVIDENCE:
            raise refusals.TooMuchEvidence(most=MOST_EVIDENCE)
        self.trigger_event(self.EvidenceGiven, claim=number, evidence=evidence, **said)

    def withdraw_claim(self, number: int, reason: str | None, **said: Unpack[Said]) -> None:
        """Take a claim back; in a dispute the severity that stood holds again.

        Withdrawn; InvalidField; ClaimOver; NotYourClaim.
        """
        self._must_not_be_withdrawn()
        claim = self._open_claim(number)
        if said.get("for_party") != claim.by_party:
            raise refusals.NotYourClaim
        self.trigger_event(self.ClaimWithdrawn, claim=number, reason=reason, **said)
        if claim.kind == SEVERITY and claim.standing is not None and self.severity == claim.meanwhile:
            self._take_effect(claim, claim.standing, said)

    def _make(
        self,
        kind: str,
        name: str | None,
        mandate: Mandate,
        reason: str,
        said: Said,
        **about: object,
    ) -> None:
        self._must_be_decidable(mandate)
        start = about.get("start")
        for claim in self.open_claims:
            if (claim.kind, claim.name, claim.entry, claim.start) == (kind, name, about.get("entry"), start):
                raise refusals.AlreadyClaimed(claim=claim.number)
        decides = {"decision": mandate.decision, "body": mandate.body, "voters": list(mandate.voters)}
        until = {"rule": mandate.rule, "due_at": mandate.due_at, "if_silent": mandate.if_silent}
        values = {**BLANK, **about, **decides, **until, "kind": kind, "name": name, "reason": reason, **said}
        self.trigger_event(self.ClaimMade, **values)

    def _must_be_decidable(self, mandate: Mandate) -> None:
        """Refuse what nobody may decide: a party for which the incident does not exist has no vote on it either.

        NotClaimable of another system's history; VoterCannotSee; TooManyClaims.
        """
        if self.imported:
            raise refusals.NotClaimable("This is another system's history. Claim it there.")
        if blind := [] if self.visible_to is None else sorted(set(mandate.voters) - set(self.visible_to)):
            raise refusals.VoterCannotSee(parties=blind)
        if len(self.open_claims) >= MOST_OPEN:
            raise refusals.TooManyClaims(most=MOST_OPEN)

    def _decide(self, claim: Claim, outcome: str, said: Said) -> None:
        self.trigger_event(self.ClaimDecided, claim=claim.number, outcome=outcome, **said)
        if claim.kind == SEVERITY and (claim.agreed or self.severity == claim.meanwhile):
            self._take_effect(claim, outcome, said)
        elif claim.kind == DOWNGRADE and outcome == GRANTED and claim.name is not None:
            self._take_effect(claim, claim.name, said)

    def _take_effect(self, claim: Claim, severity: str, said: Said) -> None:
        """Let a severity hold from now on; in words of our own, for the claim's may be kept from some."""
        if severity != self.severity:
            reason = f"Claim {claim.number} is over."
            self.trigger_event(self.SeverityChanged, severity=severity, reason=reason, **said)

    def _open_claim(self, number: int) -> Claim:
        claim = self.claims.get(number)
        if claim is None:
            raise InvalidField("claim", "There is no such claim on this incident. Give the number of one.")
        if not claim.open:
            raise refusals.ClaimOver(outcome=claim.outcome)
        return claim

    # --- what changes ------------------------------------------------------------------------------------------------

    def _begin_claims(self) -> None:
        self.claims = {}

    @event(happenings.ClaimMade)
    def _claim_made(
        self,
        kind: str,
        name: str | None,
        standing: str | None,
        meanwhile: str | None,
        clocks: list[str],
        entry: int | None,
        start: datetime | None,
        until: datetime | None,
        at_fault: str | None,
        decision: str,
        body: str,
        voters: list[str],
        rule: str,
        due_at: datetime | None,
        if_silent: str,
        reason: str | Hidden,
        evidence: str | Hidden | None,
        for_party: str | None,
        at: datetime,
        timestamp: datetime,
        originator_version: int,
    ) -> None:
        self.claims[originator_version] = Claim(
            number=originator_version,
            kind=kind,
            name=name,
            by_party=for_party,
            made_at=at,
            asked_at=timestamp,
            standing=standing,
            meanwhile=meanwhile,
            clocks=tuple(clocks),
            entry=entry,
            start=start,
            until=until,
            at_fault=at_fault,
            decision=decision,
            body=body,
            voters=tuple(voters),
            rule=rule,
            due_at=due_at,
            if_silent=if_silent,
            reason=reason,
            evidence=() if evidence is None else (evidence,),
        )

    @event(happenings.VoteCast)
    def _vote_cast(self, claim: int, vote: str, for_party: str) -> None:
        if this := self.claims.get(claim):
            self.claims[claim] = this.voted(for_party, vote)

    @event(happenings.EvidenceGiven)
    def _evidence_given(self, claim: int, evidence: str | Hidden) -> None:
        if this := self.claims.get(claim):
            self.claims[claim] = replace(this, evidence=(*this.evidence, evidence))

    @event(happenings.ClaimDecided)
    def _claim_decided(self, claim: int, outcome: str, at: datetime) -> None:
        self._settle_claim(claim, outcome, at)

    @event(happenings.ClaimLapsed)
    def _claim_lapsed(self, claim: int, outcome: str, at: datetime) -> None:
        self._settle_claim(claim, outcome, at)

    @event(happenings.ClaimWithdrawn)
    def _claim_withdrawn(self, claim: int, at: datetime) -> None:
        self._settle_claim(claim, WITHDRAWN, at)

    @event(happenings.ClaimEscalated)
    def _claim_escalated(
        self, claim: int, body: str, voters: list[str], due_at: datetime | None, timestamp: datetime
    ) -> None:
        if this := self.claims.get(claim):
            self.claims[claim] = replace(
                this,
                body=body,
                voters=tuple(voters),
                due_at=due_at,
                asked_at=timestamp,
                votes={},
                escalations=this.escalations + 1,
            )

    @event(happenings.SeverityChanged)
    def _severity_changed(self, severity: str) -> None:
        self.severity = severity

    @event(happenings.SeveritySettled)
    def _severity_settled(self, severity: str) -> None:
        self.severity = severity

    def _settle_claim(self, claim: int, outcome: str, at: datetime) -> None:
        if this := self.claims.get(claim):
            self.claims[claim] = replace(this, outcome=outcome, decided_at=at)
