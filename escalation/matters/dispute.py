"""A dispute about the contract: it climbs from body to body until the parties settle it (governance.disputes)."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time
from typing import TYPE_CHECKING, ClassVar

from eventsourcing.domain import event

from escalation.matters.base import Matter, NotConcerned, NotYours, Over
from incidents.errors import NotFound, Refused
from incidents.incident import ENGINE
from incidents.ledger.facts import FirstFact, FreeText

if TYPE_CHECKING:
    from escalation.engine.reminders import Reminding
    from incidents.ledger.sealing import Hidden

OPEN, EXHAUSTED, SETTLED, WITHDRAWN = "open", "exhausted", "settled", "withdrawn"
ABOUT = ("incident", "notice", "agreement", "other")
STEP = "dispute_step"


class OwnSettlement(Refused):
    """Your party proposed that settlement: it is for the other one to accept."""

    code = "own_settlement"


class Dispute(Matter):
    """What the parties do not agree upon, the step that it has reached, and what they propose to each other."""

    KIND: ClassVar[str] = "dispute"
    PLURAL: ClassVar[str] = "contract-disputes"

    # --- what can happen ---------------------------------------------------------------------------------------------

    class Event(Matter.Event):
        """Something that happened to a dispute."""

    class Raised(FirstFact):
        """A party raised it.

        Attributes:
            party: Which one.
            parties: Those that must agree upon a settlement.
            subject: What it is about, in words.
            about, reference: The kind of thing, and its public id if it has one.
            agreement_version: The version whose steps it climbs.
            to, due_at: The first step, and until when that has time.
        """

        party: str
        parties: list[str]
        subject: FreeText
        about: str
        reference: str | None
        agreement_version: int
        to: str
        due_at: datetime

    class StepReached(Event):
        """A step had time until then and did not settle it: the next one has it."""

        SYSTEM: ClassVar[bool] = True

        step: int
        to: str
        due_at: datetime

    class Exhausted(Event):
        """The last step had time until then: the agreement knows no further one."""

        SYSTEM: ClassVar[bool] = True

    class SettlementProposed(Event):
        """A party proposed how to settle it. The number of a settlement is this fact's version."""

        party: str
        outcome: FreeText

    class SettlementAccepted(Event):
        """A party agreed to a settlement."""

        settlement: int
        party: str

    class Settled(Event):
        """All had agreed to a settlement."""

        settlement: int

    class Withdrawn(Event):
        """Whoever raised it took it back."""

        party: str
        reason: FreeText | None

    class SubjectErased(Event):
        """What people wrote in it was erased."""

    # --- what may be asked -------------------------------------------------------------------------------------------

    def subject_line(self) -> str:
        """Say what it is about without the words of people: a dispute about incident 5f0c."""
        return f"A dispute about {self.about}" + (f" {self.reference}" if self.reference else "")

    def subject(self, reminded: Reminding.Reminded) -> str:
        """Say before whom it is."""
        return f"{self.subject_line()} is before {reminded.about}"

    def wants(self, reminded: Reminding.Reminded) -> bool:
        """Say whether it is still before that step."""
        return self.stage == OPEN and reminded.about == self.to

    def climb(self, to: str, due_at: datetime, at: datetime) -> None:
        """Say that the next step has it."""
        self.trigger_event(Dispute.StepReached, step=self.step + 1, to=to, due_at=due_at, by=ENGINE, at=at)

    def exhaust(self, at: datetime) -> None:
        """Say that no step is left."""
        self.trigger_event(Dispute.Exhausted, by=ENGINE, at=at)

    def propose_settlement(self, outcome: str, party: str, *, by: str, at: datetime) -> None:
        """Propose how to settle it. NotConcerned; Over."""
        self._must_concern(party)
        self.trigger_event(Dispute.SettlementProposed, party=party, outcome=outcome, by=by, at=at)

    def accept(self, number: int, party: str, *, by: str, at: datetime) -> None:
        """Agree to a settlement; with the last agreement it is settled. NotFound; OwnSettlement; NotConcerned; Over."""
        if number not in self.settlements:
            raise NotFound(settlement=number)
        if self.settled == number and party in self.accepted[number]:
            return
        self._must_concern(party)
        if self.settlements[number][0] == party:
            raise OwnSettlement
        if party not in self.accepted[number]:
            self.trigger_event(Dispute.SettlementAccepted, settlement=number, party=party, by=by, at=at)
        if set(self.parties) <= {self.settlements[number][0], *self.accepted[number]}:
            self.trigger_event(Dispute.Settled, settlement=number, by=by, at=at)

    def withdraw(self, reason: str | None, party: str, *, by: str, at: datetime) -> None:
        """Take it back. NotYours; Over."""
        if party != self.party:
            raise NotYours
        self._must_concern(party)
        self.trigger_event(Dispute.Withdrawn, party=party, reason=reason, by=by, at=at)

    def forget(self, *, by: str, at: datetime) -> None:
        """Record that what people wrote was erased."""
        self.trigger_event(Dispute.SubjectErased, by=by, at=at)

    def _must_concern(self, party: str) -> None:
        if party not in self.parties:
            raise NotConcerned
        if self.stage in {SETTLED, WITHDRAWN}:
            raise Over(stage=self.stage)

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(Raised)
    def __init__(
        self,
        party: str,
        parties: list[str],
        subject: str | Hidden,
        about: str,
        reference: str | None,
        agreement_version: int,
        to: str,
        due_at: datetime,
        at: datetime,
    ) -> None:
        """Begin before the first step."""
        self.party, self.parties, self.words = party, parties, subject
        self.about, self.reference, self.agreement_version = about, reference, agreement_version
        self.opened_at, self.stage = at, OPEN
        self.step, self.to, self.due_at = 0, to, due_at
        self.steps: list[tuple[str, datetime]] = [(to, due_at)]
        self.settlements: dict[int, tuple[str, str | Hidden, datetime]] = {}
        """By number: the party that proposed it, its words, and when."""
        self.accepted: dict[int, list[str]] = {}
        self.settled: int | None = None

    @event(StepReached)
    def _step_reached(self, step: int, to: str, due_at: datetime) -> None:
        self.step, self.to, self.due_at = step, to, due_at
        self.steps.append((to, due_at))

    @event(Exhausted)
    def _exhausted(self) -> None:
        self.stage = EXHAUSTED

    @event(SettlementProposed)
    def _settlement_proposed(self, party: str, outcome: str | Hidden, at: datetime, originator_version: int) -> None:
        self.settlements[originator_version] = (party, outcome, at)
        self.accepted[originator_version] = []

    @event(SettlementAccepted)
    def _settlement_accepted(self, settlement: int, party: str) -> None:
        self.accepted[settlement].append(party)

    @event(Settled)
    def _settled(self, settlement: int) -> None:
        self.stage, self.settled = SETTLED, settlement

    @event(Withdrawn)
    def _withdrawn(self) -> None:
        self.stage = WITHDRAWN
