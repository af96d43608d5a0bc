"""Where deliveries go: what a row names, and the address that it stands for when it is sent. Pure, given a staff.

A row spells out what the agreement says: a webhook's URL, the mailbox of a contact. Of a person's own addresses it only
names one, `person:3b1e…/sms:mobile`: what they change or have erased acts on what waits already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.crew.staff import PERSON
from escalation.crew.ways import TERMINAL, WEBHOOK, channel_of
from notifications.channels.channel import SendFailed
from notifications.owed.presence import addressee

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from escalation.crew.staff import Staff
    from notifications.queue.delivery import Delivery


def destination(recipient: str, via: str, agreement: Agreement) -> str:
    """Give what a row says of where it goes, which is its lane too."""
    if recipient.startswith(PERSON) and channel_of(via) not in {TERMINAL, WEBHOOK}:
        return f"{recipient}/{via}"
    return agreement.destination(recipient, via)


def address(delivery: Delivery, staff: Staff, now: datetime) -> str:
    """Give the address itself. SendFailed, for good: they have it no more."""
    owner, _, via = delivery.destination.partition("/")
    if not owner.startswith(PERSON) or not via:
        return delivery.destination
    known = addressee(delivery, staff, now)
    found = known.addresses.get(via) if known else None
    if found is None:
        raise SendFailed("they have no such address any more", permanent=True)
    return found
