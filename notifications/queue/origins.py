"""Where deliveries come from: what the sender asks of the record that owes one, and where it says what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from escalation.engine.reminders import Reminding
from incidents import happenings as h
from incidents.ledger.facts import Record
from notifications.message.message import seen_by
from notifications.message.reminder import reminded_by
from notifications.owed.relevance import already_settled, no_longer_needed
from notifications.queue.delivery import FAILED, SENT, WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from incidents.incident import Incident
    from incidents.incidents import Incidents
    from incidents.ledger.ledger import Ledger
    from notifications.message.message import Composer, Message
    from notifications.queue.delivery import Delivery

R = TypeVar("R", bound=Record)

SENDER = "sender"
"""The actor of what the sender says."""

NOT_THEIRS = "not_theirs"
"""Why a delivery is withdrawn: for its recipient's party there is no such incident."""
NOT_WANTED = "no_longer_wanted"
"""Why a reminder is withdrawn: what it reminds of was done, or is no longer to come."""

_OF_INCIDENTS: Mapping[str, type[h.SystemEvent]] = {
    SENT: h.PageSent,
    FAILED: h.PageFailed,
    WITHDRAWN: h.PageWithdrawn,
}


class Origin(Protocol[R]):
    """A kind of record that owes deliveries."""

    def get(self, stream: str) -> R:
        """Read a record as it stands now. NotFound."""

    def unneeded(self, delivery: Delivery, record: R) -> str | None:
        """Say why a delivery is to be withdrawn; None while it is needed."""

    def compose(self, delivery: Delivery, record: R, now: datetime) -> Message:
        """Compose the message of a delivery, of the record as it stands."""

    def address(self, delivery: Delivery, record: R, now: datetime) -> str:
        """Find where a delivery goes. SendFailed, for good: its recipient has no such address any more."""

    def say(self, delivery: Delivery, outcome: str, still: Callable[[R], bool], **values: object) -> None:
        """Record an outcome (`sent`, `failed`, `withdrawn`), once, if it is `still` so when it is recorded.

        A delivery that was sent again after a crash has one already.
        """


class IncidentPages:
    """Pages, notices and announcements of incidents."""

    def __init__(self, incidents: Incidents, composer: Composer) -> None:
        self._incidents = incidents
        self._composer = composer

    def get(self, stream: str) -> Incident:
        """Read an incident."""
        return self._incidents.get(stream)

    def unneeded(self, delivery: Delivery, record: Incident) -> str | None:
        """Withdraw what is none of the reader's, what state has overtaken, and what would reach whoever is off."""
        agreement = self._composer.agreement_of(record)
        if seen_by(delivery, record, agreement) is None:
            return NOT_THEIRS
        why = no_longer_needed(delivery, record, self._composer.versions_of(record))
        return why or self._composer.missing(delivery, record, self._incidents.ledger.clock.now())

    def compose(self, delivery: Delivery, record: Incident, now: datetime) -> Message:
        """Show the incident as the reader's party may see it."""
        return self._composer.compose(delivery, record, now)

    def address(self, delivery: Delivery, record: Incident, now: datetime) -> str:  # noqa: ARG002 - the port's
        """Look it up."""
        return self._composer.address_of(delivery, now)

    def say(self, delivery: Delivery, outcome: str, still: Callable[[Incident], bool], **values: object) -> None:
        """Tell it of the incident."""

        def tell(incident: Incident, at: datetime) -> None:
            if not already_settled(delivery, incident) and still(incident):
                whom = _whom(delivery) | {"kind": delivery.kind, "party": delivery.party}
                incident.tell(_OF_INCIDENTS[outcome], at, by=SENDER, **whom, **values)

        self._incidents.witness(delivery.stream, tell)


class Reminders:
    """Reminders of any record. Both parties see what they are about, so none is asked who may read it."""

    def __init__(self, ledger: Ledger, composer: Composer) -> None:
        self._ledger = ledger
        self._composer = composer

    def get(self, stream: str) -> Reminding:
        """Read a record that reminds."""
        return self._ledger.get(Reminding, stream)

    def unneeded(self, delivery: Delivery, record: Reminding) -> str | None:
        """Ask the record, and whether whoever is reminded is still a member."""
        if not record.wants(reminded_by(delivery, record)):
            return NOT_WANTED
        return self._composer.gone(delivery, record, self._ledger.clock.now())

    def compose(self, delivery: Delivery, record: Reminding, now: datetime) -> Message:
        """Say what is coming."""
        return self._composer.remind(delivery, record, now)

    def address(self, delivery: Delivery, record: Reminding, now: datetime) -> str:  # noqa: ARG002 - the port's
        """Look it up."""
        return self._composer.address_of(delivery, now)

    def say(self, delivery: Delivery, outcome: str, still: Callable[[Reminding], bool], **values: object) -> None:
        """Tell it of the record."""

        def tell(record: Reminding, at: datetime) -> None:
            if not record.has_settled(delivery.id, delivery.owed_at) and still(record):
                facts = {
                    SENT: record.ReminderSent,
                    FAILED: record.ReminderFailed,
                    WITHDRAWN: record.ReminderWithdrawn,
                }
                record.tell_outcome(facts[outcome], at, by=SENDER, **_whom(delivery), **values)

        self._ledger.witness(Reminding, delivery.stream, tell)


def _whom(delivery: Delivery) -> dict[str, Any]:
    return {"delivery": delivery.id, "recipient": delivery.recipient, "channel": delivery.channel}
