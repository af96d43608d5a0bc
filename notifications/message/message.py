"""What is told: an incident as it stands at the moment of sending, and why the recipient hears of it; or a reminder.

What is told of an incident holds what the party that reads it may see (see incidents/disclosure.py), and no
description, notes or updates. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

from escalation.clocks.reading import readings
from escalation.crew.reaching import Calling
from escalation.crew.staff import NOBODY
from escalation.terms import AgreementTerms
from incidents.disclosure import Viewer, shown
from incidents.errors import NotFound
from incidents.ledger.sealing import ERASED, Hidden
from notifications.links import LINKED
from notifications.message.dated import Dated
from notifications.message.reader import party_of, reader_of
from notifications.message.reasons import Telling, why
from notifications.message.reminder import Reminder, reminded_by, reminder_of
from notifications.owed.asking import Paging, may_be_taken, page_of, pages_in, side_for
from notifications.owed.presence import missing
from notifications.owed.relevance import cause_of, version_when
from notifications.queue.delivery import PAGE
from notifications.queue.destinations import address

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from escalation.clocks.course import Versions
    from escalation.crew.staff import Staff
    from escalation.engine.reminders import Reminding
    from incidents import happenings as h
    from incidents.incident import Incident
    from notifications.links import Links
    from notifications.message.reader import Reader
    from notifications.queue.delivery import Delivery

ERASED_TITLE = "(erased)"
WITHHELD_TITLE = "(withheld)"


@dataclass(frozen=True)
class ClockLine:
    """A clock that still runs: its state, and when its target is used up (None while paused)."""

    clock: str
    state: str
    due_at: datetime | None


@dataclass(frozen=True)
class IncidentMessage(Dated):
    """One message, the same for every channel; each gives it the shape that its readers know.

    `tz` is the zone in which its reader is to be told times, and `to` what the reader is called. Whoever follows
    `ack_link` can take the incident without signing in: it is for the reader's eyes alone.
    """

    kind: str
    incident: str
    label: str
    partnership: str
    title: str
    severity: str
    service: str
    status: str
    why: str
    at: datetime
    sent_at: datetime
    clocks: tuple[ClockLine, ...]
    link: str
    tz: str
    to: str
    ack_link: str | None = None


Message: TypeAlias = IncidentMessage | Reminder
"""All that channels carry."""


class Agreements(Protocol):
    """Where the words of a message come from."""

    def get(self, partnership: str, version: int) -> Agreement:
        """Give a version of an agreement. NotFound."""


class Composer:
    """Composes messages."""

    def __init__(
        self,
        agreements: Agreements,
        base_url: str,
        staff: Staff = NOBODY,
        label_of: Callable[[str], str] = str,
        links: Links | None = None,
    ) -> None:
        """Take how every link begins, who is there, and what gives the label of an incident by its public id.

        Without `links` no message can be answered by following one.
        """
        self._agreements = agreements
        self._base_url = base_url.rstrip("/")
        self._staff = staff
        self._label_of = label_of
        self._links = links

    def agreement_of(self, incident: Incident) -> Agreement:
        """Give the agreement version that an incident is pinned to."""
        return self._agreements.get(incident.partnership, incident.agreement_version)

    def versions_of(self, incident: Incident) -> Versions:
        """Give the versions of an incident's agreement: it may have been moved from one to another."""
        return partial(self._agreements.get, incident.partnership)

    def compose(self, delivery: Delivery, incident: Incident, now: datetime) -> IncidentMessage:
        """Compose the message of a delivery, of the incident as it stands. NotFound where it is not the recipient's."""
        agreement = self.agreement_of(incident)
        seen = seen_by(delivery, incident, agreement)
        if seen is None:
            raise NotFound
        cause, reader = cause_of(delivery, incident), reader_of(delivery, agreement, self._staff, now)
        at_cause = self._agreement_at(cause, incident).for_service(incident.service)
        return IncidentMessage(
            kind=delivery.kind,
            to=reader.name,
            incident=incident.public_id,
            label=incident.label,
            partnership=incident.partnership,
            title=_title(seen),
            severity=incident.severity,
            service=incident.service,
            status=incident.status,
            why=why(cause, Telling(incident, seen, at_cause, reader.names, self._label_of)),
            at=cause.timestamp,
            sent_at=now,
            clocks=_running_clocks(incident, self.versions_of(incident), now),
            link=f"{self._base_url}/v1/incidents/{incident.public_id}",
            tz=reader.tz,
            ack_link=self._ack_link(delivery, incident, reader, now),
        )

    def remind(self, delivery: Delivery, record: Reminding, now: datetime) -> Reminder:
        """Compose the reminder of a delivery."""
        reader = reader_of(delivery, self._reminded(delivery, record), self._staff, now)
        return reminder_of(delivery, record, now, self._base_url, reader)

    def address_of(self, delivery: Delivery, now: datetime) -> str:
        """Give where a delivery goes. SendFailed, for good: its recipient has no such address any more."""
        return address(delivery, self._staff, now)

    def missing(self, delivery: Delivery, incident: Incident, now: datetime) -> str | None:
        """Say why a person is not to be told of an incident any more; None while they are there (presence.py)."""
        cause = cause_of(delivery, incident)
        calling = Calling(self._agreement_at(cause, incident), self._staff, now)
        others = pages_in(cause) if isinstance(cause, Paging) else ()
        return missing(delivery, page_of(delivery.id, cause), calling, others)

    def gone(self, delivery: Delivery, record: Reminding, now: datetime) -> str | None:
        """Say why a person is not to be reminded any more: they have left."""
        return missing(delivery, None, Calling(self._reminded(delivery, record), self._staff, now))

    def _ack_link(self, delivery: Delivery, incident: Incident, reader: Reader, now: datetime) -> str | None:
        """Give the link of a page that asks its reader to take what nobody of their side has taken."""
        if self._links is None or delivery.kind != PAGE or delivery.channel not in LINKED or reader.party is None:
            return None
        taken = side_for(reader.party, incident, self.agreement_of(incident)) in incident.taken
        if taken or not incident.active or not may_be_taken(cause_of(delivery, incident), incident):
            return None
        return self._links.address(delivery.id, now)

    def _reminded(self, delivery: Delivery, record: Reminding) -> Agreement:
        """Give the version whose contacts a reminder names."""
        return self._agreements.get(record.partnership, reminded_by(delivery, record).agreement_version)

    def _agreement_at(self, cause: h.IncidentEvent, incident: Incident) -> Agreement:
        """Give the version whose ladder and contacts a cause names."""
        return self._agreements.get(incident.partnership, version_when(cause, incident))


def seen_by(delivery: Delivery, incident: Incident, agreement: Agreement) -> Incident | None:
    """Give the incident as the party that reads a delivery may see it; None if it does not exist for them."""
    return shown(incident, Viewer(party_of(delivery, agreement)), AgreementTerms(agreement))


def _title(seen: Incident) -> str:
    title = vars(seen)["title"]
    if isinstance(title, Hidden):
        return ERASED_TITLE if title is ERASED else WITHHELD_TITLE
    return str(title)


def _running_clocks(incident: Incident, versions: Versions, now: datetime) -> tuple[ClockLine, ...]:
    running = (reading for reading in readings(incident, versions, now) if reading.stopped_at is None)
    return tuple(ClockLine(reading.clock, reading.state, reading.due_at) for reading in running)
