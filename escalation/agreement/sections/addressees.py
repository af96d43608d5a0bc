"""Reading whom a rung names: a contact's id, `party.role`, or `{webhook: ID}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.sections.people import webhook_name
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, declared, distinct, show

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from escalation.agreement.model import Contact, Party


@dataclass(frozen=True, slots=True)
class Addressees:
    """Everybody whom a rung may name; None: that part could not be read, so that no name is called undeclared.

    Attributes:
        contacts: Ids of contacts, of those too whose entries have mistakes.
        sides: Ids and roles of parties.
        held: Each `side.role` that somebody holds; a contact of an unknown party may be on any side.
        webhooks: Ids of webhooks.
    """

    contacts: Collection[str] | None
    sides: Collection[str] | None
    held: Collection[str]
    webhooks: Collection[str] | None

    def read(self, field: Field) -> tuple[str, ...]:
        """The names, as `Agreement.recipients` takes them; each is somebody's, if not yet reachable."""
        return tuple(self._name(item) for item in distinct(field.one_or_many()))

    def role(self, field: Field) -> str:
        """One `party.role` that somebody holds, the party by its id or its role."""
        name = values.text(field)
        if name and "." not in name:
            right = field.near(name, self.held) or "write PARTY.ROLE, such as provider.service_manager"
            field.mistake(f"{show(name)} is not the role of a party", right)
        elif name:
            self._check_role(field, name)
        return name

    def party(self, field: Field) -> str:
        """One party, by its id or its role."""
        return values.refer(field, self.sides, "party")

    def _name(self, field: Field) -> str:
        if isinstance(field.value, dict):
            return webhook_name(field, self.webhooks)
        name = values.text(field)
        if "." in name:
            self._check_role(field, name)
        elif name and self.contacts is not None and name not in self.contacts:
            field.undeclared("contact", name, [*self.contacts, *self.held])
        return name

    def _check_role(self, field: Field, name: str) -> None:
        side = name.partition(".")[0]
        if self.sides is None or self.contacts is None or name in self.held:
            return
        if side not in self.sides:
            field.undeclared("party", side, self.sides)
        else:
            right = field.meant(name, self.held, "add a contact, or use one of")
            field.mistake(f"nobody holds {show(name)}", right)


def held_roles(parties: Mapping[str, Party], contacts: Mapping[str, Contact]) -> Collection[str]:
    """Each `party.role` that somebody holds, the party by its role or its id, in the order of the document."""
    by_role: dict[str, None] = {}
    by_id: dict[str, None] = {}
    for contact in contacts.values():
        sides = [parties[contact.party]] if contact.party in parties else parties.values()
        for party in sides:
            by_role[f"{party.role}.{contact.role}"] = None
            by_id[f"{party.id}.{contact.role}"] = None
    return by_role | by_id


def party_names(parties: Field) -> Collection[str] | None:
    """Ids and roles of parties."""
    ids, roles = declared(parties), declared(parties, "role")
    return None if ids is None or roles is None else dict.fromkeys([*ids, *roles])
