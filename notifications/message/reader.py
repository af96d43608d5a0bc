"""Who reads a delivery: for which party, in which zone, and what people are called there. Pure, given a staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.crew.staff import PERSON
from incidents.terms import CONTACT
from notifications.owed.presence import addressee

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from escalation.crew.staff import Staff
    from notifications.queue.delivery import Delivery


KEY = "key:"
"""Begins the name of a key as an actor, which is no name to say to anybody."""


@dataclass(frozen=True)
class Reader:
    """Whoever reads: for a party (None: for what all may see), in the zone `tz`, as `name`."""

    party: str | None
    tz: str
    name: str
    names: Names


@dataclass(frozen=True)
class Names:
    """What actors are called for those who read for a party: its own people by name, others' by whose they are."""

    staff: Staff
    partnership: str
    party: str | None
    at: datetime
    everybody: bool = False
    """Whether all people are told by name, as to auditors and the operator."""

    def of(self, actor: str) -> str:
        """Give what an actor (`person:3b1e…`) is called: whoever is gone by their id, a key without."""
        if actor.startswith(KEY):
            return "a program"
        if not actor.startswith(PERSON):
            return actor.removeprefix(CONTACT)
        known = self.staff.person(self.partnership, actor.removeprefix(PERSON), self.at)
        if known is None:
            return actor
        if self.everybody or known.party == self.party:
            return known.name or actor
        return f"somebody of {known.party}"


def party_of(delivery: Delivery, agreement: Agreement) -> str | None:
    """Give the party that reads a delivery: whose webhook takes it, else the person's, else that of the contact."""
    hosted = any(webhook.url == delivery.destination for webhook in agreement.webhooks.values())
    if delivery.party is not None and not hosted:
        return delivery.party
    return agreement.reader_of(delivery.recipient, delivery.destination)


def reader_of(delivery: Delivery, agreement: Agreement, staff: Staff, now: datetime) -> Reader:
    """Give who reads a delivery. A person has a zone of their own, else it is that of the party."""
    party, known = party_of(delivery, agreement), addressee(delivery, staff, now)
    tz = agreement.parties[party].tz if party is not None and party in agreement.parties else agreement.tz
    return Reader(
        party=party,
        tz=(known.tz if known else None) or tz,
        name=(known.name if known else None) or delivery.recipient,
        names=Names(staff, delivery.partnership, party, now),
    )
