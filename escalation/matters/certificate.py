"""A certificate or assessment that a party holds, until it expires or another renews it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time
from typing import TYPE_CHECKING, ClassVar

from eventsourcing.domain import event

from escalation.matters.base import Matter, NotYours, Over
from incidents.incident import ENGINE
from incidents.ledger.facts import FirstFact, FreeText

if TYPE_CHECKING:
    from escalation.engine.reminders import Reminding
    from incidents.ledger.sealing import Hidden

VALID, EXPIRED, RENEWED = "valid", "expired", "renewed"
EXPIRES = "expiry"


class Certificate(Matter):
    """What a party can show, and until when."""

    KIND: ClassVar[str] = "certificate"
    PLURAL: ClassVar[str] = "certificates"

    # --- what can happen ---------------------------------------------------------------------------------------------

    class Event(Matter.Event):
        """Something that happened to a certificate."""

    class Recorded(FirstFact):
        """A party recorded what it holds: `what` in words, and by which `reference` its issuer knows it."""

        party: str
        what: FreeText
        reference: FreeText | None
        issued_at: datetime
        expires_at: datetime
        agreement_version: int
        tz: str

    class Expired(Event):
        """Its time was over, and nothing had renewed it."""

        SYSTEM: ClassVar[bool] = True

    class Renewed(Event):
        """Another one takes its place: `by_certificate` is that one's public id."""

        party: str
        by_certificate: str

    class SubjectErased(Event):
        """What people wrote in it was erased."""

    # --- what may be asked -------------------------------------------------------------------------------------------

    def subject(self, reminded: Reminding.Reminded) -> str:  # noqa: ARG002 - the port's signature
        """Say whose runs out; what it is called stands behind the link."""
        return f"A certificate of {self.party} expires: record the one that renews it"

    def wants(self, reminded: Reminding.Reminded) -> bool:  # noqa: ARG002 - the port's signature
        """Say whether nothing has renewed it."""
        return self.stage == VALID

    def expire(self, at: datetime) -> None:
        """Say that its time is over."""
        self.trigger_event(Certificate.Expired, by=ENGINE, at=at)

    def renew(self, by_certificate: str, party: str, *, by: str, at: datetime) -> None:
        """Say which one takes its place. NotYours; Over."""
        if party != self.party:
            raise NotYours
        if self.stage == RENEWED:
            raise Over(stage=self.stage)
        self.trigger_event(Certificate.Renewed, party=party, by_certificate=by_certificate, by=by, at=at)

    def forget(self, *, by: str, at: datetime) -> None:
        """Record that what people wrote was erased."""
        self.trigger_event(Certificate.SubjectErased, by=by, at=at)

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(Recorded)
    def __init__(
        self,
        party: str,
        what: str | Hidden,
        reference: str | Hidden | None,
        issued_at: datetime,
        expires_at: datetime,
        agreement_version: int,
        tz: str,
        at: datetime,
    ) -> None:
        """Begin valid; one whose time is over already expires at once."""
        self.party, self.what, self.reference = party, what, reference
        self.issued_at, self.expires_at, self.tz = issued_at, expires_at, tz
        self.agreement_version, self.opened_at, self.stage = agreement_version, at, VALID
        self.renewed_by: str | None = None

    @event(Expired)
    def _expired(self) -> None:
        self.stage = EXPIRED

    @event(Renewed)
    def _renewed(self, by_certificate: str) -> None:
        self.stage, self.renewed_by = RENEWED, by_certificate
