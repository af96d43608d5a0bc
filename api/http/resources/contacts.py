"""The contacts that an agreement names: who holds them, and whom they reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, tocsin, viewer
from api.http.crew_views import by_person, contact_view
from api.http.idempotency import replay_headers
from api.http.resources.answers import in_address
from api.http.resources.people import PARTNERSHIP, people
from api.http.resources.profile import REPLAYED
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.teams import ContactList, ContactView, Naming
from api.http.senders import sender_in
from escalation.crew.reaching import PAGE, Calling

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.http.resources.answers import Body, Shown
    from escalation.agreement.model import Agreement, Contact
    from escalation.changes import Changed
    from escalation.crew.holders import Holders
    from escalation.crew.roll import Member

_CONTACT = (
    *PARTNERSHIP,
    {
        "name": "contact",
        "in": "path",
        "required": True,
        "description": "A contact of the agreement, by id.",
        "schema": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"},
        "example": "acme-duty",
    },
)


@people.operation(
    "GET",
    "/<partnership>/contacts",
    "listContacts",
    gives=ContactList,
    errors=openapi.READ_ERRORS,
    path=PARTNERSHIP,
    scope=Scope.INCIDENTS_READ,
)
def list_contacts(partnership: str) -> dict[str, Any]:
    """List the contacts that the agreement names; of your party's, who holds them, and whom they reach now."""
    must_reach(partnership)
    crew, now = tocsin().crew, tocsin().clock.now()
    held, members = crew.contacts.held(partnership), by_person(crew.roll.members(partnership))
    there = crew.contacts.there(partnership, now)
    return {"items": [_view(contact, agreement, held, members, now) for contact, agreement in there.values()]}


@people.operation(
    "POST",
    "/<partnership>/contacts/<contact>/holder",
    "nameHolder",
    takes=Naming,
    gives=ContactView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=_CONTACT,
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={"body": {"holder": "team:acme.payments"}},
)
def name_holder(body: Body, partnership: str, contact: str) -> Shown:
    """Say who holds a contact of your party: a person, a team, or whoever is on call for a schedule.

    The agreement stays as it was signed. From now on ladders that name the contact reach its holder.
    """
    with in_address("contact"):
        change = tocsin().crew.contacts.name_holder(partnership, contact, body["holder"], sender_in(partnership))
    return _told(change, partnership, contact)


@people.operation(
    "POST",
    "/<partnership>/contacts/<contact>/holder/remove",
    "removeHolder",
    takes=NoFields,
    gives=ContactView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=_CONTACT,
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={"body": {}},
)
def remove_holder(_body: Body, partnership: str, contact: str) -> Shown:
    """Name nobody for a contact of your party: it is reached as the agreement says, again."""
    with in_address("contact"):
        change = tocsin().crew.contacts.remove_holder(partnership, contact, sender_in(partnership))
    return _told(change, partnership, contact)


def _told(change: Changed[Holders], partnership: str, name: str) -> Shown:
    crew, now = tocsin().crew, tocsin().clock.now()
    contact, agreement = crew.contacts.there(partnership, now)[name]
    view = _view(contact, agreement, change.record.holders, by_person(crew.roll.members(partnership)), now)
    return view, dict(replay_headers(replayed=change.replayed))


def _view(
    contact: Contact, agreement: Agreement, held: Mapping[str, Any], members: Mapping[str, Member], now: datetime
) -> dict[str, Any]:
    """Show a contact as its reader may see it; `held` has, by contact, rows of holders or what the record has."""
    if not viewer(agreement.partnership).is_among((contact.party,)):
        return contact_view(contact, None, None, {})
    reached = Calling(agreement, tocsin().crew.directory, now).reach([contact.id], PAGE)
    return contact_view(contact, held.get(contact.id), reached, members)
