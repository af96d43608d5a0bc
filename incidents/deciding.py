"""The use cases of what bodies decide, of what the law wants known, and of milestones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.carrying_out import decided_now, known_since
from incidents.linking import Linking

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from incidents.carrying_out import Answer, Asked
    from incidents.incident import Incident
    from incidents.incident.aware import FilingMade
    from incidents.incident.base import Said
    from incidents.terms import ExclusionSought, PauseSought, Terms


class Deciding(Linking):
    """One method a use case; claims and votes count from when they are recorded, so they take no `asked.at`."""

    def claim_exclusion(self, stream: str, sought: ExclusionSought, reason: str, asked: Asked) -> Answer:
        """Claim that time, or a breach, does not count."""
        return self._change(
            stream, asked, lambda it, terms, said: it.claim_exclusion(sought, reason, terms, **said), decided_now
        )

    def claim_pause(self, stream: str, sought: PauseSought, reason: str, asked: Asked) -> Answer:
        """Claim a pause that a body must grant."""
        return self._change(
            stream, asked, lambda it, terms, said: it.claim_pause(sought, reason, terms, **said), decided_now
        )

    def dispute_severity(self, stream: str, severity: str, reason: str, asked: Asked) -> Answer:
        """Propose another severity to whoever settles disputes about it."""
        return self._change(
            stream, asked, lambda it, terms, said: it.dispute_severity(severity, reason, terms, **said), decided_now
        )

    def claim_backdating(self, stream: str, entry: int, was_at: datetime, reason: str, asked: Asked) -> Answer:
        """Claim that a fact was so earlier than it was reported to be."""
        return self._change(
            stream,
            asked,
            lambda it, terms, said: it.claim_backdating(entry, was_at, reason, terms, **said),
            decided_now,
        )

    def extend_action(self, stream: str, action: str, until: datetime, reason: str, asked: Asked) -> Answer:
        """Claim more time for an action."""
        return self._change(
            stream, asked, lambda it, terms, said: it.extend_action(action, until, reason, terms, **said), decided_now
        )

    def vote(self, stream: str, claim: int, vote: str, reason: str | None, asked: Asked) -> Answer:
        """Vote on a claim for a party."""
        return self._change(
            stream, asked, lambda it, terms, said: it.vote(claim, vote, reason, terms, **said), decided_now
        )

    def give_evidence(self, stream: str, claim: int, evidence: str, asked: Asked) -> Answer:
        """Add evidence to a claim."""
        return self._change(stream, asked, lambda it, _, said: it.give_evidence(claim, evidence, **said), decided_now)

    def withdraw_claim(self, stream: str, claim: int, reason: str | None, asked: Asked) -> Answer:
        """Take a claim back."""
        return self._change(stream, asked, lambda it, _, said: it.withdraw_claim(claim, reason, **said), decided_now)

    def reach_milestone(
        self, stream: str, milestone: str, evidence: str | None, text: str | None, asked: Asked
    ) -> Answer:
        """Say that something came about that begins or ends pauses."""
        return self._change(
            stream, asked, lambda it, terms, said: it.reach_milestone(milestone, evidence, text, terms, **said)
        )

    def veto_pause(self, stream: str, reason: str, why: str, asked: Asked) -> Answer:
        """Strike a running pause out."""
        return self._change(stream, asked, lambda it, terms, said: it.veto_pause(reason, why, terms, **said))

    def become_aware(self, stream: str, party: str, asked: Asked) -> Answer:
        """Say when a party came to know of it: `asked.at`, which may lie before the report."""
        return self._change(stream, asked, lambda it, terms, said: it.become_aware(party, terms, **said), known_since)

    def file(self, stream: str, made: FilingMade, asked: Asked) -> Answer:
        """Record a legal notification."""
        return self._change(stream, asked, lambda it, terms, said: it.file(made, terms, **said))

    def acknowledge_filing(self, stream: str, filing: int, reference: str | None, asked: Asked) -> Answer:
        """Say that whoever was notified confirmed it."""
        return self._change(stream, asked, lambda it, _, said: it.acknowledge_filing(filing, reference, **said))

    def amend_filing(  # noqa: PLR0913 - what is added: the words, what shows it, whether all is said then
        self, stream: str, filing: int, text: str, evidence: str | None, asked: Asked, *, complete: bool
    ) -> Answer:
        """Add to a filing, or put it right."""

        def act(incident: Incident, terms: Terms, said: Said) -> None:
            incident.amend_filing(filing, text, evidence, terms, complete=complete, **said)

        return self._change(stream, asked, act)

    def flag(self, stream: str, add: Collection[str], remove: Collection[str], asked: Asked) -> Answer:
        """Say what else is so of it, or is not."""
        return self._change(stream, asked, lambda it, terms, said: it.flag(add, remove, terms, **said))

    def publish_review(self, stream: str, reference: str | None, asked: Asked) -> Answer:
        """Say that its review is there."""
        return self._change(stream, asked, lambda it, _, said: it.publish_review(reference, **said))

    def agree_action(self, stream: str, action: str, priority: str, text: str, asked: Asked) -> Answer:
        """Agree on something to be done."""
        return self._change(
            stream, asked, lambda it, terms, said: it.agree_action(action, priority, text, terms, **said)
        )

    def close_action(self, stream: str, action: str, text: str | None, asked: Asked) -> Answer:
        """Say that an action was carried out."""
        return self._change(stream, asked, lambda it, _, said: it.close_action(action, text, **said))
