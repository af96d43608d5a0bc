"""When people are reminded that an agreement ends, and that notice can still be given. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.spans import Dates
from escalation.reminders import Occasion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from escalation.reminders import Reminding

DAYS_AHEAD = (30, 7, 1)
NOTICE, END, HANDOVER = "notice", "end", "handover_due"


class Due(NamedTuple):
    """A reminder, and the instant from which on it is due."""

    at: datetime
    occasion: Occasion


def schedule(agreement: Agreement, ends_at: datetime, *, noticed: bool) -> list[Due]:
    """Give the reminders of an agreement that ends, in their order: 30, 7 and 1 days ahead, by dates of its zone.

    Args:
        agreement: The version that says how much notice is to be given.
        ends_at: When it ends.
        noticed: Whether notice was given: nobody is reminded of that any more.
    """
    found = _ahead(END, ends_at, ends_at, agreement.tz)
    if agreement.notice is not None and not noticed:
        found += _ahead(NOTICE, agreement.notice.before(ends_at, agreement.tz), ends_at, agreement.tz)
    return sorted(found, key=lambda due: due.at)


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


def _ahead(kind: str, due_at: datetime, ends_at: datetime, tz: str) -> list[Due]:
    return [
        Due(Dates(days=days).before(due_at, tz), Occasion(f"{kind}_in_{days}_days", about(ends_at), due_at))
        for days in DAYS_AHEAD
    ]
