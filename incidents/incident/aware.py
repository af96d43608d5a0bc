"""What the law wants known: who became aware when, and what was filed (agreement: notifications; clock rule 12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime  # noqa: TC003 - the library reads the annotations of what changes at run time
from typing import TYPE_CHECKING, Unpack

from eventsourcing.domain import event

from incidents import happenings, refusals
from incidents.errors import InvalidField
from incidents.incident.base import IncidentBase

if TYPE_CHECKING:
    from incidents.incident.base import Said
    from incidents.ledger.sealing import Hidden
    from incidents.terms import LegalDuty, Terms


@dataclass(frozen=True)
class Filing:
    """A legal notification that was made. Its number is the version of the fact that made it."""

    number: int
    notification: str
    party: str | None
    at: datetime
    complete: bool
    reference: str | Hidden | None
    acknowledged_at: datetime | None = None


@dataclass(frozen=True)
class FilingMade:
    """What is filed: for which notification, whether all of it, under which reference; why late, and what shows it."""

    notification: str
    complete: bool = True
    reference: str | None = None
    reasons: str | None = None
    evidence: str | None = None


class LegallyBound(IncidentBase):
    """What parties knew, and what they told whom the law names. None of it asks whether the incident is over."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    Event = happenings.IncidentEvent
    BecameAware = happenings.BecameAware
    FilingSubmitted = happenings.FilingSubmitted
    FilingAcknowledged = happenings.FilingAcknowledged
    FilingAmended = happenings.FilingAmended

    # --- what may be asked -------------------------------------------------------------------------------------------

    aware: dict[str, datetime]
    """When each party became aware, as far as it has said so."""
    filings: dict[int, Filing]
    """All that were made, by number."""

    def become_aware(self, party: str, terms: Terms, **said: Unpack[Said]) -> None:
        """Say when a party came to know of it: `at`, which may lie before the report.

        Withdrawn; InvalidField; NotYourAwareness; AlreadyAware.
        """
        self._must_not_be_withdrawn()
        terms.check_party(party)
        if said.get("for_party") != party:
            raise refusals.NotYourAwareness
        if party in self.aware:
            raise refusals.AlreadyAware(at=self.aware[party].isoformat())
        self.trigger_event(self.BecameAware, party=party, **said)

    def file(self, made: FilingMade, terms: Terms, **said: Unpack[Said]) -> None:
        """Record a notification, whole or in a first phase.

        Withdrawn; InvalidField; NotYourDuty; NotAware; AlreadyFiled.
        """
        self._must_not_be_withdrawn()
        duty = terms.legal_duty(made.notification)
        _must_be_owed_by(duty, said)
        known = self._known_since(duty)
        earlier = [filing for filing in self.filings.values() if filing.notification == duty.id]
        if any(filing.complete for filing in earlier):
            raise refusals.AlreadyFiled(filing=earlier[-1].number)
        if not made.complete and not duty.phases:
            raise InvalidField("complete", "The agreement lets this notification follow in no phases. File all of it.")
        due = known + duty.within
        if said["at"] > due and not earlier and duty.late_needs_reasons and not made.reasons:
            raise InvalidField("reasons", f"It was due at {due.isoformat()}. Say why it is late.")
        self.trigger_event(self.FilingSubmitted, **vars(made), **said)

    def acknowledge_filing(self, number: int, reference: str | None, **said: Unpack[Said]) -> None:
        """Say that whoever was notified confirmed it. Withdrawn; InvalidField; FilingConfirmed."""
        self._must_not_be_withdrawn()
        if self._filing(number).acknowledged_at is not None:
            raise refusals.FilingConfirmed
        self.trigger_event(self.FilingAcknowledged, filing=number, reference=reference, **said)

    def amend_filing(
        self,
        number: int,
        text: str,
        evidence: str | None,
        terms: Terms,
        *,
        complete: bool,
        **said: Unpack[Said],
    ) -> None:
        """Add to a filing, or put it right; what was complete stays so. Withdrawn; InvalidField; NotYourDuty."""
        self._must_not_be_withdrawn()
        filing = self._filing(number)
        _must_be_owed_by(terms.legal_duty(filing.notification), said)
        complete = complete or filing.complete
        self.trigger_event(self.FilingAmended, filing=number, complete=complete, text=text, evidence=evidence, **said)

    def _known_since(self, duty: LegalDuty) -> datetime:
        """Give since when those who owe it know: as they said, or were told by another filing. NotAware."""
        said = [self.aware[party] for party in duty.owed_by if party in self.aware]
        told = [filing.at for filing in self.filings.values() if filing.notification in duty.told_by]
        if not said and not told:
            raise refusals.NotAware(parties=sorted(duty.owed_by))
        return min(said + told)

    def _filing(self, number: int) -> Filing:
        if number not in self.filings:
            raise InvalidField("filing", "There is no such filing on this incident. Give the number of one.")
        return self.filings[number]

    # --- what changes ------------------------------------------------------------------------------------------------

    def _begin_duties(self) -> None:
        self.aware = {}
        self.filings = {}

    @event(happenings.BecameAware)
    def _became_aware(self, party: str, at: datetime) -> None:
        self.aware[party] = at

    @event(happenings.FilingSubmitted)
    def _filing_submitted(
        self,
        notification: str,
        complete: bool,  # noqa: FBT001 - a field of the fact
        reference: str | Hidden | None,
        for_party: str | None,
        at: datetime,
        originator_version: int,
    ) -> None:
        number = originator_version
        self.filings[number] = Filing(number, notification, for_party, at, complete, reference)

    @event(happenings.FilingAcknowledged)
    def _filing_acknowledged(self, filing: int, at: datetime) -> None:
        if this := self.filings.get(filing):
            self.filings[filing] = replace(this, acknowledged_at=at)

    @event(happenings.FilingAmended)
    def _filing_amended(self, filing: int, complete: bool) -> None:  # noqa: FBT001 - a field of the fact
        if this := self.filings.get(filing):
            self.filings[filing] = replace(this, complete=complete)


def _must_be_owed_by(duty: LegalDuty, said: Said) -> None:
    if said.get("for_party") not in duty.owed_by:
        raise refusals.NotYourDuty(parties=sorted(duty.owed_by))
