"""Reading whom a rung names: a contact's id, `party.role`, or one of another kind, such as `{schedule: acme.first}`.

In the model each has one name: `schedule:acme.first` (crew/staff.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.model import WEBHOOK
from escalation.agreement.model.people import BODY
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, declared, distinct, show
from incidents.terms import PERSON, SCHEDULE, TEAM

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from escalation.agreement.model import Contact, Party

_PREFIXES = {"body": BODY, "webhook": WEBHOOK, "schedule": SCHEDULE, "team": TEAM, "person": PERSON}
"""What stands before a name of each kind in the model."""
_KINDS = "{body: ID}, {webhook: ID}, {schedule: PARTY.NAME}, {team: PARTY.NAME} or {person: ID}"
_PERSON = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Addressees:
    """Everybody whom a rung may name; None: that part could not be read, so that no name is called undeclared.

    Attributes:
        contacts: Ids of contacts, of those too whose entries have mistakes.
        sides: Ids and roles of parties.
        held: Each `side.role` that somebody holds; a contact of an unknown party may be on any side.
        webhooks: Ids of webhooks.
        bodies: Ids of bodies.
    """

    contacts: Collection[str] | None
    sides: Collection[str] | None
    held: Collection[str]
    webhooks: Collection[str] | None
    bodies: Collection[str] | None

    def read(self, field: Field) -> tuple[str, ...]:
        """The names, as `Calling.reach` takes them; each is somebody's, if not yet reachable."""
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
            return self._of_kind(field)
        name = values.text(field)
        kind, colon, rest = name.partition(":")
        if colon:
            field.mistake(f"{show(name)} is no contact", _mapped(kind, rest))
        elif "." in name:
            self._check_role(field, name)
        elif name and self.contacts is not None and name not in self.contacts:
            field.undeclared("contact", name, [*self.contacts, *self.held])
        return name

    def _of_kind(self, field: Field) -> str:
        """What says its kind; schedules, teams and people are kept outside the agreement, which knows parties alone."""
        entry = field.section(_PREFIXES)
        if len(entry.found) != 1:
            if entry.found or not field.value:
                field.mistake(f"{len(entry.found)} names stand here", f"write one of {_KINDS}")
            return ""
        ((kind, named),) = entry.found.items()
        return _PREFIXES[kind] + self._named(kind, named)

    def _named(self, kind: str, field: Field) -> str:
        if kind in {"body", "webhook"}:
            return values.refer(field, self.bodies if kind == "body" else self.webhooks, kind)
        if kind == "person":
            return _person(field)
        name = values.text(field)
        party, dot, own = name.partition(".")
        if name and not (dot and values.is_id(own)):
            right = f"write PARTY.NAME: a party, and small letters, digits and '-', such as provider.first-{kind}"
            field.mistake(f"{show(name)} is not the {kind} of a party", right)
        elif name and self.sides is not None and party not in self.sides:
            field.undeclared("party", party, self.sides)
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


def _mapped(kind: str, rest: str) -> str:
    return f"write {{{kind}: {rest}}}" if kind in _PREFIXES else f"write a contact's id, PARTY.ROLE, or one of {_KINDS}"


def _person(field: Field) -> str:
    name = values.text(field)
    if name and not _PERSON.fullmatch(name):
        field.mistake(f"{show(name)} is not the id of a person", "write its 32 hexadecimal digits, in quotes")
    return name


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
