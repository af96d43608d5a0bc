"""Reading who decides together: spec.bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.agreement.model import Body
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, distinct, keyed, show

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from escalation.agreement.model import Contact, Party

_EXTERNAL = "external"


def read_bodies(
    field: Field, known: Collection[str] | None, contacts: Mapping[str, Contact], parties: Mapping[str, Party]
) -> dict[str, Body]:
    """spec.bodies: each has members, whose parties can vote.

    Args:
        field: The section, which may be missing.
        known: Ids of contacts; None: they could not be read.
        contacts: The contacts that could be read.
        parties: The parties that could be read.
    """
    outsiders = {
        contact.id
        for contact in contacts.values()
        if contact.party in parties and parties[contact.party].kind == _EXTERNAL
    }
    return keyed(field.items(), lambda item: _body(item, known, outsiders), "id")


def _body(field: Field, known: Collection[str] | None, outsiders: Collection[str]) -> Body:
    entry = field.section(("id", "members"))
    members = entry.need("members")
    if members.value == []:
        members.mistake("nobody sits here", "name at least one contact")
    return Body(
        id=values.name(entry.need("id")),
        members=tuple(_member(item, known, outsiders) for item in distinct(members.items())),
    )


def _member(field: Field, known: Collection[str] | None, outsiders: Collection[str]) -> str:
    """A contact's id; an external party is told of things, and has no vote."""
    member = values.refer(field, known, "contact")
    if member in outsiders:
        field.mistake(f"{show(member)} belongs to an external party, which has no vote", "name another contact")
    return member
