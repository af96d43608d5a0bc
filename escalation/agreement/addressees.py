"""Reading whom a rung names: a contact's id, `party.role`, or `{webhook: ID}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement import values
from escalation.agreement.fields import Field, declared, distinct, proposal, show
from escalation.agreement.people import webhook_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from escalation.agreement.model import Contact, Party


@dataclass(frozen=True, slots=True)
class Addressees:
    """Everybody whom a rung may name.

    Args:
        listed: The field spec.parties, for names of parties whose entries have mistakes of their own.
        posts: The field spec.webhooks.
        people: The field spec.contacts.
        parties: The parties as they were read.
        contacts: The contacts as they were read; one whose party is unknown has an empty one.
    """

    listed: Field
    posts: Field
    people: Field
    parties: Mapping[str, Party]
    contacts: Mapping[str, Contact]

    def read(self, field: Field) -> tuple[str, ...]:
        """The names, as `Agreement.recipients` takes them; each is somebody's, if not yet reachable."""
        return tuple(self._name(item) for item in distinct(field.one_or_many()))

    def _name(self, field: Field) -> str:
        if isinstance(field.value, dict):
            return webhook_name(field, declared(self.posts))
        name = values.text(field)
        if "." in name:
            self._check_role(field, *name.split(".", 1))
        elif name:
            self._check_contact(field, name)
        return name

    def _check_contact(self, field: Field, name: str) -> None:
        known = declared(self.people)
        if known is not None and name not in known:
            field.mistake(f"no contact {show(name)} is declared", proposal(name, [*known, *self._roles()], "declared"))

    def _check_role(self, field: Field, side: str, role: str) -> None:
        ids, roles = declared(self.listed), declared(self.listed, "role")
        if ids is None or roles is None or declared(self.people) is None:
            return
        if side not in (*ids, *roles):
            field.mistake(f"no party {show(side)} is declared", proposal(side, {*ids, *roles}, "declared"))
        elif not any(contact.role == role and self._may_be(contact, side) for contact in self.contacts.values()):
            right = proposal(f"{side}.{role}", self._roles(), "add a contact, or use one of")
            field.mistake(f"nobody holds {show(f'{side}.{role}')}", right)

    def _may_be(self, contact: Contact, side: str) -> bool:
        """Whether the contact is on that side; one whose party has a mistake may be anywhere."""
        party = self.parties.get(contact.party)
        return party is None or side in (party.id, party.role)

    def _roles(self) -> Collection[str]:
        """Every `party.role` that somebody holds, by the party's role."""
        return {
            f"{self.parties[contact.party].role}.{contact.role}"
            for contact in self.contacts.values()
            if contact.party in self.parties
        }
