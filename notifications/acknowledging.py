"""Taking an incident by the link of a page: who may, what they see of it, and that it works once.

A link acts as whoever its page was for, and for nobody else; whoever has left, or may not see the incident any more,
cannot use it. The receipt of an acknowledgement is named for its delivery: that is what makes it work once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from escalation.crew.staff import PERSON
from incidents.errors import Refused
from incidents.incidents import Asked
from incidents.ledger.pipeline import fetch
from incidents.ledger.reach import reaching, reaching_all
from incidents.ledger.receipts import RequestKey, fingerprint
from incidents.terms import CONTACT
from notifications.links import UnknownLink
from notifications.message.message import seen_by
from notifications.message.reader import reader_of
from notifications.owed.asking import side_for
from notifications.owed.presence import addressee
from notifications.queue.delivery import Delivery
from notifications.queue.tables import deliveries

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from escalation.crew.staff import Staff
    from incidents.incident import Incident
    from incidents.incidents import Answer, Incidents
    from incidents.ledger.receipts import Receipt
    from notifications.links import Links
    from notifications.message.message import Agreements
    from notifications.message.reader import Reader

SCOPE = "link"
"""Keeps the receipts of links apart from those of requests."""

_COLUMNS = [deliveries.c[name] for name in Delivery.__dataclass_fields__]
_FIND = select(*_COLUMNS).where(deliveries.c.id == bindparam("delivery"))


class LinkOfNobody(Refused):
    """Whoever the link was for has left, or cannot see the incident any more."""

    code = "link_of_nobody"


class State(Enum):
    """What a link finds."""

    OPEN = "open"
    """Nobody of the reader's side has taken it."""
    USED = "used"
    """It was taken by this link."""
    YOURS = "yours"
    """The reader has taken it in another way."""
    TAKEN = "taken"
    """Somebody else of their side has."""
    MERGED = "merged"
    """Another incident tells its story."""
    OVER = "over"
    """It is resolved, closed or cancelled."""


@dataclass(frozen=True)
class Opened:
    """What a link leads to.

    Attributes:
        delivery: The page that it stood in.
        actor: As whom it acts: `person:3b1e…`, or `contact:acme-duty` where the agreement names nobody.
        reader: The same as people know them, with their party and zone.
        incident: As the reader may see it.
        state: How that stands.
        taken_by: What whoever has taken it is called.
        used: The receipt, once the link was used.
    """

    delivery: Delivery
    actor: str
    reader: Reader
    incident: Incident
    state: State
    taken_by: str | None = None
    used: Receipt | None = None

    @property
    def partnership(self) -> str:
        """The incident's."""
        return self.delivery.partnership


class AckLinks:
    """Opens links and lets them be used, once."""

    def __init__(self, incidents: Incidents, agreements: Agreements, staff: Staff, links: Links) -> None:
        """Take the use cases, where agreements are found, who is there, and what opens tokens."""
        self._incidents = incidents
        self._agreements = agreements
        self._staff = staff
        self._links = links
        self._reading = incidents.ledger.recorder.reading

    def delivery_of(self, token: str) -> Delivery:
        """Find the page that a link stood in. UnknownLink; LinkExpired."""
        wanted = self._links.opened(token, self._incidents.ledger.clock.now())
        with reaching_all(), self._reading.connect() as connection:
            rows = fetch(connection, _FIND, {"delivery": wanted})
        if not rows:
            raise UnknownLink
        return Delivery(*rows[0])

    def opened(self, delivery: Delivery) -> Opened:
        """Look what the link of a page leads to now. LinkOfNobody."""
        now = self._incidents.ledger.clock.now()
        with reaching(delivery.partnership):
            incident = self._incidents.get(delivery.stream)
            agreement = self._agreements.get(incident.partnership, incident.agreement_version)
            seen = seen_by(delivery, incident, agreement)
            actor = self._actor(delivery, agreement, now)
            reader = reader_of(delivery, agreement, self._staff, now)
            if seen is None or actor is None or reader.party is None:
                raise LinkOfNobody
            used = self._incidents.ledger.answered(_request(delivery))
            taken = incident.taken.get(side_for(reader.party, incident, agreement))
            by = None if taken is None else taken.by
            state = State.USED if used else _state(incident, actor, by)
            name = None if by is None else reader.names.of(by)
            return Opened(delivery, actor, reader, seen, state, taken_by=name, used=used)

    def acknowledge(self, opened: Opened) -> Answer:
        """Take the incident, as whoever the link is for. `replayed`: it was used before.

        NotActive; AlreadyAcknowledged; Conflict.
        """
        asked = Asked(
            by=opened.actor,
            party=opened.reader.party,
            request=_request(opened.delivery),
            via=opened.delivery.channel,
        )
        with reaching(opened.partnership):
            return self._incidents.acknowledge(opened.delivery.stream, asked)

    def _actor(self, delivery: Delivery, agreement: Agreement, now: datetime) -> str | None:
        """Give as whom a link acts; None: they are there no more."""
        if delivery.recipient.startswith(PERSON):
            return delivery.recipient if addressee(delivery, self._staff, now) else None
        return CONTACT + delivery.recipient if delivery.recipient in agreement.contacts else None


def _request(delivery: Delivery) -> RequestKey:
    return RequestKey(SCOPE, delivery.id, fingerprint(SCOPE, delivery.id))


def _state(incident: Incident, actor: str, taken_by: str | None) -> State:
    if incident.duplicate_of is not None:
        return State.MERGED
    if not incident.active:
        return State.OVER
    if taken_by is None:
        return State.OPEN
    return State.YOURS if taken_by == actor else State.TAKEN
