"""Who has an incident in hand, for how long they want no reminder, and what ends that.

An incident is in hand once for each side: for the party that has a ladder of its own (agreement: ladders.parties), and
for all others together, whose side is None. The incident's status follows the latter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Unpack

from eventsourcing.domain import event

from incidents import happenings, refusals
from incidents.errors import InvalidField
from incidents.incident.base import IncidentBase

if TYPE_CHECKING:
    from incidents.incident.base import Said
    from incidents.terms import Terms

_RUNGS = (happenings.RungFired, happenings.RungSkipped)
LONGEST_SNOOZE = timedelta(hours=24)


@dataclass(frozen=True)
class Taken:
    """An acknowledgement that stands: whose it is, and since when."""

    by: str
    at: datetime


class Answerable(IncidentBase):
    """An incident asks for somebody who takes it."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    Event = happenings.IncidentEvent
    Acknowledged = happenings.Acknowledged
    Unacknowledged = happenings.Unacknowledged
    AcknowledgementExpired = happenings.AcknowledgementExpired
    Snoozed = happenings.Snoozed
    SnoozeEnded = happenings.SnoozeEnded
    SnoozeExpired = happenings.SnoozeExpired
    Escalated = happenings.Escalated
    Reassigned = happenings.Reassigned
    LadderExhausted = happenings.LadderExhausted

    # --- what may be asked -------------------------------------------------------------------------------------------

    taken: dict[str | None, Taken]
    """The acknowledgements that stand, by side."""
    snoozed: dict[str | None, datetime]
    """Until when a side wants no reminder; only a side that has acknowledged."""

    @property
    def acknowledged_by(self) -> str | None:
        """Who has it in hand for the side that all share."""
        return self.taken[None].by if None in self.taken else None

    @property
    def acknowledged_at(self) -> datetime | None:
        """Since when they have."""
        return self.taken[None].at if None in self.taken else None

    def acknowledge(self, terms: Terms, **said: Unpack[Said]) -> None:
        """Take it, for the sender's side. NotActive; AlreadyAcknowledged."""
        self._must_be_active()
        side = side_of(said, terms)
        if side in self.taken:
            raise refusals.AlreadyAcknowledged(by=self.taken[side].by)
        self.trigger_event(self.Acknowledged, side=side, **said)

    def unacknowledge(self, reason: str | None, terms: Terms, **said: Unpack[Said]) -> None:
        """Give it back: that side's ladder goes on. NotActive; NotAcknowledged."""
        side = self._must_have_taken(said, terms)
        self.trigger_event(self.Unacknowledged, reason=reason, side=side, **said)

    def snooze(self, until: datetime, reason: str, terms: Terms, **said: Unpack[Said]) -> None:
        """Want no reminder until an instant, instead of any before. NotActive; NotAcknowledged; InvalidField."""
        side = self._must_have_taken(said, terms)
        if not said["at"] < until <= said["at"] + LONGEST_SNOOZE:
            raise InvalidField("until", "It must lie ahead, and no more than 24 hours.")
        self.trigger_event(self.Snoozed, until=until, reason=reason, side=side, **said)

    def wake(self, terms: Terms, **said: Unpack[Said]) -> None:
        """End the snooze; it is still in hand. NotActive; NotSnoozed."""
        self._must_be_active()
        side = side_of(said, terms)
        if side not in self.snoozed:
            raise refusals.NotSnoozed
        self.trigger_event(self.SnoozeEnded, side=side, **said)

    def escalate(self, rung: int | None, reason: str | None, terms: Terms, **said: Unpack[Said]) -> None:
        """Have a rung told now, the next one up if none is named; it is in that side's hand no more.

        NotActive; PagesNobody; InvalidField for a rung that pages nobody; TopOfLadder.
        """
        self._must_page()
        side = side_of(said, terms)
        ladder, above = terms.rung_above(self.severity, side, self._told, rung)
        self.trigger_event(self.Escalated, ladder=ladder, rung=above, reason=reason, side=side, **said)

    def reassign(self, to: str, reason: str | None, terms: Terms, **said: Unpack[Said]) -> None:
        """Make it somebody else's, by the name of an addressee; they are asked now.

        NotActive; PagesNobody; InvalidField for a name that is nobody's; AddresseeCannotSee.
        """
        self._must_page()
        terms.check_addressee("to", to)
        self._must_exist_for(terms.parties_addressed(to))
        self.trigger_event(self.Reassigned, to=to, reason=reason, side=side_of(said, terms), **said)

    @property
    def _told(self) -> list[tuple[str, int]]:
        """The ladders and rungs that were told, in their order."""
        return [(fact.ladder, fact.rung) for fact in self.history if isinstance(fact, _RUNGS)]

    def _must_have_taken(self, said: Said, terms: Terms) -> str | None:
        self._must_be_active()
        side = side_of(said, terms)
        if side not in self.taken:
            raise refusals.NotAcknowledged
        return side

    # --- what changes ------------------------------------------------------------------------------------------------

    def _begin_answering(self) -> None:
        self.taken, self.snoozed = {}, {}

    @event(happenings.Acknowledged)
    def _acknowledged(self, by: str, at: datetime, side: str | None) -> None:
        self.taken[side] = Taken(by, at)
        self._settle()

    @event(happenings.Unacknowledged)
    def _unacknowledged(self, side: str | None) -> None:
        self._give_up(side)

    @event(happenings.AcknowledgementExpired)
    def _acknowledgement_expired(self, side: str | None) -> None:
        self._give_up(side)

    @event(happenings.Snoozed)
    def _snoozed(self, until: datetime, side: str | None) -> None:
        self.snoozed[side] = until

    @event(happenings.SnoozeEnded)
    def _snooze_ended(self, side: str | None) -> None:
        self.snoozed.pop(side, None)

    @event(happenings.SnoozeExpired)
    def _snooze_expired(self, side: str | None) -> None:
        self._give_up(side)

    @event(happenings.Escalated)
    def _escalated(self, side: str | None) -> None:
        self._give_up(side)

    @event(happenings.Reassigned)
    def _reassigned(self, side: str | None) -> None:
        self._give_up(side)

    def _give_up(self, side: str | None) -> None:
        self.taken.pop(side, None)
        self.snoozed.pop(side, None)
        if self.active:
            self._settle()

    def _settle(self) -> None:
        """Let the status show how far an active incident has come."""
        raise NotImplementedError


def side_of(said: Said, terms: Terms) -> str | None:
    """Give the side that a sender is on: their party, if it has a ladder of its own."""
    party = said.get("for_party")
    return party if party in terms.sides else None
