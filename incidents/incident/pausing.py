"""Pauses of an incident's clocks, and the milestones that begin and end them by themselves (agreement: pauses)."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the library reads the annotations of what changes at run time
from typing import TYPE_CHECKING, Unpack

from eventsourcing.domain import event

from incidents import happenings, refusals
from incidents.errors import InvalidField
from incidents.incident.claiming import Claiming
from incidents.incident.claims import PAUSE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incidents.incident.base import Said
    from incidents.terms import Terms


class Pausable(Claiming):
    """What stops an incident's clocks for a while."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    ClockPaused = happenings.ClockPaused
    ClockResumed = happenings.ClockResumed
    PauseVetoed = happenings.PauseVetoed
    PauseExpired = happenings.PauseExpired
    MilestoneReached = happenings.MilestoneReached

    # --- what may be asked -------------------------------------------------------------------------------------------

    pauses: dict[str, datetime]
    """The pauses that run, by reason, each with when it began."""

    def pause(
        self,
        reason: str,
        clocks: tuple[str, ...] | None,
        note: str | None,
        terms: Terms,
        evidence: str | None = None,
        **said: Unpack[Said],
    ) -> None:
        """Stop clocks for a listed reason.

        NotActive; AlreadyPaused; InvalidField for what cannot be paused or lacks evidence; AuthorityNeeded.
        """
        self._must_be_active()
        stopped = terms.paused_by(reason, clocks)
        if reason in self.pauses:
            raise refusals.AlreadyPaused
        if not self.imported:
            self._must_be_allowed(reason, evidence, terms)
        self._pause(reason, stopped, note, evidence, said)

    def resume(self, reason: str, **said: Unpack[Said]) -> None:
        """End a pause. NotActive; NotPaused."""
        self._must_be_active()
        self._must_run(reason)
        self.trigger_event(self.ClockResumed, reason=reason, **said)

    def veto_pause(self, reason: str, why: str, terms: Terms, **said: Unpack[Said]) -> None:
        """Strike a running pause out: it ends, and its time counts. NotActive; NotPaused; NotYourVeto."""
        self._must_be_active()
        self._must_run(reason)
        vetoed_by = terms.pause_terms(reason).vetoed_by
        if not vetoed_by:
            raise refusals.NotYourVeto("The agreement lets nobody veto this pause.")
        if said.get("for_party") not in vetoed_by:
            raise refusals.NotYourVeto(parties=sorted(vetoed_by))
        self.trigger_event(self.PauseVetoed, reason=reason, why=why, **said)

    def reach_milestone(
        self, milestone: str, evidence: str | None, text: str | None, terms: Terms, **said: Unpack[Said]
    ) -> None:
        """Say that something came about: it ends and begins the pauses that the agreement hangs on it.

        Withdrawn; InvalidField for a milestone that there is not, or for lack of evidence.
        """
        self._must_not_be_withdrawn()
        turn = terms.turn(milestone)
        begun = {reason: clocks for reason, clocks in turn.begins.items() if self.active and reason not in self.pauses}
        if not self.imported:
            _must_be_evidenced(begun, evidence, terms)
        self.trigger_event(self.MilestoneReached, milestone=milestone, evidence=evidence, text=text, **said)
        for reason in turn.ends:
            if reason in self.pauses:
                void = True if reason in turn.void else None
                self.trigger_event(self.ClockResumed, reason=reason, void=void, **said)
        for reason, clocks in begun.items():
            self._pause(reason, clocks, None, evidence, said)

    def _pause(self, reason: str, clocks: tuple[str, ...], note: str | None, evidence: str | None, said: Said) -> None:
        self.trigger_event(self.ClockPaused, reason=reason, clocks=list(clocks), note=note, evidence=evidence, **said)

    def _must_be_allowed(self, reason: str, evidence: str | None, terms: Terms) -> None:
        body = terms.pause_terms(reason).granted_by
        if body is not None:
            raise refusals.AuthorityNeeded(body=body)
        _must_be_evidenced([reason], evidence, terms)

    def _must_run(self, reason: str) -> None:
        if reason not in self.pauses:
            raise refusals.NotPaused(running=sorted(self.pauses))

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(happenings.ClockPaused)
    def _clock_paused(self, reason: str, at: datetime) -> None:
        self.pauses[reason] = at

    @event(happenings.ClockResumed)
    def _clock_resumed(self, reason: str) -> None:
        self.pauses.pop(reason, None)

    @event(happenings.PauseVetoed)
    def _pause_vetoed(self, reason: str) -> None:
        self.pauses.pop(reason, None)

    @event(happenings.PauseExpired)
    def _pause_expired(self, reason: str) -> None:
        self.pauses.pop(reason, None)

    def _settle_claim(self, claim: int, outcome: str, at: datetime) -> None:
        """A pause that was granted without an end runs until somebody ends it."""
        super()._settle_claim(claim, outcome, at)
        this = self.claims.get(claim)
        if this and this.kind == PAUSE and this.granted and this.until is None and self.active:
            self.pauses.setdefault(str(this.name), this.start or at)


def _must_be_evidenced(reasons: Iterable[str], evidence: str | None, terms: Terms) -> None:
    for reason in reasons:
        wanted = terms.pause_terms(reason).evidence
        if wanted is not None and not evidence:
            raise InvalidField("evidence", f"A pause for {reason} needs evidence: {wanted}.")
