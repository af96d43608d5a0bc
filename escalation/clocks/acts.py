"""What each fact does to the clocks of its incident. Pure.

Moments are named as in agreements (see agreement/moments.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from escalation.clocks.building import ACKNOWLEDGED, MITIGATED, NEXT_UPDATE, RESPONDED, Builder
from escalation.clocks.demands import PUBLISHED
from escalation.clocks.grants import Grant
from escalation.clocks.pauses import Asked
from escalation.clocks.runs import seconds
from incidents import happenings as h
from incidents.incident.claims import EXCLUSION, EXTENSION, GRANTED, PAUSE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from incidents.ledger.facts import Fact

PARTNER = "partner"


class Acts:
    """Lets facts act upon a builder; `claims` are those that were made, by their numbers."""

    def __init__(self, builder: Builder, claims: Mapping[int, h.ClaimMade]) -> None:
        self.builder = builder
        self._claims = claims

    def apply(self, kind: type[Fact], fact: Fact, at: int) -> None:
        """Let one fact act at its time."""
        ACTS[kind](self, fact, at)
        self.builder.settle(at, fact.originator_version)

    def declared(self, fact: h.Declared, at: int) -> None:
        """It is reported, with its first severity and flags."""
        self.classified(fact, at)
        self.builder.reach(("reported",), at, fact.originator_version)

    def classified(self, fact: h.Declared | h.Classified, at: int) -> None:
        """Another assessment: flags call for legal clocks, and waive them."""
        self.rated(fact, at)
        self.builder.law.flagged(fact.flags, at, fact.originator_version)
        self.builder.obey(at, fact.originator_version)

    def rated(self, fact: h.Declared | h.Classified | h.SeverityChanged | h.SeveritySettled, at: int) -> None:
        """Another severity, or the same one again."""
        self.builder.rate(fact.severity, at, fact.originator_version)
        self.builder.reach(("severity_set",), at, fact.originator_version)

    def acknowledged(self, fact: h.Acknowledged, at: int) -> None:
        """Stop the question who takes it, as far as that side owes the answer."""
        of_side = self.builder.demands.of_side(fact.side)
        self.builder.reach((ACKNOWLEDGED,), at, fact.originator_version, of_side)

    def unacknowledged(self, fact: h.Unacknowledged, _: int) -> None:
        """Ask it again: a new cycle, for the first one was answered."""
        self.builder.want_again(ACKNOWLEDGED, self.builder.demands.of_side(fact.side))

    def updated(self, fact: h.UpdatePosted, at: int) -> None:
        """An update for the partner is a response, and ends an update period (clock rule 6); an internal one is not."""
        if fact.audience == PARTNER:
            self.builder.reach((RESPONDED, NEXT_UPDATE, "last_update"), at, fact.originator_version)

    def mitigated(self, fact: Fact, at: int) -> None:
        """Mitigating, too, is a response."""
        self.builder.reach((RESPONDED, MITIGATED), at, fact.originator_version)

    def resolved(self, fact: Fact, at: int) -> None:
        """It is over."""
        if not self.builder.over:
            self.builder.resolve(at, fact.originator_version)

    def reopened(self, fact: Fact, at: int) -> None:
        """It was not over."""
        self.builder.reopen(at, fact.originator_version)

    def withdrawn(self, fact: Fact, at: int) -> None:
        """It was none."""
        if not self.builder.over:
            self.builder.withdraw(at, fact.originator_version)

    def published(self, fact: Fact, at: int) -> None:
        """Its review is there."""
        self.builder.reach((PUBLISHED,), at, fact.originator_version)

    def agreed(self, fact: h.ActionAgreed, _: int) -> None:
        """An action has a clock of its own as soon as there is a target for it."""
        self.builder.agree(fact.action, fact.priority, fact.originator_version)

    def closed(self, fact: h.ActionClosed, at: int) -> None:
        """An action was carried out."""
        self.builder.close(fact.action, at, fact.originator_version)

    def came_about(self, fact: h.MilestoneReached, at: int) -> None:
        """Something came about that the agreement names; the pauses that hang on it are facts of their own."""
        self.builder.reach((fact.milestone,), at, fact.originator_version)

    def became_aware(self, fact: h.BecameAware, at: int) -> None:
        """A party came to know (clock rule 12)."""
        self.builder.law.aware(fact.party, at, fact.originator_version)
        self.builder.obey(at, fact.originator_version)

    def filed(self, fact: h.FilingSubmitted, at: int) -> None:
        """A notification was made."""
        self.builder.law.filed(fact, self.builder.demands.agreement, at)
        self.builder.obey(at, fact.originator_version)

    def amended(self, fact: h.FilingAmended, at: int) -> None:
        """A notification may now be complete."""
        self.builder.law.amended(fact, at)
        self.builder.obey(at, fact.originator_version)

    def migrated(self, fact: h.AgreementMigrated, at: int) -> None:
        """Another version of the agreement holds from now on (clock rule 3)."""
        self.builder.migrate(fact.agreement_version, at, fact.originator_version)
        self.builder.obey(at, fact.originator_version)

    def paused(self, fact: h.ClockPaused, at: int) -> None:
        """Pause for a reason; what turns out to be over by then cannot be paused."""
        if not self.builder.over:
            self._pause(fact.reason, fact.clocks, at, fact.originator_version)

    def resumed(self, fact: h.ClockResumed | h.PauseExpired, at: int) -> None:
        """End the pause of that reason; a void one was none."""
        for pause in self.builder.pauses:
            if pause.until is None and pause.reason == fact.reason:
                pause.until, pause.ended_by = at, fact.originator_version
                pause.void = bool(isinstance(fact, h.ClockResumed) and fact.void)

    def vetoed(self, fact: h.PauseVetoed, at: int) -> None:
        """Strike the pause of that reason that runs, else its last one, out: its time counts."""
        alike = [each for each in self.builder.pauses if each.reason == fact.reason]
        running = [each for each in alike if each.until is None]
        for pause in (running or alike)[-1:]:
            pause.until, pause.ended_by, pause.void = pause.until or at, fact.originator_version, True

    def decided(self, fact: h.ClaimDecided | h.ClaimLapsed, at: int) -> None:
        """What was granted holds for the time that was claimed; severities follow by facts of their own."""
        made = self._claims.get(fact.claim)
        if made is None or made.name is None or fact.outcome != GRANTED:
            return
        start = seconds(made.start or made.at)
        until = None if made.until is None else seconds(made.until)
        if made.kind == PAUSE:
            open_end = at if self.builder.over else None
            asked = self._pause(made.name, made.clocks, start, fact.originator_version)
            asked.until, asked.granted_at = open_end if until is None else until, at
        elif made.kind in {EXCLUSION, EXTENSION}:
            exclusion = self.builder.demands.agreement.exclusions.get(made.name) if made.kind == EXCLUSION else None
            if exclusion is not None or made.kind == EXTENSION:
                clocks = frozenset(made.clocks)
                self.builder.grants.append(
                    Grant(made.kind, made.name, clocks, start, until, at, fact.originator_version, exclusion)
                )

    def _pause(self, reason: str, clocks: list[str], start: int, entry: int) -> Asked:
        agreement = self.builder.demands.agreement
        rule = agreement.pauses.get(reason)
        limits_in = None if rule is None else agreement.calendars.get(rule.counts_in)
        asked = Asked(reason, frozenset(clocks), start, entry=entry, rule=rule, limits_in=limits_in)
        self.builder.pauses.append(asked)
        return asked


ACTS: dict[type[Fact], Callable[[Acts, Any, int], None]] = {
    h.Declared: Acts.declared,
    h.Classified: Acts.classified,
    h.SeverityChanged: Acts.rated,
    h.SeveritySettled: Acts.rated,
    h.Acknowledged: Acts.acknowledged,
    h.Unacknowledged: Acts.unacknowledged,
    h.UpdatePosted: Acts.updated,
    h.Mitigated: Acts.mitigated,
    h.Resolved: Acts.resolved,
    h.Reopened: Acts.reopened,
    h.Cancelled: Acts.withdrawn,
    h.MarkedDuplicate: Acts.withdrawn,
    h.ReviewPublished: Acts.published,
    h.ActionAgreed: Acts.agreed,
    h.ActionClosed: Acts.closed,
    h.MilestoneReached: Acts.came_about,
    h.BecameAware: Acts.became_aware,
    h.FilingSubmitted: Acts.filed,
    h.FilingAmended: Acts.amended,
    h.AgreementMigrated: Acts.migrated,
    h.ClockPaused: Acts.paused,
    h.ClockResumed: Acts.resumed,
    h.PauseExpired: Acts.resumed,
    h.PauseVetoed: Acts.vetoed,
    h.ClaimDecided: Acts.decided,
    h.ClaimLapsed: Acts.decided,
}
