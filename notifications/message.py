"""What is told: an incident as it stands at the moment of sending, and why the recipient hears of it; or a reminder.

What is told of an incident holds what the party that reads it may see (see incidents/disclosure.py), and no
description, notes or updates. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

from escalation.clocks.reading import readings
from escalation.engine.claims_owed import ROUNDS, asked_in
from escalation.engine.ladder import percent_of
from escalation.terms import AgreementTerms
from incidents import happenings as h
from incidents.disclosure import Viewer, shown
from incidents.errors import NotFound
from incidents.ledger.sealing import ERASED, Hidden
from notifications.dated import Dated
from notifications.relevance import cause_of, version_when
from notifications.reminder import Reminder, reminded_by, reminder_of
from notifications.words import duration, waiting

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from escalation.clocks.course import Versions
    from escalation.engine.reminders import Reminding
    from incidents.incident import Incident
    from notifications.delivery import Delivery

ERASED_TITLE = "(erased)"
WITHHELD_TITLE = "(withheld)"
WHOLE = 100
"""Per cent."""


@dataclass(frozen=True)
class ClockLine:
    """A clock that still runs: its state, and when its target is used up (None while paused)."""

    clock: str
    state: str
    due_at: datetime | None


@dataclass(frozen=True)
class IncidentMessage(Dated):
    """One message, the same for every channel; each gives it the shape that its readers know.

    `tz` is the zone in which its reader is to be told times.
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


Message: TypeAlias = IncidentMessage | Reminder
"""All that channels carry."""


class Agreements(Protocol):
    """Where the words of a message come from."""

    def get(self, partnership: str, version: int) -> Agreement:
        """Give a version of an agreement. NotFound."""


class Composer:
    """Composes messages. `base_url` begins every link; `name_of` gives the name of an actor (`key:ab12`)."""

    def __init__(self, agreements: Agreements, base_url: str, name_of: Callable[[str], str] = str) -> None:
        self._agreements = agreements
        self._base_url = base_url.rstrip("/")
        self._name_of = name_of

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
        cause = cause_of(delivery, incident)
        return IncidentMessage(
            kind=delivery.kind,
            incident=incident.public_id,
            label=incident.label,
            partnership=incident.partnership,
            title=_title(seen),
            severity=incident.severity,
            service=incident.service,
            status=incident.status,
            why=_why(cause, incident, self._agreement_at(cause, incident), self._name_of),
            at=cause.timestamp,
            sent_at=now,
            clocks=_running_clocks(incident, self.versions_of(incident), now),
            link=f"{self._base_url}/v1/incidents/{incident.public_id}",
            tz=agreement.zone_for(delivery.recipient, delivery.destination),
        )

    def remind(self, delivery: Delivery, record: Reminding, now: datetime) -> Reminder:
        """Compose the reminder of a delivery."""
        agreement = self._agreements.get(record.partnership, reminded_by(delivery, record).agreement_version)
        zone = agreement.zone_for(delivery.recipient, delivery.destination)
        return reminder_of(delivery, record, now, self._base_url, zone)

    def _agreement_at(self, cause: h.IncidentEvent, incident: Incident) -> Agreement:
        """Give the version whose ladder a cause names, as it holds for the incident's service."""
        pinned = self._agreements.get(incident.partnership, version_when(cause, incident))
        return pinned.for_service(incident.service)


def seen_by(delivery: Delivery, incident: Incident, agreement: Agreement) -> Incident | None:
    """Give the incident as the party that reads a delivery may see it; None if it does not exist for them."""
    reader = agreement.reader_of(delivery.recipient, delivery.destination)
    return shown(incident, Viewer(reader), AgreementTerms(agreement))


def _title(seen: Incident) -> str:
    title = vars(seen)["title"]
    if isinstance(title, Hidden):
        return ERASED_TITLE if title is ERASED else WITHHELD_TITLE
    return str(title)


def _why(cause: h.IncidentEvent, incident: Incident, agreement: Agreement, name_of: Callable[[str], str]) -> str:
    match cause:
        case h.RungFired() if claim := asked_in(cause, incident):
            return waiting(claim, reminded=cause.round % ROUNDS > 0)
        case h.RungFired():
            again = f", round {cause.round + 1}" if cause.round else ""
            return f"{_reached(cause, incident, agreement)} (rung {cause.rung + 1} of ladder {cause.ladder}{again})"
        case h.Acknowledged():
            return f"Taken by {name_of(cause.by)}"
        case _:
            return type(cause).__name__


def _reached(fired: h.RungFired, incident: Incident, agreement: Agreement) -> str:
    """Say what reached a rung; a target that the present severity does not have is not mentioned."""
    if fired.clock is None:
        return "It was reported"
    length = _length(fired.clock, incident, agreement)
    of = f" of {duration(length)}" if length else ""
    percent = percent_of(fired, agreement)
    told = f"; {legal.to} must be told" if (legal := agreement.notifications.get(fired.clock)) else ""
    if percent is None or percent == WHOLE:
        return f"The {fired.clock} clock{of} ran out{told}"
    return f"{percent} % of the {fired.clock} clock{of} is used up{told}"


def _length(clock: str, incident: Incident, agreement: Agreement) -> int | None:
    if clock in agreement.notifications:
        return agreement.notifications[clock].within
    target = agreement.targets.get(clock)
    return target.within.get(incident.severity) if target else None


def _running_clocks(incident: Incident, versions: Versions, now: datetime) -> tuple[ClockLine, ...]:
    running = (reading for reading in readings(incident, versions, now) if reading.stopped_at is None)
    return tuple(ClockLine(reading.clock, reading.state, reading.due_at) for reading in running)
