"""Whom a party has in front: who hears of what concerns it where nobody was named for that. Pure, given a staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.crew.staff import SCHEDULE

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement
    from escalation.crew.staff import Staff

_LEADING = ("duty_manager", "service_owner")


def leading_contacts(party: str, agreement: Agreement) -> list[str]:
    """Give the contacts that lead a party's side; where it has none, all of its contacts."""
    contacts = [contact for contact in agreement.contacts.values() if contact.party == party]
    return [contact.id for contact in contacts if contact.role in _LEADING] or [contact.id for contact in contacts]


def owners_of(schedule: str, party: str, agreement: Agreement, staff: Staff) -> list[str]:
    """Give who hears of a gap in a party's schedule that names nobody for it.

    Those are the leading contacts, without any that this very schedule holds: a gap would leave them unreachable, too.
    """
    names = {f"{SCHEDULE}{side}.{schedule}" for side in (party, agreement.parties[party].role)}

    def held(contact: str) -> bool:
        return staff.holder(agreement.partnership, contact) in names

    of_party = [contact.id for contact in agreement.contacts.values() if contact.party == party]
    in_front = [contact for contact in leading_contacts(party, agreement) if not held(contact)]
    return in_front or [contact for contact in of_party if not held(contact)]
