"""Names of addressees (crew/staff.py) as commands on incidents give them. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from escalation.agreement.model import WEBHOOK, holders
from escalation.crew.staff import BODY, PERSON, SCHEDULE, TEAM
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement

_PERSON = re.compile(r"[0-9a-f]{32}")
_OF_PARTY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\.[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_FORMS = "a contact, PARTY.ROLE, body:ID, webhook:ID, schedule:PARTY.NAME, team:PARTY.NAME or person:ID"


def check_addressee(agreement: Agreement, field: str, name: str) -> None:
    """Refuse what names nobody whom an agreement could reach. InvalidField."""
    if name.startswith(PERSON):
        if not _PERSON.fullmatch(name.removeprefix(PERSON)):
            raise InvalidField(field, "Give a person by their id: person: and 32 hexadecimal digits.")
    elif not parties_addressed(agreement, name):
        raise InvalidField(field, f"The agreement knows nobody by that name. Give {_FORMS}.")


def parties_addressed(agreement: Agreement, name: str) -> frozenset[str]:
    """Give the parties that a name is about; of a person the agreement cannot say."""
    if name.startswith(WEBHOOK):
        webhook = agreement.webhooks.get(name.removeprefix(WEBHOOK))
        return frozenset({webhook.party} if webhook else ())
    if name.startswith(BODY):
        body = name.removeprefix(BODY)
        return frozenset(agreement.voters(body) if body in agreement.bodies else ())
    for kind in (SCHEDULE, TEAM):
        if name.startswith(kind):
            named = name.removeprefix(kind)
            found = agreement.parties_named(named.partition(".")[0])
            return found if _OF_PARTY.fullmatch(named) else frozenset()
    if name in agreement.contacts:
        return frozenset({agreement.contacts[name].party})
    return frozenset(contact.party for contact in holders(name, agreement.parties, agreement.contacts))
