"""When people are reminded that an agreement ends, and that notice can still be given. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.engine.ahead import ahead

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from escalation.engine.ahead import Due
    from escalation.engine.reminders import Reminding

DAYS_AHEAD = (30, 7, 1)
NOTICE, END, HANDOVER = "notice", "end", "handover_due"


def schedule(agreement: Agreement, ends_at: datetime, *, noticed: bool) -> list[Due]:
    """Give the reminders of an agreement that ends, 30, 7 and 1 days ahead, by dates of its zone.

    Args:
        agreement: The version that says how much notice is to be given.
        ends_at: When it ends.
        noticed: Whether notice was given: nobody is reminded of that any more.
    """
    found = ahead(END, ends_at, agreement.tz, DAYS_AHEAD, about(ends_at))
    if agreement.notice is not None and not noticed:
        last_day = agreement.notice.before(ends_at, agreement.tz)
        found += ahead(NOTICE, last_day, agreement.tz, DAYS_AHEAD, about(ends_at))
    return found


def about(ends_at: datetime | None) -> str | None:
    """Name what a reminder of an end is about: that end, so that one of another end is another reminder."""
    return None if ends_at is None else f"{ends_at:%Y-%m-%dT%H:%M:%SZ}"


def in_words(reminded: Reminding.Reminded) -> str:
    """Say what is coming."""
    if reminded.reminder == HANDOVER:
        return f"The agreement has ended: {reminded.about} is to be given the record"
    if reminded.reminder.startswith(NOTICE):
        return "Notice of the agreement can be given before this date, and not after it"
    return "The agreement ends: agree on a new version, or prepare the handover"


def contacts_of(agreement: Agreement, parties: Sequence[str]) -> list[str]:
    """Give whom to tell of the agreement itself: of each party its members of bodies, else all its contacts."""
    seated = {member for body in agreement.bodies.values() for member in body.members}
    found = []
    for party in parties:
        contacts = [contact.id for contact in agreement.contacts.values() if contact.party == party]
        found += [each for each in contacts if each in seated] or contacts
    return found


def signatories(agreement: Agreement) -> tuple[str, ...]:
    """Give the parties of an agreement that can be bound by it."""
    return tuple(party.id for party in agreement.parties.values() if party.kind == "signatory")
