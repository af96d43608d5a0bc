"""A change notice: something will be deprecated, migrated or maintained, and the other parties are told in time."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time
from typing import TYPE_CHECKING, ClassVar

from eventsourcing.domain import event

from escalation.matters.base import Matter, NotConcerned, NotYours, Over
from incidents.ledger.facts import FirstFact, FreeText

if TYPE_CHECKING:
    from escalation.engine.reminders import Reminding
    from incidents.ledger.sealing import Hidden

DEPRECATION, MIGRATION, MAINTENANCE = "deprecation", "migration", "maintenance"
KINDS = (DEPRECATION, MIGRATION, MAINTENANCE)
GIVEN, CANCELLED, COMPLETED = "given", "cancelled", "completed"
BEGINS, UNACKNOWLEDGED = "change", "acknowledgement"


class Notice(Matter):
    """A change that a party announced, and who has taken note."""

    KIND: ClassVar[str] = "notice"
    PLURAL: ClassVar[str] = "notices"

    # --- what can happen ---------------------------------------------------------------------------------------------

    class Event(Matter.Event):
        """Something that happened to a notice."""

    class Given(FirstFact):
        """A party gave notice of a change.

        Attributes:
            party: Which one.
            to: The parties that should acknowledge it.
            kind: deprecation, migration or maintenance.
            services: What is concerned.
            starts_at, ends_at: When; a deprecation has no end.
            text, rollback: What will be done, and how it is taken back if it fails.
            short_notice: Whether it came later than the agreement asks for.
            agreement_version: The version that was in force.
            tz: The zone in which days are counted.
        """

        party: str
        to: list[str]
        kind: str
        services: list[str]
        starts_at: datetime
        ends_at: datetime | None
        text: FreeText
        rollback: FreeText | None
        short_notice: bool
        agreement_version: int
        tz: str

    class Acknowledged(Event):
        """A party took note of it."""

        party: str

    class Cancelled(Event):
        """It will not be done."""

        party: str
        reason: FreeText | None

    class Completed(Event):
        """It is done."""

        party: str

    class SubjectErased(Event):
        """What people wrote in it was erased."""

    # --- what may be asked -------------------------------------------------------------------------------------------

    @property
    def awaited(self) -> list[str]:
        """The parties that have not acknowledged it."""
        return [party for party in self.to if party not in self.acknowledged]

    def subject(self, reminded: Reminding.Reminded) -> str:
        """Say what will change, without the words of people."""
        what = f"{self.kind.capitalize()} of {', '.join(self.services)}"
        if reminded.reminder.startswith(UNACKNOWLEDGED):
            return f"{what} was announced by {self.party}, and waits for your acknowledgement"
        return f"{what} begins"

    def wants(self, reminded: Reminding.Reminded) -> bool:
        """Say whether it is still to come, and still not acknowledged where that is asked for."""
        if self.stage != GIVEN:
            return False
        return not reminded.reminder.startswith(UNACKNOWLEDGED) or bool(self.awaited)

    def acknowledge(self, party: str, *, by: str, at: datetime) -> None:
        """Take note of it; twice is once. NotConcerned; Over."""
        if party not in self.to:
            raise NotConcerned
        if party not in self.acknowledged:
            self._must_be_given()
            self.trigger_event(Notice.Acknowledged, party=party, by=by, at=at)

    def cancel(self, reason: str | None, party: str, *, by: str, at: datetime) -> None:
        """Call it off. NotYours; Over."""
        self._must_be_theirs(party)
        self.trigger_event(Notice.Cancelled, party=party, reason=reason, by=by, at=at)

    def complete(self, party: str, *, by: str, at: datetime) -> None:
        """Say that it is done. NotYours; Over."""
        self._must_be_theirs(party)
        self.trigger_event(Notice.Completed, party=party, by=by, at=at)

    def forget(self, *, by: str, at: datetime) -> None:
        """Record that what people wrote was erased."""
        self.trigger_event(Notice.SubjectErased, by=by, at=at)

    def _must_be_theirs(self, party: str) -> None:
        if party != self.party:
            raise NotYours
        self._must_be_given()

    def _must_be_given(self) -> None:
        if self.stage != GIVEN:
            raise Over(stage=self.stage)

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(Given)
    def __init__(
        self,
        party: str,
        to: list[str],
        kind: str,
        services: list[str],
        starts_at: datetime,
        ends_at: datetime | None,
        text: str | Hidden,
        rollback: str | Hidden | None,
        *,
        short_notice: bool,
        agreement_version: int,
        tz: str,
        at: datetime,
    ) -> None:
        """Begin unacknowledged."""
        self.party, self.to, self.kind, self.services = party, to, kind, services
        self.starts_at, self.ends_at, self.text, self.rollback = starts_at, ends_at, text, rollback
        self.short_notice, self.agreement_version, self.tz = short_notice, agreement_version, tz
        self.opened_at, self.stage = at, GIVEN
        self.acknowledged: dict[str, datetime] = {}

    @event(Acknowledged)
    def _acknowledged(self, party: str, at: datetime) -> None:
        self.acknowledged[party] = at

    @event(Cancelled)
    def _cancelled(self) -> None:
        self.stage = CANCELLED

    @event(Completed)
    def _completed(self) -> None:
        self.stage = COMPLETED
