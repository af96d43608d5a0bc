"""The contacts that an agreement names, and who holds them: each party says it of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from escalation.changes import once
from escalation.crew.holders import Holders, stream_of
from escalation.crew.staff import PERSON, SCHEDULE, TEAM
from escalation.crew.tables import contact_holders
from incidents.errors import InvalidField, NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Row

    from escalation.agreement.model import Agreement, Contact
    from escalation.book import AgreementBook
    from escalation.changes import Changed, Sender
    from escalation.crew.roll import Roll
    from escalation.crew.staff import Staff
    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger

_RIGHT = "Send `person:ID`, `team:PARTY.NAME` or `schedule:PARTY.NAME`"


class ContactOfAnother(Refused):
    """That contact is another party's: its own people say who holds it."""

    code = "contact_of_another_party"


class Contacts:
    """The use cases, within reach of the partnership. All raise NotFound, Conflict and KeyReused."""

    def __init__(self, ledger: Ledger, book: AgreementBook, staff: Staff, roll: Roll) -> None:
        """Take the ledger, where contacts are found, and who can hold them."""
        self._ledger = ledger
        self._reading = ledger.recorder.reading
        self._book = book
        self._staff = staff
        self._roll = roll

    def name_holder(self, partnership: str, contact: str, holder: str, sender: Sender) -> Changed[Holders]:
        """Name who holds a contact of the sender's party from now on. InvalidField; ContactOfAnother."""

        def act(record: Holders, found: Contact, agreement: Agreement, at: datetime) -> None:
            named = self._checked(holder, found, agreement, at)
            record.name(found.id, found.party, named, by=sender.by, at=at)

        return self._change(partnership, contact, sender, act)

    def remove_holder(self, partnership: str, contact: str, sender: Sender) -> Changed[Holders]:
        """Name nobody for a contact of the sender's party any more. InvalidField; ContactOfAnother; NobodyNamed."""

        def act(record: Holders, found: Contact, _agreement: Agreement, at: datetime) -> None:
            record.remove(found.id, found.party, by=sender.by, at=at)

        return self._change(partnership, contact, sender, act)

    def there(self, partnership: str, at: datetime) -> dict[str, tuple[Contact, Agreement]]:
        """Give the contacts that may have a holder, by id, each with the version that it is taken from."""
        found: dict[str, tuple[Contact, Agreement]] = {}
        for agreement in self._book.named(partnership, at):
            for contact in agreement.contacts.values():
                found.setdefault(contact.id, (contact, agreement))
        return found

    def held(self, partnership: str) -> dict[str, Row[Any]]:
        """Give the rows of the contacts that somebody holds, by contact."""
        query = select(contact_holders).where(contact_holders.c.partnership == partnership)
        with self._reading.connect() as connection:
            return {row.contact: row for row in connection.execute(query)}

    def _change(
        self,
        partnership: str,
        contact: str,
        sender: Sender,
        act: Callable[[Holders, Contact, Agreement, datetime], None],
    ) -> Changed[Holders]:
        def decide(command: Command) -> tuple[Holders, tuple[()]]:
            there = self.there(partnership, command.recorded_at)
            if contact not in there:
                raise InvalidField("contact", f"It must be one of: {', '.join(there)}.")
            found, agreement = there[contact]
            if sender.party not in {None, found.party}:
                raise ContactOfAnother(party=found.party)
            record = self._begun(partnership, sender, command)
            act(record, found, agreement, command.recorded_at)
            return record, ()

        return once(self._ledger, Holders, sender, decide)

    def _begun(self, partnership: str, sender: Sender, command: Command) -> Holders:
        stream = stream_of(partnership)
        try:
            return self._ledger.get(Holders, stream)
        except NotFound:
            return Holders._create(Holders.Begun, id=stream, by=sender.by, at=command.recorded_at)  # noqa: SLF001 - the library's way

    def _checked(self, holder: str, contact: Contact, agreement: Agreement, at: datetime) -> str:
        """Give a holder as it is kept: with the party's id. InvalidField for one that is not there, or another's."""
        if holder.startswith(PERSON):
            member = self._roll.member(agreement.partnership, holder.removeprefix(PERSON))
            if member is None or member.party != contact.party:
                raise InvalidField("holder", f"Give the id of an active member of {contact.party}.")
            return holder
        kind = next((kind for kind in (TEAM, SCHEDULE) if holder.startswith(kind)), None)
        party, _, name = holder.partition(":")[2].rpartition(".")
        if kind is None or agreement.parties_named(party) != {contact.party}:
            raise InvalidField("holder", f"{_RIGHT}, of {contact.party}.")
        place = (agreement.partnership, contact.party, name)
        there = self._staff.team(*place) if kind == TEAM else self._staff.on_call(*place, at)
        if there is None:
            raise InvalidField("holder", f"{contact.party} has no {kind[:-1]} by that name.")
        return f"{kind}{contact.party}.{name}"
